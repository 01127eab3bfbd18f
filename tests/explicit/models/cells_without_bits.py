# SPDX-License-Identifier: GPL-2.0-only
"""A model of a test."""

from typing import Annotated

from checker.language import Array, Range, action, array, demand, invariant, record, require

no_wild_pointer = demand("no-wild-pointer", "test")
One = Annotated[int, Range(3, 3)]


@record(count=2, allocated=True)
class Page:
    use: One = 3
    flag: bool = False


p: Page | None = None
x: Annotated[int, Range(0, 9)] = 0
a: Array[One] = array(3, 3)


@action
def load() -> None:
    global x
    x = p.use


@action
def store() -> None:
    require(p is not None)
    p.use = 3
    a[x % 3] = 3


@action
def element() -> None:
    global x
    x = a[x]


@invariant("holds", "h")
def inv() -> bool:
    """Why."""
    return p.use == 3
