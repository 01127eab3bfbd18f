# SPDX-License-Identifier: GPL-2.0-only
"""Makes a trace of what an engine found, replays a stored one, and judges how they end."""
