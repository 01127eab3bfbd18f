# SPDX-License-Identifier: GPL-2.0-only
"""The ticket lock that Linux had on x86 up to v4.1. FAULT: taking a ticket is a load and a store."""

from __future__ import annotations

from typing import Annotated

from checker.language import (
    Range,
    atomic,
    demand,
    enter,
    every,
    executes,
    initial,
    invariant,
    parameter,
    processor,
    record,
    require,
    routine,
)

FAULT = parameter(0, 0, 1, "1: the increment is not atomic")
no_deadlock = demand("no-deadlock", "somebody can go on")

Ticket = Annotated[int, Range(0, 2)]
head: Ticket = 0
tail: Ticket = 0


@record(count=2, frames=2, symmetric=True)
class Worker:
    inside: bool = False


@executes
def nothing_else(worker: Worker) -> Worker | None:
    return None


@initial
def start() -> None:
    for worker in every(Worker):
        enter(worker, run)


@routine
def run() -> None:
    global head, tail
    worker = processor(Worker)
    while True:
        mine: Ticket = 0
        if FAULT:
            mine = tail
            tail = (mine + 1) % 3
        else:
            with atomic("xadd"):
                mine = tail
                tail = (tail + 1) % 3
        require(head == mine)
        worker.inside = True
        worker.inside = False
        with atomic("inc: only the holder writes it"):
            head = (head + 1) % 3


@invariant("exclusion", "two workers are in the critical section")
def exclusion() -> bool:
    """Whoever is inside relies on being alone."""
    return sum(1 for worker in every(Worker) if worker.inside) <= 1
