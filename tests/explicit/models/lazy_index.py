# SPDX-License-Identifier: GPL-2.0-only
"""A model of a test."""

from typing import Annotated

from checker.language import Array, Range, array, choose, demand, enter, every, executes, initial, record, routine

Small = Annotated[int, Range(0, 9)]
no_wild_pointer = demand("no-wild-pointer", "test")
no_deadlock = demand("no-deadlock", "test")
rule = demand("rule", "test")


@record(count=1, frames=2)
class Cpu:
    own: Small = 0


@executes
def nothing(cpu: Cpu) -> Cpu | None:
    return None


@initial
def start() -> None:
    for cpu in every(Cpu):
        enter(cpu, main)


Two = Annotated[int, Range(0, 1)]
g: Small = 0
arr: Array[Small] = array(3)


@routine
def main() -> None:
    pass
    a = choose(range(2))
    b = choose(range(2))
    arr[a + b] = 1
