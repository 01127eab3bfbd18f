# SPDX-License-Identifier: GPL-2.0-only
"""A pointer that a writer replaces; it frees the old object after each reader was seen outside. FAULT: no synchronize_rcu()."""

from __future__ import annotations

from typing import Annotated

from checker.language import (
    Range,
    allocate,
    demand,
    enter,
    executes,
    free,
    initial,
    instance,
    parameter,
    processor,
    record,
    require,
    routine,
)

FAULT = parameter(0, 0, 1, "1: free at once")

no_wild_pointer = demand("no-wild-pointer", "nobody reads what is freed")
shared: Thing | None = None


@record(count=2, allocated=True)
class Thing:
    word: Annotated[int, Range(0, 1)] = 0


@record(count=3, frames=2)
class Worker:
    writes: bool = False
    reads: bool = False


@executes
def nothing_else(worker: Worker) -> Worker | None:
    return None


@initial
def start() -> None:
    global shared
    shared = allocate(Thing)
    instance(Worker, 0).writes = True
    enter(instance(Worker, 0), write)
    enter(instance(Worker, 1), read)
    enter(instance(Worker, 2), read)


@routine
def read() -> None:
    worker = processor(Worker)
    while True:
        worker.reads = True
        thing = shared
        if thing is not None:
            thing.word = 1
        worker.reads = False


@routine
def write() -> None:
    global shared
    while True:
        fresh = allocate(Thing)
        old = shared
        shared = fresh
        if not FAULT:
            seen: Annotated[int, Range(0, 3)] = 0
            while seen < 3:
                require(not instance(Worker, seen).reads)
                seen += 1
        if old is not None:
            free(old)
