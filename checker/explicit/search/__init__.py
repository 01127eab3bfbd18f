# SPDX-License-Identifier: GPL-2.0-only
"""Breadth-first search; what a search finds; limits and signals."""
