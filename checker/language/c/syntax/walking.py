# SPDX-License-Identifier: GPL-2.0-only
"""Walks over a syntax tree, without recursion."""

from __future__ import annotations

from collections.abc import Iterator

from checker.language.c.syntax.position import Node


def children(node: Node) -> Iterator[Node]:
    """The nodes directly in a node, in the order of its fields."""
    for value in vars(node).values():
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple):
            for part in value:
                if isinstance(part, Node):
                    yield part


def walk(*nodes: Node | None) -> Iterator[Node]:
    """Nodes and all in them, each before what is in it. None stands for what a statement does not have."""
    pending = [node for node in reversed(nodes) if node is not None]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(reversed([*children(node)]))


def depth(node: Node) -> int:
    """How deep nodes are nested in each other; 1 for a node without children."""
    deepest = 0
    level = [node]
    while level:
        deepest += 1
        level = [child for parent in level for child in children(parent)]
    return deepest
