# SPDX-License-Identifier: GPL-2.0-only
"""Sleepable RCU with two counters: readers count in the one that the index names. FAULT: the index is flipped once, without a second wait."""

from __future__ import annotations

from typing import Annotated

from checker.language import (
    Array,
    Range,
    allocate,
    array,
    atomic,
    demand,
    enter,
    executes,
    free,
    initial,
    instance,
    parameter,
    record,
    require,
    routine,
)

FAULT = parameter(0, 0, 1, "1: one wait only")

no_wild_pointer = demand("no-wild-pointer", "nobody reads what is freed")
index: Annotated[int, Range(0, 1)] = 0
readers: Array[Annotated[int, Range(0, 2)]] = array(2)
shared: Thing | None = None


@record(count=2, allocated=True)
class Thing:
    word: Annotated[int, Range(0, 1)] = 0


@record(count=2, frames=2)
class Worker:
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


@routine
def read() -> None:
    while True:
        mine = index
        with atomic("an increment of this CPU's counter"):
            readers[mine] += 1
        thing = shared
        if thing is not None:
            thing.word = 1
        with atomic("a decrement of this CPU's counter"):
            readers[mine] -= 1


@routine
def write() -> None:
    global shared, index
    while True:
        fresh = allocate(Thing)
        old = shared
        shared = fresh
        if FAULT:
            before = index
            index = 1 - before
            require(readers[before] == 0)
        else:
            require(readers[1 - index] == 0)
            before = index
            index = 1 - before
            require(readers[before] == 0)
        if old is not None:
            free(old)
