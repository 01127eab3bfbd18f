# SPDX-License-Identifier: GPL-2.0-only
"""The condition of `first` meets a wild pointer in some states: there, no instance is taken, and none can be told apart."""

from checker.language import action, demand, every, first, invariant, record

no_wild_pointer = demand("no-wild-pointer", "test")


@record(count=2, symmetric=True)
class Node:
    mark: bool = False
    peer: "Node | None" = None


@record(count=3, symmetric=True)
class Item:
    home: Node | None = None


found: bool = False


@action
def move(home: Node) -> None:
    for one in every(Item):
        one.home = home


@action
def mark(one: Node) -> None:
    one.mark = not one.mark
    one.peer = one


@action
def take() -> None:
    global found
    taken = first(one for one in every(Item) if one.home.mark)  # type: ignore[union-attr]
    found = taken is not None


@invariant("missing", "one is found")
def missing() -> bool:
    """Test."""
    return not found
