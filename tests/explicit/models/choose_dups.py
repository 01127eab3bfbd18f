# SPDX-License-Identifier: GPL-2.0-only
"""A model of a test."""

from typing import Annotated

from checker.language import Range, action, choose, demand, initial, require

Small = Annotated[int, Range(0, 9)]
no_wild_pointer = demand("no-wild-pointer", "test")
no_deadlock = demand("no-deadlock", "test")
rule = demand("rule", "test")

a: Small = 0
b: Small = 0


@action
def go() -> None:
    global a
    require(b == 0)
    a = choose((a, b, 3))


@initial
def start() -> None:
    pass
