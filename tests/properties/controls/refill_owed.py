# SPDX-License-Identifier: GPL-2.0-only
"""Control of refill-owed: every page is charged, but a slot is left tagged when nobody will come back for it.

Two sound protocols, each with the same fault. AT_FINISH=0: as rfc_v1_nr_fixed, but the mark is taken off the task before the refill
and not after it. AT_FINISH=1: the leaving task charges its pages itself, and the task that comes after it refills the pool for it in
finish_task_switch; that is sound but for refill-eventually, as a task that picks itself forever finishes no switch. PLANTED=1: the last
slot of the pool is not refilled. It is taken only by a fault that fills the stack of the one task there is, so that nobody ever needs it
again: refill-owed and refill-eventually alone are violated. PLANTED=2: no slot is refilled, and the task leaves marked; it finds as many
pages in one pool as it can ever take.
"""

from checker.language import address, every, function, implements, in_routine, invariant, parameter, routine
from models.rfc_v1 import is_acquired, not_acquired
from models.rfc_v1_nr_fixed import dynamic_stack_fault
from spec.kernel import (
    POOL_SLOTS,
    STACK_PAGES,
    Cpu,
    Gfp,
    Task,
    TaskFlags,
    alloc_pages,
    memcg_kmem_charge_page,
    mod_lruvec_page_state,
    schedule_start,
    switch_finished,
    this_cpu,
)
from spec.kernel.entry.faults import exc_page_fault
from spec.kernel.records import Slot

__all__ = ["dynamic_stack_fault"]

PLANTED = parameter(1, 0, 2, "0: no fault, 1: the last slot is charged for and not refilled, 2: the refill is put off")
AT_FINISH = parameter(0, 0, 1, "where the pool is refilled, 0: in the hook of the leaving task, 1: when the switch is finished")


@routine
def dynamic_stack_charge_pages() -> None:
    cpu = this_cpu()
    for i in range(POOL_SLOTS):
        page = cpu.pool[i]
        if not is_acquired(page):
            break
        page = not_acquired(page)
        # A task that picked itself, so that no switch was finished, has charged its pages before.
        if page.memcg is None:
            memcg_kmem_charge_page(page, Gfp.NOFAIL, None)
            mod_lruvec_page_state(page)


@routine
def dynamic_stack_refill_pages() -> None:
    cpu = this_cpu()
    for i in range(POOL_SLOTS):
        if not is_acquired(cpu.pool[i]):
            break
        if PLANTED == 1 and i == POOL_SLOTS - 1:
            break
        cpu.pool[i] = alloc_pages(Gfp.ZERO)


@implements(schedule_start)
def dynamic_stack(tsk: Task) -> None:
    if tsk.flags & TaskFlags.PF_DYNAMIC_STACK:
        if AT_FINISH == 0 and PLANTED != 2:
            tsk.flags &= ~TaskFlags.PF_DYNAMIC_STACK
        dynamic_stack_charge_pages()
        if AT_FINISH == 0 and PLANTED != 2:
            dynamic_stack_refill_pages()


@implements(switch_finished)
def dynamic_stack_finish(tsk: Task) -> None:
    if AT_FINISH == 1 and PLANTED != 2 and tsk.flags & TaskFlags.PF_DYNAMIC_STACK:
        tsk.flags &= ~TaskFlags.PF_DYNAMIC_STACK
        dynamic_stack_refill_pages()


@function
def bears_mark(task: Task) -> bool:
    return task is not None and bool(task.flags & TaskFlags.PF_DYNAMIC_STACK)


@function
def is_tagged(cpu: Cpu, slot: Slot) -> bool:
    return bool(address(cpu.pool[slot]) & 1)


@invariant("reached-owed", "slot {slot} of {cpu}'s pool holds {cpu.pool[slot]}, its fault is over, and {cpu.current} is marked")
def reached_owed(cpu: Cpu, slot: Slot) -> bool:
    """refill-owed has something to say where a tagged slot has outlived the fault that took it."""
    return not is_tagged(cpu, slot) or in_routine(cpu, exc_page_fault) or not bears_mark(cpu.current)


@invariant("reached-in-fault", "slot {slot} of {cpu}'s pool holds {cpu.pool[slot]}, and the fault that took it marks nobody yet")
def reached_in_fault(cpu: Cpu, slot: Slot) -> bool:
    """The exemption of a fault in flight is needed."""
    return not is_tagged(cpu, slot) or not in_routine(cpu, exc_page_fault) or bears_mark(cpu.current)


@invariant("reached-at-work", "slot {slot} of {cpu}'s pool holds {cpu.pool[slot]}, nobody is marked, and the refill is at work")
def reached_at_work(cpu: Cpu, slot: Slot) -> bool:
    """The exemption of a refill at work is needed."""
    if not is_tagged(cpu, slot) or in_routine(cpu, exc_page_fault):
        return True
    return bears_mark(cpu.current) or bears_mark(cpu.previous)


@invariant("reached-paid", "{task} has a full stack, and every slot of every pool is untagged")
def reached_paid(task: Task) -> bool:
    """The debt is paid in the end."""
    if task.stack_vm_area is None or task.stack_vm_area.nr_pages < STACK_PAGES:
        return True
    return any(is_tagged(cpu, slot) for cpu in every(Cpu) for slot in range(POOL_SLOTS))
