# SPDX-License-Identifier: GPL-2.0-only
"""A model of a test."""

from typing import Annotated

from checker.language import Range, action, choose, demand, initial, invariant

Small = Annotated[int, Range(0, 9)]
no_wild_pointer = demand("no-wild-pointer", "test")
no_deadlock = demand("no-deadlock", "test")
rule = demand("rule", "test")

a: Small = 0
flag: bool = False


@action
def go() -> None:
    global a
    a = choose((int(a == 0), 2))


@initial
def start() -> None:
    pass


@invariant("bad", "a {a}")
def inv() -> bool:
    """Why."""
    return a != 1
