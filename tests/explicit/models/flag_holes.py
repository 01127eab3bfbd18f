# SPDX-License-Identifier: GPL-2.0-only
"""A model of a test."""

from enum import IntFlag
from typing import Annotated

from checker.language import Range, action, choose, demand, initial

Small = Annotated[int, Range(0, 9)]
no_wild_pointer = demand("no-wild-pointer", "test")
no_deadlock = demand("no-deadlock", "test")
rule = demand("rule", "test")


class F(IntFlag):
    A = 4


n: Annotated[int, Range(0, 4)] = 0
f: F = F(0)


@action
def go() -> None:
    global n, f
    n = choose(range(0, 5))
    f = F(n)


@initial
def start() -> None:
    pass
