# SPDX-License-Identifier: GPL-2.0-only
"""A model of a test."""

from typing import Annotated

from checker.language import Range, action, demand, initial, require

Small = Annotated[int, Range(0, 9)]
no_wild_pointer = demand("no-wild-pointer", "test")
no_deadlock = demand("no-deadlock", "test")
rule = demand("rule", "test")

a: Small = 0
b: Small = 1


@action
def go() -> None:
    global a
    y: Small = 0
    x: Small = a
    y = x + 1
    x = b
    require(x == 1)
    require(y == 1)
    a = 2


@action
def tog() -> None:
    global b
    b = 1 - b if b < 2 else 0


@initial
def start() -> None:
    pass
