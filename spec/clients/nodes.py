# SPDX-License-Identifier: GPL-2.0-only
"""Nodes change hands: what a client's code says around its calls of the protocol."""

from checker.language import atomic, check, choose, every, routine
from spec.clients.properties.taken_once import taken_once
from spec.clients.records import Client, Node


@routine
def client_gives(client: Client) -> Node | None:
    """Any node that the client holds, which from here on is the protocol's; None if it holds none."""
    with atomic("which node it is, is the client's own business"):
        if not any(node.holder is client for node in every(Node)):
            return None
        given = choose(node for node in every(Node) if node.holder is client)
        given.holder = None
        return given


@routine
def client_takes(client: Client, node: Node) -> None:
    """The client has got a node from the protocol, and from here on nobody else uses it."""
    with atomic("a note of who uses it; no memory of the protocol's"):
        check(node.holder is None, taken_once, "{client} gets {node}, which {node.holder} holds already")
        node.holder = client
