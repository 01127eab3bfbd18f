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


g: Small = 0


@routine
def main() -> None:
    global g
    a = g
    x: Small = 0
    if a == 0:
        x = 0
        if x == 3:
            g = 4
    if a == 1:
        x = 1
        if x == 3:
            g = 4
    if a == 2:
        x = 2
        if x == 3:
            g = 4
    if a == 3:
        x = 3
        if x == 3:
            g = 4
    if a == 4:
        x = 4
        if x == 3:
            g = 4
    if a == 5:
        x = 5
        if x == 3:
            g = 4
    if a == 6:
        x = 6
        if x == 3:
            g = 4
    if a == 7:
        x = 7
        if x == 3:
            g = 4
    if a == 8:
        x = 8
        if x == 3:
            g = 4
    if a == 9:
        x = 0
        if x == 3:
            g = 4
    if a == 0:
        x = 1
        if x == 3:
            g = 4
    if a == 1:
        x = 2
        if x == 3:
            g = 4

    g = x
