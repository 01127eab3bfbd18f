# SPDX-License-Identifier: GPL-2.0-only
"""Sizes of the clients: those that a manifest has."""

from checker.language import constant_of_model

CLIENTS = constant_of_model(1, "clients")
KINDS = constant_of_model(1, "different calls that clients make")
NODES = constant_of_model(1, "nodes that clients have among them")
MOST_CALLS = constant_of_model(1, "calls that one client makes at most")
CONTEXTS = constant_of_model(1, "contexts that have a client: task, interrupt, NMI")
