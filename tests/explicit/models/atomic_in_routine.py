# SPDX-License-Identifier: GPL-2.0-only
"""A model of a test."""

from enum import Enum
from typing import Annotated

from checker.language import (
    Per,
    Range,
    atomic,
    choose,
    demand,
    enter,
    every,
    executes,
    in_routine,
    initial,
    per,
    processor,
    record,
    routine,
)

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


a: Annotated[int, Range(-2, 5)] = -1
b: Small = 0
pend: Per[Cpu, bool] = per(Cpu, False)


class E(Enum):
    X = 3
    Y = 5
    Z = 9


@routine
def pick(e: E) -> E:
    if e == E.X:
        return choose((E.Y, E.Z))
    return E.X


@routine(noinline=True)
def deep(n: Annotated[int, Range(-2, 3)]) -> Annotated[int, Range(-4, 2)]:
    if n > 0:
        return deep(n - 1) - 1
    return -2


@routine(noinline=True)
def col(e: E) -> E:
    global b
    b = 1 if e == E.Z else 0
    return E.Z


@routine
def main() -> None:
    global a, b
    me = processor(Cpu)
    for i in range(2):
        with atomic("x"):
            e = pick(E.X)
            if e == E.Y and in_routine(me, deep):
                break
            if pend[me]:
                continue
            pend[me] = choose((True, False)) and choose((True, False))
            a = -a if a < 0 else choose(range(-2, 1))
        f = col(e)
        if f == E.Z:
            a = deep(1)
