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
    function,
    has_frames,
    initial,
    instance,
    invariant,
    record,
    require,
    routine,
)

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


g: Annotated[int, Range(-4, 4)] = -4
P = Annotated[int, Range(-4, 4)]


@function
def f(x: P, y: P) -> P:
    z = x - y
    if z > 3:
        return 3
    return z if z > -4 else -4


@action
def a(i: P) -> None:
    global g
    require(f(f(g, i), f(i, g)) != 0)
    g = f(f(i, g), f(g, f(g, i)))


@routine
def main() -> None:
    global g
    g = f(g, f(g, 1))


@invariant("bad", "h")
def ii(i: P) -> bool:
    """Why."""
    return f(f(g, i), f(i, g)) < 3 or has_frames(instance(Cpu, 0)) or g < 2
