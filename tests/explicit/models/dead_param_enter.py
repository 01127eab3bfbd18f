# SPDX-License-Identifier: GPL-2.0-only
"""A model of a test."""

from typing import Annotated

from checker.language import Range, action, demand, enter, executes, initial, instance, record, require, routine

Small = Annotated[int, Range(0, 9)]
no_wild_pointer = demand("no-wild-pointer", "test")
no_deadlock = demand("no-deadlock", "test")
rule = demand("rule", "test")


@record(count=1, frames=1)
class Cpu:
    own: Small = 0


@executes
def nothing(cpu: Cpu) -> Cpu | None:
    return None


k: "Cpu | None" = None


@routine
def main(n: Small) -> None:
    pass


@action
def z() -> None:
    enter(instance(Cpu, 0), main, k.own)


@action
def zz() -> None:
    global k
    require(k is not None)
    k = None


@initial
def start() -> None:
    pass
