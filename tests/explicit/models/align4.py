# SPDX-License-Identifier: GPL-2.0-only
"""A model of a test."""

from typing import Annotated

from checker.language import (
    Array,
    Range,
    action,
    address,
    allocate,
    array,
    demand,
    free,
    initial,
    invariant,
    record,
    reference,
    require,
)

Small = Annotated[int, Range(0, 9)]
no_wild_pointer = demand("no-wild-pointer", "test")
no_deadlock = demand("no-deadlock", "test")
rule = demand("rule", "test")

Bit = Annotated[int, Range(0, 1)]


@record(count=2, alignment=4, allocated=True)
class Page:
    use: Annotated[int, Range(-5, 3)] = -2
    link: "Page | None" = None
    arr: Array[Annotated[int, Range(-1, 1)]] = array(2, -1)


slots: Array[Page | None] = array(2)
n: Annotated[int, Range(-30, 60)] = -3


@action
def alloc(i: Bit) -> None:
    require(slots[i] is None)
    slots[i] = allocate(Page)
    p = slots[i]
    p.use = -5 + i
    p.arr[i] = 1
    p.link = slots[1 - i]


@action
def tag(i: Bit, t: Annotated[int, Range(0, 1)]) -> None:
    global n
    require(address(slots[i]) % 4 == 0 and slots[i])
    slots[i] = reference(Page, address(slots[i]) | t)
    n = address(slots[i]) - 3


@action
def fr(i: Bit) -> None:
    require(slots[i])
    free(reference(Page, address(slots[i]) & ~3))
    slots[i] = None


@action
def look(i: Bit) -> None:
    global n
    require(slots[i])
    n = slots[i].use + sum(slots[i].arr[j] for j in range(1)) if slots[i].link != slots[i] else 5


@initial
def start() -> None:
    pass


@invariant("bad", "a")
def ia(i: Bit) -> bool:
    """Why."""
    return slots[i] is None or slots[i].use < 0 or slots[i].link is None
