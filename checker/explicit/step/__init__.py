# SPDX-License-Identifier: GPL-2.0-only
"""One step of the portable engine: generated Python, packed states, paths."""
