# SPDX-License-Identifier: GPL-2.0-only
"""A sleeper and a waker, as wait_event() and wake_up(). FAULT: the condition is tested before the state is set."""

from __future__ import annotations

from checker.language import (
    action,
    demand,
    enter,
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

FAULT = parameter(0, 0, 1, "1: test, then set_current_state()")
no_deadlock = demand("no-deadlock", "somebody can go on")
condition: bool = False
woken: bool = False
idle: bool = False


@record(count=2, frames=2)
class Worker:
    sleeps: bool = False


@executes
def nothing_else(worker: Worker) -> Worker | None:
    return None


@initial
def start() -> None:
    enter(instance(Worker, 0), sleeper)
    enter(instance(Worker, 1), waker)


@routine
def sleeper() -> None:
    global woken
    worker = processor(Worker)
    if FAULT:
        if not condition:
            worker.sleeps = True
            require(not worker.sleeps)
    else:
        worker.sleeps = True
        if not condition:
            require(not worker.sleeps)
        worker.sleeps = False
    woken = True


@routine
def waker() -> None:
    global condition
    condition = True
    instance(Worker, 0).sleeps = False


@action
def rest() -> None:
    """Both are done, so that the end is no deadlock."""
    global idle
    require(woken)
    idle = not idle


@invariant("woken", "the sleeper goes on before the condition holds")
def after_the_condition() -> bool:
    """The sleeper relies on the condition."""
    return condition or not woken
