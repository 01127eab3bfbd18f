# SPDX-License-Identifier: GPL-2.0-only
"""Compares what two versions of a model come to: what each side is, the search of both, and the comparison."""
