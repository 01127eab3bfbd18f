# SPDX-License-Identifier: GPL-2.0-only
"""A model of a test."""

from typing import Annotated

from checker.language import Range, action, choose, demand, initial

Small = Annotated[int, Range(0, 9)]
no_wild_pointer = demand("no-wild-pointer", "test")
no_deadlock = demand("no-deadlock", "test")
rule = demand("rule", "test")

g: Small = 0


@action
def go() -> None:
    global g
    g = choose((1, 1))


@initial
def start() -> None:
    pass
