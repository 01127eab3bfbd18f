# SPDX-License-Identifier: GPL-2.0-only
"""The reachable states of one configuration as a graph of networkx: each state, classes of states, or components."""
