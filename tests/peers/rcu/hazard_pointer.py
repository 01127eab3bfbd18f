# SPDX-License-Identifier: GPL-2.0-only
"""Hazard pointers (Michael, 2004): a reader says what it is about to read, and looks again. FAULT: it does not look again."""

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

FAULT = parameter(0, 0, 1, "1: no second look")

no_wild_pointer = demand("no-wild-pointer", "nobody reads what is freed")
shared: Thing | None = None


@record(count=2, allocated=True)
class Thing:
    word: Annotated[int, Range(0, 1)] = 0


@record(count=3, frames=2)
class Worker:
    hazard: Thing | None = None
    writes: bool = False


@executes
def nothing_else(worker: Worker) -> Worker | None:
    return None


@initial
def start() -> None:
    global shared
    shared = allocate(Thing)
    enter(instance(Worker, 0), write)
    enter(instance(Worker, 1), read)
    enter(instance(Worker, 2), read)


@routine
def read() -> None:
    worker = processor(Worker)
    while True:
        thing = shared
        worker.hazard = thing
        if thing is not None and (FAULT or shared is thing):
            thing.word = 1
        worker.hazard = None


@routine
def write() -> None:
    global shared
    while True:
        fresh = allocate(Thing)
        old = shared
        shared = fresh
        seen: Annotated[int, Range(1, 3)] = 1
        while seen < 3:
            require(instance(Worker, seen).hazard is not old)
            seen += 1
        if old is not None:
            free(old)
