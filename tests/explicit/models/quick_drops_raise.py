# SPDX-License-Identifier: GPL-2.0-only
"""A model of a test."""

from typing import Annotated

from checker.language import (
    Range,
    action,
    atomic,
    demand,
    enter,
    every,
    executes,
    has_frames,
    initial,
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


p: "Cpu | None" = None
x: Small = 0


@routine
def main() -> None:
    global x
    x = 1
    with atomic("x"):
        x = 1


@action
def setp(c: Cpu) -> None:
    global p
    require(p is None and x == 1)
    p = c


@invariant("bad", "m")
def inv() -> bool:
    """Why."""
    return has_frames(p) or x == 0 or x == 1
