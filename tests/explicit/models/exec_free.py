# SPDX-License-Identifier: GPL-2.0-only
"""A model of a test."""

from typing import Annotated

from checker.language import (
    Range,
    action,
    allocate,
    demand,
    enter,
    executes,
    free,
    initial,
    is_allocated,
    record,
    reference,
    require,
    routine,
)

Small = Annotated[int, Range(0, 9)]
no_wild_pointer = demand("no-wild-pointer", "test")
no_deadlock = demand("no-deadlock", "test")
rule = demand("rule", "test")


@record(count=1, frames=1, allocated=True)
class Task:
    own: Small = 0


@record(count=1)
class Cpu:
    own: Small = 0


@executes
def running(cpu: Cpu) -> Task | None:
    return reference(Task, 1)


g: Small = 0


@routine
def main() -> None:
    global g
    g = 4


@action
def fr() -> None:
    t = reference(Task, 1)
    require(is_allocated(t))
    free(t)


@initial
def start() -> None:
    t = allocate(Task)
    enter(t, main)
