# SPDX-License-Identifier: GPL-2.0-only
"""A counterexample as data; the machine that walks the tree, which shares no code with ir and the engines."""
