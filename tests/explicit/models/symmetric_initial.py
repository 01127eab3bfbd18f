# SPDX-License-Identifier: GPL-2.0-only
"""The initial state is not a representative, and violates an invariant of one instance: of that one, not of its image."""

from checker.language import action, initial, instance, invariant, record


@record(count=3, frames=0, symmetric=True)
class Node:
    other: "Node | None" = None
    mark: bool = False


@initial
def start() -> None:
    instance(Node, 0).mark = True
    instance(Node, 1).other = instance(Node, 0)


@action
def step(node: Node) -> None:
    node.other = node
    node.mark = not node.mark


@invariant("unmarked", "{node} is marked")
def unmarked(node: Node) -> bool:
    """Test."""
    return not node.mark
