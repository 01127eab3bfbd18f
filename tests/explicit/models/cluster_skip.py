# SPDX-License-Identifier: GPL-2.0-only
"""A model of a test."""

from typing import Annotated

from checker.language import Range, action, demand, initial, invariant, require

Small = Annotated[int, Range(0, 9)]
no_wild_pointer = demand("no-wild-pointer", "test")
no_deadlock = demand("no-deadlock", "test")
rule = demand("rule", "test")

W = Annotated[int, Range(0, 1 << 40)]
a: W = 0
b: W = 0


@action
def go() -> None:
    global a, b
    require(a == 0)
    a = 1
    b = 1


@invariant("bad", "a")
def ia() -> bool:
    """Why."""
    return a != 1


@invariant("worse", "b")
def ib() -> bool:
    """Why."""
    return b != 1


@initial
def start() -> None:
    pass
