# SPDX-License-Identifier: GPL-2.0-only
"""A model of a test."""

from typing import Annotated

from checker.language import Range, action, demand, initial, invariant, record, require

Small = Annotated[int, Range(0, 9)]
no_wild_pointer = demand("no-wild-pointer", "test")
no_deadlock = demand("no-deadlock", "test")
rule = demand("rule", "test")


@record(count=1)
class K:
    v: Annotated[int, Range(0, 3)] = 0


k: "K | None" = None
g: Small = 0


@action
def go() -> None:
    global k, g
    require(k is not None)
    k = None
    g = 3


@invariant("bad", "h")
def ii() -> bool:
    """Why."""
    return all(g == 0 for i in range(5, k.v))


@initial
def start() -> None:
    pass
