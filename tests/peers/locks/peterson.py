# SPDX-License-Identifier: GPL-2.0-only
"""Peterson's lock of two workers (1981). FAULT: a worker gives way before it says that it wants to enter."""

from __future__ import annotations

from typing import Annotated

from checker.language import (
    Range,
    demand,
    enter,
    every,
    executes,
    initial,
    instance,
    invariant,
    parameter,
    processor,
    record,
    routine,
)

FAULT = parameter(0, 0, 1, "1: give way first")
no_deadlock = demand("no-deadlock", "somebody can go on")
turn: Annotated[int, Range(0, 1)] = 0


@record(count=2, frames=2)
class Worker:
    number: Annotated[int, Range(0, 1)] = 0
    wants: bool = False
    inside: bool = False


@executes
def nothing_else(worker: Worker) -> Worker | None:
    return None


@initial
def start() -> None:
    for i in range(2):
        instance(Worker, i).number = i
        enter(instance(Worker, i), run)


@routine
def run() -> None:
    global turn
    worker = processor(Worker)
    while True:
        if FAULT:
            turn = 1 - worker.number
            worker.wants = True
        else:
            worker.wants = True
            turn = 1 - worker.number
        while instance(Worker, 1 - worker.number).wants and turn != worker.number:
            pass
        worker.inside = True
        worker.inside = False
        worker.wants = False


@invariant("exclusion", "two workers are in the critical section")
def exclusion() -> bool:
    """Whoever is inside relies on being alone."""
    return sum(1 for worker in every(Worker) if worker.inside) <= 1
