# SPDX-License-Identifier: GPL-2.0-only
"""Two CPUs and a lock: a model for the tests of mutants. Each kind of outcome is among its mutants."""

from typing import Annotated

from checker.language import (
    Expected,
    Range,
    atomic,
    demand,
    enter,
    every,
    executes,
    function,
    initial,
    invariant,
    parameter,
    processor,
    record,
    require,
    routine,
)

N = parameter(2, 1, 3, "CPUs")
no_wild_pointer = demand("no-wild-pointer", "A pointer that leads nowhere ends everything.")
no_deadlock = demand("no-deadlock", "Who waits forever does nothing.")

Small = Annotated[int, Range(0, 3)]

taken: bool = False
rounds: Small = 0
seen: Small = 0


@record(count=N, frames=1)
class Cpu:
    inside: bool = False


@executes
def nobody(cpu: Cpu) -> Cpu | None:
    return None


@initial
def start() -> None:
    for cpu in every(Cpu):
        enter(cpu, main)


@function
def is_early(count: Small) -> bool:
    return count < 2


@routine
def lock() -> None:
    global taken
    with atomic("compare and exchange"):
        require(not taken)
        taken = True


@routine
def main() -> None:
    global taken, rounds, seen
    me = processor(Cpu)
    while True:
        lock()
        me.inside = True
        count = rounds
        if is_early(count):
            rounds = count + 1
        seen = 3
        me.inside = False
        taken = False


@routine
def not_called() -> None:
    global seen
    seen = 1


@invariant("exclusion", "{a} and {b} are both inside")
def exclusion(a: Cpu, b: Cpu) -> bool:
    """Two inside at a time lose each other's updates."""
    return a is b or not (a.inside and b.inside)


@invariant("bounded", "{rounds} rounds")
def bounded() -> bool:
    """More than two is not asked for."""
    return rounds <= 2


EXPECTED = (
    Expected(settings={"N": 1}, ladder=True),
    Expected(settings={"N": 2}, ladder=True),
)
