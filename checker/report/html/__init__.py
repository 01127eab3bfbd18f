# SPDX-License-Identifier: GPL-2.0-only
"""HTML pages: one file each, which works without a network."""
