# SPDX-License-Identifier: GPL-2.0-only
"""Control of tag-live: slots that stay tagged longer than what they stand for. If the idle task is next, it takes over the mark of the task
that leaves, and refills the slots when it leaves itself; it charges nothing, as each task does that for its own pages.

PLANTED=1: a dying task does so; its stack is cached first. PLANTED=2: every task does; the CPU can go down first. Neither can be wrong
alone: an idle task with nothing to run never gets to it (refill-eventually).
"""

from models.lifecycle import clear_mark, uncharge_stack

from checker.language import address, atomic, implements, invariant, parameter, routine
from models.rfc_v1 import alloc_vmap_stack_dynamic, is_acquired
from models.rfc_v1_nr_fixed import dynamic_stack_fault
from spec.kernel import (
    POOL_SLOTS,
    STACK_PAGES,
    Cpu,
    Gfp,
    Slot,
    Task,
    TaskFlags,
    TaskState,
    __free_page,
    alloc_pages,
    cpu_dead,
    cpu_prepare,
    memcg_kmem_charge_page,
    schedule_start,
    switch_finished,
    this_cpu,
)
from spec.properties.tag_live import is_in_live_stack

__all__ = ["alloc_vmap_stack_dynamic", "clear_mark", "dynamic_stack_fault", "uncharge_stack"]

PLANTED = parameter(1, 0, 2, "0: no fault, slots are left tagged 1: by a dying task, 2: to the idle task")


@routine
def charge_stack(tsk: Task) -> None:
    stack = tsk.stack_vm_area
    if stack:
        for i in range(STACK_PAGES):
            if i < stack.nr_pages:
                page = stack.pages[i]
                if page.memcg is None:
                    memcg_kmem_charge_page(page, Gfp.NOFAIL, None)


@routine
def refill() -> None:
    cpu = this_cpu()
    for i in range(POOL_SLOTS):
        if is_acquired(cpu.pool[i]):
            cpu.pool[i] = alloc_pages(Gfp.ZERO)


@implements(schedule_start)
def dynamic_stack(tsk: Task) -> None:
    if tsk.flags & TaskFlags.PF_DYNAMIC_STACK:
        charge_stack(tsk)
        if not (PLANTED == 1 and tsk.state is TaskState.TASK_DEAD) and not (PLANTED == 2 and not tsk.idle):
            refill()
            tsk.flags &= ~TaskFlags.PF_DYNAMIC_STACK


@implements(switch_finished)
def dynamic_stack_finish(tsk: Task) -> None:
    if PLANTED > 0 and tsk.flags & TaskFlags.PF_DYNAMIC_STACK:
        next = this_cpu().current
        if next.idle:
            next.flags |= TaskFlags.PF_DYNAMIC_STACK
        else:
            refill()
        tsk.flags &= ~TaskFlags.PF_DYNAMIC_STACK


@implements(cpu_dead)
def empty_pool(cpu: Cpu) -> None:
    with atomic("a control: that the pool is emptied is not its subject"):
        for i in range(POOL_SLOTS):
            page = cpu.pool[i]
            if page:
                cpu.pool[i] = None
                if not is_acquired(page):
                    __free_page(page)
        cpu.idle.flags &= ~TaskFlags.PF_DYNAMIC_STACK


@implements(cpu_prepare)
def fill_pool(cpu: Cpu) -> bool:
    for i in range(POOL_SLOTS):
        cpu.pool[i] = alloc_pages(Gfp.ZERO)
    return True


@invariant("reached-tagged", "slot {slot} of {cpu}'s pool is tagged, and {cpu.current} dies")
def reached_tagged(cpu: Cpu, slot: Slot) -> bool:
    """Tasks that die have taken pages."""
    return not address(cpu.pool[slot]) & 1 or cpu.current.state is not TaskState.TASK_DEAD


@invariant("reached-in-fault", "slot {slot} of {cpu}'s pool is tagged, and its page is not in a stack yet")
def reached_in_fault(cpu: Cpu, slot: Slot) -> bool:
    """The exemption of a fault in flight is needed."""
    return not address(cpu.pool[slot]) & 1 or is_in_live_stack(cpu.pool[slot])
