# SPDX-License-Identifier: GPL-2.0-only
"""A model of a test."""

from typing import Annotated

from checker.language import Range, action, invariant, record

A_b: Annotated[int, Range(0, 9)] = 4
x: Annotated[int, Range(0, 9)] = 0


@record(count=2)
class A:
    b: Annotated[int, Range(0, 9)] = 5


@action
def tick(a: A, k: Annotated[int, Range(0, 1)]) -> None:
    global x
    x = a.b + k


@action
def tick_1(k: Annotated[int, Range(0, 1)]) -> None:
    global x
    x = A_b - k


@action
def tick_1_1() -> None:
    global x
    x = 9


@invariant("holds", "h")
def inv() -> bool:
    """Why."""
    return x != 3
