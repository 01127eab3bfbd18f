# SPDX-License-Identifier: GPL-2.0-only
"""Fair cycles in the graph of states."""
