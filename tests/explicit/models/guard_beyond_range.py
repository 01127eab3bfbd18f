# SPDX-License-Identifier: GPL-2.0-only
"""A model of a test."""

from typing import Annotated

from checker.language import Range, action, invariant, require

T = Annotated[int, Range(0, 2)]
count: T = 0
flag: bool = False


@action
def act() -> None:
    global flag, count
    require(6 // (3 - count) == 2)
    count = 1


@action
def act2() -> None:
    global flag, count
    require(1 << (2 - count) == 2)
    count = 2


@invariant("holds", "h")
def inv() -> bool:
    """Why."""
    return count != 2
