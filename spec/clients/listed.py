# SPDX-License-Identifier: GPL-2.0-only
"""The list, as it is in memory."""

from checker.language import function
from spec.clients.hooks import first_node
from spec.clients.records import Node


@function
def after(node: Node | None) -> Node | None:
    return node.next if node else None


@function
def behind_six() -> Node | None:
    """The seventh node; nobody has so many (constraint of the manifest), so that a list that has one runs in a circle."""
    return after(after(after(after(after(after(first_node()))))))


@function
def is_listed(node: Node) -> bool:
    """Whether the node is one of those that `first` leads to."""
    first = first_node()
    second = after(first)
    third = after(second)
    fourth = after(third)
    fifth = after(fourth)
    return node in (first, second, third, fourth, fifth, after(fifth))
