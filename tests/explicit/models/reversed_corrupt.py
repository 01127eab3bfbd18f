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


Big = Annotated[int, Range(0, 200)]
g: Big = 0
lo: Big = 77


@routine
def main() -> None:
    global g, lo
    b = lo
    for k in range(2):
        for i in range(b * k, 1):
            g = 1
    g = b
    lo = 78
