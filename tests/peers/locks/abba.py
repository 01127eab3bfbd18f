# SPDX-License-Identifier: GPL-2.0-only
"""Two locks, taken by two workers each. FAULT: one worker takes them the other way round."""

from __future__ import annotations

from checker.language import (
    atomic,
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

FAULT = parameter(0, 0, 1, "1: the second worker takes B before A")
no_deadlock = demand("no-deadlock", "somebody can go on")
a: bool = False
b: bool = False


@record(count=2, frames=2)
class Worker:
    inside: bool = False


@executes
def nothing_else(worker: Worker) -> Worker | None:
    return None


@initial
def start() -> None:
    enter(instance(Worker, 0), forwards)
    if FAULT:
        enter(instance(Worker, 1), backwards)
    else:
        enter(instance(Worker, 1), forwards)


@routine
def forwards() -> None:
    global a, b
    worker = processor(Worker)
    while True:
        with atomic("trylock"):
            require(not a)
            a = True
        with atomic("trylock"):
            require(not b)
            b = True
        worker.inside = True
        worker.inside = False
        b = False
        a = False


@routine
def backwards() -> None:
    global a, b
    worker = processor(Worker)
    while True:
        with atomic("trylock"):
            require(not b)
            b = True
        with atomic("trylock"):
            require(not a)
            a = True
        worker.inside = True
        worker.inside = False
        a = False
        b = False


@invariant("exclusion", "two workers are in the critical section")
def exclusion() -> bool:
    """Whoever is inside relies on being alone."""
    return sum(1 for worker in every(Worker) if worker.inside) <= 1
