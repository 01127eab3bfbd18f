# SPDX-License-Identifier: GPL-2.0-only
"""A model of a test."""

from typing import Annotated

from checker.language import Range, demand, enter, every, executes, initial, record, routine

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


Bit = Annotated[int, Range(0, 1)]
Big = Annotated[int, Range(0, 200)]
g: Small = 0
hi: Bit = 0
lo: Big = 77


@routine
def main() -> None:
    global g, hi, lo
    a = hi
    b = lo
    for k in range(3):
        for i in range(b, a):
            g = 1
    g = 2
    lo = 78
    hi = 0
