# SPDX-License-Identifier: GPL-2.0-only
"""Control of no-sleep-atomic: a stack for a child is made with allocations that may sleep, and nothing else is.

PLANTED=1: a page is allocated, and given back, in the hook of __schedule when all is done there; who sleeps for it comes to the hook again.
PLANTED=2: the same when the switch is finished. PLANTED=3: a page is charged, and uncharged, in the fault handler, where nobody can sleep, so
that nothing comes of it but the report. (That a dead task or an idle one sleeps cannot be told from 1 and 2: they are at no other hook.)
"""

from models.lifecycle import charge_and_refill, clear_mark

from checker.language import implements, in_routine, invariant, parameter, routine
from models.rfc_v1 import alloc_vmap_stack_dynamic, dynamic_stack_get_page
from spec.kernel import (
    STACK_PAGES,
    Count,
    Cpu,
    Gfp,
    Level,
    Task,
    TaskFlags,
    VmArea,
    __free_page,
    alloc_pages,
    alloc_vmap_stack,
    memcg_kmem_charge_page,
    memcg_kmem_uncharge_page,
    schedule_start,
    set_pte_at,
    stack_fault,
    switch_finished,
)
from spec.kernel.mm.memory import direct_reclaim, might_sleep

__all__ = ["alloc_vmap_stack_dynamic", "clear_mark"]

PLANTED = parameter(
    1, 0, 3, "0: no fault, who may sleep in vain 1: hook of __schedule, 2: as the switch is finished, 3: fault handler"
)


@routine
def allocate_in_vain() -> None:
    page = alloc_pages(Gfp.DIRECT_RECLAIM | Gfp.ZERO)
    if page:
        __free_page(page)


@implements(stack_fault)
def dynamic_stack_fault(tsk: Task, stack: VmArea, level: Level) -> bool:
    if level >= STACK_PAGES:
        return False
    nr_pages: Count = stack.nr_pages
    for addr in range(nr_pages, level + 1):
        page = dynamic_stack_get_page()
        if not page:
            return False
        stack.pages[addr] = page
        set_pte_at(stack, addr, page)
        stack.nr_pages = addr + 1
    tsk.flags |= TaskFlags.PF_DYNAMIC_STACK
    if PLANTED == 3:
        memcg_kmem_charge_page(stack.pages[level], Gfp.DIRECT_RECLAIM, tsk)
        memcg_kmem_uncharge_page(stack.pages[level])
    return True


@implements(schedule_start)
def dynamic_stack(tsk: Task) -> None:
    if tsk.flags & TaskFlags.PF_DYNAMIC_STACK:
        charge_and_refill()
        tsk.flags &= ~TaskFlags.PF_DYNAMIC_STACK
        if PLANTED == 1:
            allocate_in_vain()


@implements(switch_finished)
def dynamic_stack_finish(tsk: Task) -> None:
    if PLANTED == 2:
        allocate_in_vain()


@invariant("reached-may-sleep", "{task} may sleep, and makes a stack for a child")
def reached_may_sleep(task: Task) -> bool:
    """Somebody may sleep, where that is allowed."""
    return not in_routine(task, might_sleep) or not in_routine(task, alloc_vmap_stack)


@invariant("reached-asleep", "{task} sleeps in an allocation, and {cpu} runs {cpu.stack}")
def reached_asleep(task: Task, cpu: Cpu) -> bool:
    """And does."""
    return not (in_routine(task, direct_reclaim) and cpu.current is not task)
