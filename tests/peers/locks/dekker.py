# SPDX-License-Identifier: GPL-2.0-only
"""Dekker's lock of two workers (Dijkstra, 1965). FAULT: a worker looks at the other one's wish before it says its own."""

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
    require,
    routine,
)

FAULT = parameter(0, 0, 1, "1: look first")
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
        if not FAULT:
            worker.wants = True
        while instance(Worker, 1 - worker.number).wants:
            if turn != worker.number:
                worker.wants = False
                require(turn == worker.number)
                worker.wants = True
        if FAULT:
            worker.wants = True
        worker.inside = True
        worker.inside = False
        turn = 1 - worker.number
        worker.wants = False


@invariant("exclusion", "two workers are in the critical section")
def exclusion() -> bool:
    """Whoever is inside relies on being alone."""
    return sum(1 for worker in every(Worker) if worker.inside) <= 1
