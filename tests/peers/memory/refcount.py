# SPDX-License-Identifier: GPL-2.0-only
"""A reference count that a lookup takes while the last user drops it. FAULT: kref_get() in place of kref_get_unless_zero()."""

from __future__ import annotations

from typing import Annotated

from checker.language import (
    Range,
    allocate,
    atomic,
    choose,
    demand,
    enter,
    every,
    executes,
    free,
    initial,
    is_allocated,
    parameter,
    processor,
    record,
    routine,
)

FAULT = parameter(0, 0, 1, "1: the lookup takes a reference whatever the count is")

no_wild_pointer = demand("no-wild-pointer", "nobody uses what is freed")
table: Thing | None = None


@record(count=1, allocated=True)
class Thing:
    count: Annotated[int, Range(0, 3)] = 0
    used: Annotated[int, Range(0, 1)] = 0


@record(count=2, frames=2, symmetric=True)
class Worker:
    has: bool = False


@executes
def nothing_else(worker: Worker) -> Worker | None:
    return None


@initial
def start() -> None:
    global table
    thing = allocate(Thing)
    thing.count = 1
    table = thing
    for worker in every(Worker):
        enter(worker, run)


@routine
def drop(thing: Thing) -> None:
    last = False
    with atomic("atomic_dec_and_test"):
        thing.count -= 1
        last = thing.count == 0
    if last:
        free(thing)


@routine
def run() -> None:
    global table
    worker = processor(Worker)
    thing: Thing | None = None
    with atomic("rcu_read_lock keeps the memory that the table points to; a stale entry is seen as none"):
        if table is not None and is_allocated(table) and (FAULT or table.count > 0):
            thing = table
            if not FAULT:
                thing.count += 1
    if thing is None:
        return
    if FAULT:
        with atomic("atomic_inc"):
            thing.count += 1
    worker.has = True
    thing.used = 1
    if choose((False, True)):
        mine = False
        with atomic("xchg"):
            mine = table is not None
            table = None
        if mine:
            drop(thing)
    drop(thing)
