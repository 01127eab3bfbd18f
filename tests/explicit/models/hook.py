# SPDX-License-Identifier: GPL-2.0-only
"""A model of a test."""

from enum import Enum
from typing import Annotated

from checker.language import (
    Range,
    atomic,
    demand,
    enter,
    every,
    executes,
    hook,
    in_routine,
    initial,
    instance,
    invariant,
    processor,
    record,
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


class E(Enum):
    A = 4
    B = 6


N = Annotated[int, Range(-3, -1)]
g: Small = 0
n: N = -1
e: E = E.A


@hook
def h1(x: N) -> E:
    return E.B


@hook
def h2() -> "Cpu | None":
    return None


@routine(noinline=True)
def low(x: N) -> N:
    return x


@routine
def main() -> None:
    global e, n, g
    e = h1(n)
    if h2() is None:
        n = low(-3)
    if h2():
        g = 1
    low(-2)
    with atomic("q"):
        g = 2 if in_routine(processor(Cpu), h1) else 3


@invariant("bad", "h")
def ii() -> bool:
    """Why."""
    return not in_routine(instance(Cpu, 0), h2)
