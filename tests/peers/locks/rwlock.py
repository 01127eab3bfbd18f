# SPDX-License-Identifier: GPL-2.0-only
"""A reader-writer lock in one word. FAULT: the writer looks at the readers, and then locks."""

from __future__ import annotations

from typing import Annotated

from checker.language import (
    Range,
    atomic,
    choose,
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

FAULT = parameter(0, 0, 1, "1: test and set are two steps")
no_deadlock = demand("no-deadlock", "somebody can go on")
readers: Annotated[int, Range(0, 3)] = 0
writer: bool = False


@record(count=3, frames=2, symmetric=True)
class Worker:
    reads: bool = False
    writes: bool = False


@executes
def nothing_else(worker: Worker) -> Worker | None:
    return None


@initial
def start() -> None:
    for worker in every(Worker):
        enter(worker, run)


@routine
def run() -> None:
    global readers, writer
    worker = processor(Worker)
    while True:
        if choose((False, True)):
            with atomic("cmpxchg of the word"):
                require(not writer)
                readers += 1
            worker.reads = True
            worker.reads = False
            with atomic("atomic decrement"):
                readers -= 1
        else:
            if FAULT:
                require(readers == 0 and not writer)
                writer = True
            else:
                with atomic("cmpxchg of the word"):
                    require(readers == 0 and not writer)
                    writer = True
            worker.writes = True
            worker.writes = False
            writer = False


@invariant("exclusion", "somebody reads or writes beside a writer")
def exclusion() -> bool:
    """A writer relies on being alone."""
    return all(
        not worker.writes or all(other is worker or not (other.reads or other.writes) for other in every(Worker))
        for worker in every(Worker)
    )
