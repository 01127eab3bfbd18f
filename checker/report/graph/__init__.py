# SPDX-License-Identifier: GPL-2.0-only
"""Writes graphs of states as DOT, SVG and GraphML."""
