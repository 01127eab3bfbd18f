# SPDX-License-Identifier: GPL-2.0-only
"""The graph of states with what conditions on runs say, and fair cycles in it, in generated C."""
