# SPDX-License-Identifier: GPL-2.0-only
"""stackproof: a model checker for the Linux dynamic kernel stacks protocol."""
