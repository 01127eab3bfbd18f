# SPDX-License-Identifier: GPL-2.0-only
"""Syntax tree -> transition system."""
