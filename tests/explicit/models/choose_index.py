# SPDX-License-Identifier: GPL-2.0-only
"""A model of a test."""

from typing import Annotated

from checker.language import Array, Range, array, choose, demand, enter, every, executes, initial, record, require, routine

Small = Annotated[int, Range(0, 9)]
no_wild_pointer = demand("no-wild-pointer", "test")
no_deadlock = demand("no-deadlock", "test")
rule = demand("rule", "test")


@record(count=2, frames=2)
class Cpu:
    own: Small = 0


@executes
def nothing(cpu: Cpu) -> Cpu | None:
    return None


@initial
def start() -> None:
    for cpu in every(Cpu):
        enter(cpu, main)


arr: Array[Small] = array(2)
Bit = Annotated[int, Range(0, 1)]


@routine
def main() -> None:
    arr[choose(range(2))] += choose((1, 2)) * arr[choose(range(2))] if arr[0] < 2 else 1
    require(arr[0] != 0)
    arr[0] = arr[choose(range(2))] if choose((True, False)) else 3
