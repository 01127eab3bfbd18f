# SPDX-License-Identifier: GPL-2.0-only
"""A model of a test."""

from typing import Annotated

from checker.language import (
    Range,
    action,
    demand,
    enter,
    every,
    executes,
    in_routine,
    initial,
    instance,
    record,
    require,
    routine,
)

Small = Annotated[int, Range(0, 9)]
no_wild_pointer = demand("no-wild-pointer", "test")
no_deadlock = demand("no-deadlock", "test")
rule = demand("rule", "test")


@record(count=1, frames=3)
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
n: Small = 0


@routine
def irq(x: Small) -> None:
    global g
    if x > 1:
        g = x


@routine(noinline=True)
def sub() -> Small:
    return g


@routine
def main() -> None:
    global g
    v = sub()
    g = v + 1


@action(interrupt=True)
def fire(x: Annotated[int, Range(1, 2)]) -> None:
    global n
    require(n < 2 and not in_routine(instance(Cpu, 0), irq))
    n = n + 1
    enter(instance(Cpu, 0), irq, x)
