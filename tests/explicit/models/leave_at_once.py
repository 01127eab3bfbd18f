# SPDX-License-Identifier: GPL-2.0-only
"""A model of a test."""

from typing import Annotated

from checker.language import Range, action, invariant, routine

C = 1
Small7 = Annotated[int, Range(0, 6)]
x: Small7 = 3
flag: bool = False
count: Annotated[int, Range(0, 1)] = 0


@routine
def helper() -> None:
    global flag
    if C == 1:
        return
    flag = not flag


@action
def bump() -> None:
    global x
    x = (x + 1) % 7


@action
def act() -> None:
    global count
    helper()
    count = 1 - count


@invariant("holds", "h")
def inv() -> bool:
    """Why."""
    return not flag and x * 2 + count != 9
