# SPDX-License-Identifier: GPL-2.0-only
"""What is asked of a protocol and its manifest."""

from checker.language import function, hook
from spec.clients.records import Client, Kind, Node


@hook
def client_call(client: Client, call: Kind) -> None:
    """A client makes one of its calls, which runs to its end, and can be interrupted between any two accesses."""


@hook
@function
def first_node() -> Node | None:
    """The first node of the list that the clients share."""
    return None
