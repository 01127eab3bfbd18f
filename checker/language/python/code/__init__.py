# SPDX-License-Identifier: GPL-2.0-only
"""Code: Python's expressions and statements -> those of the tree."""
