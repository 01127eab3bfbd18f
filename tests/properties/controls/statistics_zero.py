# SPDX-License-Identifier: GPL-2.0-only
"""Control of statistics-zero: the pages that faults have put into stacks are counted for each group, and the pages in the pools for
each CPU.

PLANTED=1: what a task's group counts is taken back in do_exit, before the last pages are charged and counted. PLANTED=2: it is
not taken back. PLANTED=3: nor is what a CPU counts when it goes down.
"""

from typing import Annotated

from models.lifecycle import alloc_vmap_stack_dynamic, clear_mark, dynamic_stack_fault, uncharge_pages

from checker.language import Per, Range, function, implements, invariant, parameter, per, routine
from models.rfc_v1 import is_acquired, not_acquired
from spec.kernel import (
    POOL_SLOTS,
    PREALLOC_PAGES,
    STACK_PAGES,
    Cpu,
    Gfp,
    Task,
    TaskFlags,
    TaskState,
    VmArea,
    __free_page,
    alloc_pages,
    cpu_dead,
    cpu_prepare,
    exit_task_stack_account,
    is_charged,
    memcg_kmem_charge_page,
    schedule_start,
    stack_released,
    statistics_of_cpu,
    statistics_of_task,
    this_cpu,
)

__all__ = ["alloc_vmap_stack_dynamic", "clear_mark", "dynamic_stack_fault"]

PLANTED = parameter(
    1,
    0,
    3,
    "0: no fault, 1: a group's count is taken back before the last pages are counted, 2: it is not taken back, "
    "3: a CPU's count is not taken back",
)

Pages = Annotated[int, Range(-STACK_PAGES, STACK_PAGES)]

grown: Per[Task, Pages] = per(Task, 0)
pooled: Per[Cpu, Pages] = per(Cpu, POOL_SLOTS)


@implements(statistics_of_task)
@function
def counts_grown(task: Task) -> bool:
    return grown[task] != 0


@implements(statistics_of_cpu)
@function
def counts_pooled(cpu: Cpu) -> bool:
    return pooled[cpu] != 0


@implements(schedule_start)
def charge_count_and_refill(tsk: Task) -> None:
    if tsk.flags & TaskFlags.PF_DYNAMIC_STACK:
        cpu = this_cpu()
        for i in range(POOL_SLOTS):
            if is_acquired(cpu.pool[i]):
                memcg_kmem_charge_page(not_acquired(cpu.pool[i]), Gfp.NOFAIL, tsk)
                grown[tsk] += 1
                cpu.pool[i] = alloc_pages(Gfp.ZERO)
        tsk.flags &= ~TaskFlags.PF_DYNAMIC_STACK


@routine
def take_back(task: Task, stack: VmArea) -> None:
    for i in range(PREALLOC_PAGES, STACK_PAGES):
        if i < stack.nr_pages:
            if is_charged(stack.pages[i]):
                grown[task] -= 1


@implements(exit_task_stack_account)
def account(task: Task) -> None:
    if PLANTED == 1:
        take_back(task, task.stack_vm_area)


@implements(stack_released)
def uncharge_stack(task: Task, stack: VmArea) -> None:
    if PLANTED == 0 or PLANTED == 3:
        take_back(task, stack)
    uncharge_pages(stack)


@implements(cpu_dead)
def empty_pool(cpu: Cpu) -> None:
    for i in range(POOL_SLOTS):
        page = cpu.pool[i]
        if page:
            cpu.pool[i] = None
            if PLANTED != 3:
                pooled[cpu] -= 1
            __free_page(page)


@implements(cpu_prepare)
def fill_pool(cpu: Cpu) -> bool:
    for i in range(POOL_SLOTS):
        page = alloc_pages(Gfp.DIRECT_RECLAIM | Gfp.ZERO)
        if not page:
            return False
        cpu.pool[i] = page
        if PLANTED != 3:
            pooled[cpu] += 1
    return True


@invariant("reached-counted", "{task} has a page of its stack counted")
def reached_counted(task: Task) -> bool:
    """Groups count something, that can be taken back."""
    return grown[task] == 0


@invariant("reached-counted-dead", "{task} is dead, and its group counts a page")
def reached_counted_dead(task: Task) -> bool:
    """Also when the task is dead, and not gone yet."""
    return task.state is not TaskState.TASK_DEAD or grown[task] == 0


@invariant("reached-emptied", "{cpu} has nothing in its pool and counts nothing")
def reached_emptied(cpu: Cpu) -> bool:
    """CPUs go down, and their count with them."""
    return pooled[cpu] != 0


@invariant("reached-down", "{cpu} is down and its pool is still counted")
def reached_down(cpu: Cpu) -> bool:
    """There is a time in which it may still count."""
    return cpu.online or pooled[cpu] == 0
