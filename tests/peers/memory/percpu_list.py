# SPDX-License-Identifier: GPL-2.0-only
"""Free pages on a list of each CPU, which its task and its interrupt handler take from. FAULT: the task leaves interrupts on."""

from __future__ import annotations

from typing import Annotated

from checker.language import (
    Range,
    action,
    atomic,
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

FAULT = parameter(0, 0, 1, "1: no local_irq_save()")


@record(count=4, symmetric=True)
class Page:
    next: Page | None = None
    users: Annotated[int, Range(0, 2)] = 0


@record(count=2, frames=2, symmetric=True)
class Cpu:
    free: Page | None = None
    irqs_off: bool = False
    interrupted: bool = False


@executes
def nothing_else(cpu: Cpu) -> Cpu | None:
    return None


@initial
def start() -> None:
    for i in range(2):
        instance(Page, 2 * i).next = instance(Page, 2 * i + 1)
        instance(Cpu, i).free = instance(Page, 2 * i)
        enter(instance(Cpu, i), task)


@routine
def take_page() -> None:
    cpu = processor(Cpu)
    page = cpu.free
    if page is None:
        return
    cpu.free = page.next
    with atomic("a count for the property only"):
        page.users += 1


@routine
def task() -> None:
    cpu = processor(Cpu)
    if not FAULT:
        cpu.irqs_off = True
    take_page()
    if not FAULT:
        cpu.irqs_off = False


@routine
def handler() -> None:
    take_page()


@action(interrupt=True)
def interrupt(cpu: Cpu) -> None:
    require(not cpu.irqs_off and not cpu.interrupted)
    cpu.interrupted = True
    enter(cpu, handler)


@invariant("taken-once", "{page} has {page.users} users")
def taken_once(page: Page) -> bool:
    """Two users of one page overwrite each other's data."""
    return page.users <= 1
