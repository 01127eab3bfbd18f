# SPDX-License-Identifier: GPL-2.0-only
"""A model of a test."""

from typing import Annotated

from checker.language import Range, action, demand, enter, every, executes, initial, invariant, record, require, routine

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


g: Small = 0
h: Small = 0


@routine
def main() -> None:
    global g, h
    while True:
        for i in range(2):
            g = i
        if h == 9:
            return


@action
def bump() -> None:
    global h
    require(h < 3 and g == 1)
    h = h + 1


@invariant("bad", "h")
def ih() -> bool:
    """Why."""
    return h < 2
