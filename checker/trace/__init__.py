# SPDX-License-Identifier: GPL-2.0-only
"""A counterexample as data; the replayer, which walks the tree and shares no code with ir and the engines."""
