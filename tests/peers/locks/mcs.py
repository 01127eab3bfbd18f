# SPDX-License-Identifier: GPL-2.0-only
"""The queue lock of Mellor-Crummey and Scott (1991). FAULT: a worker says that it waits after it is in the queue."""

from __future__ import annotations

from checker.language import (
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

FAULT = parameter(0, 0, 1, "1: set `locked` too late")
no_deadlock = demand("no-deadlock", "somebody can go on")
tail: Worker | None = None


@record(count=3, frames=2, symmetric=True)
class Worker:
    next: Worker | None = None
    locked: bool = False
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
    global tail
    worker = processor(Worker)
    while True:
        worker.next = None
        if not FAULT:
            worker.locked = True
        with atomic("xchg"):
            before = tail
            tail = worker
        if before is not None:
            before.next = worker
            if FAULT:
                worker.locked = True
            require(not worker.locked)
        worker.inside = True
        worker.inside = False
        after = worker.next
        if after is None:
            last = False
            with atomic("cmpxchg"):
                if tail is worker:
                    tail = None
                    last = True
            if last:
                continue
            require(worker.next is not None)
            after = worker.next
        after.locked = False


@invariant("exclusion", "two workers are in the critical section")
def exclusion() -> bool:
    """Whoever is inside relies on being alone."""
    return sum(1 for worker in every(Worker) if worker.inside) <= 1
