# SPDX-License-Identifier: GPL-2.0-only
"""Finds the causes of violations: which statements matter, and which violations are one bug."""
