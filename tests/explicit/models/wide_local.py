# SPDX-License-Identifier: GPL-2.0-only
"""A model of a test."""

from typing import Annotated

from checker.language import Range, enter, executes, initial, instance, invariant, record, routine

Wide = Annotated[int, Range(0, (1 << 61) + 5)]
odd: Annotated[int, Range(0, 7)] = 0
big: Wide = (1 << 61) + 3


@record(count=1, frames=2)
class Cpu:
    x: bool = False


@record(count=1, frames=2)
class Task:
    x: bool = False


@executes
def running(cpu: Cpu) -> Task | None:
    return instance(Task, 0)


@routine
def main() -> None:
    global odd, big
    w = big
    odd = 1
    if w > 1 << 60:
        odd = 2
    big = 0


@initial
def boot() -> None:
    enter(instance(Task, 0), main)


@invariant("holds", "h")
def inv() -> bool:
    """Why."""
    return odd != 2
