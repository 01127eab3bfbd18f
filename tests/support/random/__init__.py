# SPDX-License-Identifier: GPL-2.0-only
"""Random models, as text."""
