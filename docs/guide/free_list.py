# SPDX-License-Identifier: GPL-2.0-only
"""A per-CPU list of free pages: a task and an interrupt handler both take pages from it."""

from __future__ import annotations

from typing import Annotated

from checker.language import (
    Range,
    action,
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

IRQS_OFF = parameter(0, 0, 1, "1: the task disables interrupts while it takes a page")


@record(count=2)
class Page:
    next: Page | None = None
    users: Annotated[int, Range(0, 2)] = 0


@record(count=1, frames=2)
class Cpu:
    free: Page | None = None
    irqs_off: bool = False
    interrupted: bool = False


@executes
def running(cpu: Cpu) -> Cpu | None:
    return None


@routine
def take_page() -> None:
    cpu = processor(Cpu)
    page = cpu.free
    if page is None:
        return
    cpu.free = page.next
    page.users += 1


@routine
def task() -> None:
    cpu = processor(Cpu)
    if IRQS_OFF:
        cpu.irqs_off = True
    take_page()
    if IRQS_OFF:
        cpu.irqs_off = False


@routine
def handler() -> None:
    take_page()


@action(interrupt=True)
def interrupt(cpu: Cpu) -> None:
    """A device interrupts the CPU, once."""
    require(not cpu.irqs_off)
    require(not cpu.interrupted)
    cpu.interrupted = True
    enter(cpu, handler)


@initial
def boot() -> None:
    instance(Page, 0).next = instance(Page, 1)
    instance(Cpu, 0).free = instance(Page, 0)
    enter(instance(Cpu, 0), task)


@invariant("taken-once", "{page} has {page.users} users")
def taken_once(page: Page) -> bool:
    """Two users of one page overwrite each other's data."""
    return page.users <= 1
