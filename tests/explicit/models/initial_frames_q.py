# SPDX-License-Identifier: GPL-2.0-only
"""A model of a test."""

from typing import Annotated

from checker.language import Range, demand, enter, executes, in_routine, initial, instance, record, routine

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


g: Small = 0


@routine
def main() -> None:
    global g
    g = 4


@initial
def start() -> None:
    c = instance(Cpu, 0)
    enter(c, main)
    c.own = 3 if in_routine(c, main) else 4
