# SPDX-License-Identifier: GPL-2.0-only
"""Over a symmetric record `any`, `all` and `first` look at every instance: a wild pointer behind the one that decides counts."""

from checker.language import action, demand, every, first, invariant, record, require

no_wild_pointer = demand("no-wild-pointer", "test")


@record(count=2, symmetric=True)
class Node:
    other: "Node | None" = None
    mark: bool = False


@record(count=3, symmetric=True)
class Item:
    home: Node | None = None


found: bool = False
item: Item | None = None


@action
def link(one: Node, two: Node) -> None:
    require(one.other is None)
    one.other = two


@action
def place(one: Item, home: Node) -> None:
    require(one.home is None)
    one.home = home


@action
def mark(one: Node) -> None:
    one.mark = True


@action
def look() -> None:
    global found
    require(any(one.other.mark for one in every(Node) if one.mark))  # type: ignore[union-attr]
    found = all(one.mark or one.other.mark for one in every(Node))  # type: ignore[union-attr]


@action
def take() -> None:
    global item
    require(item is None)
    taken = first(one for one in every(Item) if one.home.mark)  # type: ignore[union-attr]
    item = taken


@invariant("found", "all are")
def linked() -> bool:
    """Test."""
    return not found


@invariant("marked", "none is")
def marked() -> bool:
    """Test."""
    return item is None or any(one.other is item.home for one in every(Node) if one.other.mark)  # type: ignore[union-attr]
