# SPDX-License-Identifier: GPL-2.0-only
"""A spin lock that a task and its CPU's interrupt handler both take. FAULT: the task leaves interrupts on."""

from __future__ import annotations

from typing import Annotated

from checker.language import (
    Range,
    action,
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

FAULT = parameter(0, 0, 1, "1: spin_lock in place of spin_lock_irqsave")
no_deadlock = demand("no-deadlock", "somebody can go on")
held: bool = False
inside: Annotated[int, Range(0, 4)] = 0


@record(count=2, frames=2, symmetric=True)
class Cpu:
    irqs_off: bool = False
    interrupted: bool = False


@executes
def nothing_else(cpu: Cpu) -> Cpu | None:
    return None


@initial
def start() -> None:
    for cpu in every(Cpu):
        enter(cpu, task)


@routine
def section() -> None:
    global held, inside
    with atomic("cmpxchg, once the lock is free"):
        require(not held)
        held = True
    with atomic("a count for the property only"):
        inside += 1
    with atomic("a count for the property only"):
        inside -= 1
    held = False


@routine
def task() -> None:
    cpu = processor(Cpu)
    while True:
        if not FAULT:
            cpu.irqs_off = True
        section()
        if not FAULT:
            cpu.irqs_off = False


@routine
def handler() -> None:
    section()


@action(interrupt=True)
def interrupt(cpu: Cpu) -> None:
    require(not cpu.irqs_off and not cpu.interrupted)
    cpu.interrupted = True
    enter(cpu, handler)


@invariant("exclusion", "{inside} hold the lock")
def exclusion() -> bool:
    """Whoever is inside relies on being alone."""
    return inside <= 1
