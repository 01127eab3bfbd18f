# SPDX-License-Identifier: GPL-2.0-only
"""Initialisation on first use, as DO_ONCE(). FAULT: the flag is set before the work is done."""

from __future__ import annotations

from checker.language import (
    atomic,
    check,
    demand,
    enter,
    every,
    executes,
    initial,
    parameter,
    processor,
    record,
    require,
    routine,
)

FAULT = parameter(0, 0, 1, "1: done is stored first")

done: bool = False
locked: bool = False
ready: bool = False
ready_when_used = demand("ready-when-used", "nobody uses what is not made yet")


@record(count=3, frames=2, symmetric=True)
class Worker:
    used: bool = False


@executes
def nothing_else(worker: Worker) -> Worker | None:
    return None


@initial
def start() -> None:
    for worker in every(Worker):
        enter(worker, run)


@routine
def run() -> None:
    global done, locked, ready
    worker = processor(Worker)
    if not done:
        with atomic("spin_lock"):
            require(not locked)
            locked = True
        if not done:
            if FAULT:
                done = True
                ready = True
            else:
                ready = True
                done = True
        locked = False
    check(ready, ready_when_used, "{worker} uses it")
    worker.used = True
