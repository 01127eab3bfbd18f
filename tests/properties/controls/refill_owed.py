# SPDX-License-Identifier: GPL-2.0-only
"""Control of refill-owed: every page is charged, but a slot is left tagged when nobody will come back for it.

Two sound protocols, each with the same fault. AT_FINISH=0: as rfc_v1_nr_fixed, but the mark is taken off the task before the refill
and not after it. AT_FINISH=1: the leaving task charges its pages itself, and the task that comes after it refills the pool for it in
finish_task_switch. PLANTED=1: the last slot of the pool is not refilled. It is taken only by a fault that fills the stack of the one
task there is, so that nobody ever needs it again: refill-owed alone is violated.
"""

from checker.language import address, implements, invariant, parameter, routine
from models.rfc_v1 import is_acquired, not_acquired
from models.rfc_v1_nr_fixed import dynamic_stack_fault
from spec.kernel import (
    POOL_SLOTS,
    Cpu,
    Task,
    TaskFlags,
    alloc_pages,
    memcg_kmem_charge_page,
    mod_lruvec_page_state,
    schedule_start,
    switch_finished,
    this_cpu,
)
from spec.kernel.faults import exc_page_fault
from spec.kernel.records import Slot

__all__ = ["dynamic_stack_fault"]

PLANTED = parameter(1, 0, 1, "0: no fault, 1: the last slot is charged for and not refilled")
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
            memcg_kmem_charge_page(page)
            mod_lruvec_page_state(page)


@routine
def dynamic_stack_refill_pages() -> None:
    cpu = this_cpu()
    for i in range(POOL_SLOTS):
        if not is_acquired(cpu.pool[i]):
            break
        if PLANTED == 1 and i == POOL_SLOTS - 1:
            break
        cpu.pool[i] = alloc_pages()


@implements(schedule_start)
def dynamic_stack(tsk: Task) -> None:
    if tsk.flags & TaskFlags.PF_DYNAMIC_STACK:
        if AT_FINISH == 0:
            tsk.flags &= ~TaskFlags.PF_DYNAMIC_STACK
        dynamic_stack_charge_pages()
        if AT_FINISH == 0:
            dynamic_stack_refill_pages()


@implements(switch_finished)
def dynamic_stack_finish(tsk: Task) -> None:
    if AT_FINISH == 1 and tsk.flags & TaskFlags.PF_DYNAMIC_STACK:
        tsk.flags &= ~TaskFlags.PF_DYNAMIC_STACK
        dynamic_stack_refill_pages()


@invariant("reached-owed", "slot {slot} of {cpu}'s pool holds {cpu.pool[slot]} after the fault that took it, and {cpu.current} owes")
def reached_owed(cpu: Cpu, slot: Slot) -> bool:
    """refill-owed has something to say where a tagged slot has outlived the fault that took it."""
    return not address(cpu.pool[slot]) & 1 or in_fault(cpu)


@invariant("reached-given-back", "{cpu}'s pool is untagged again after {cpu.current} or another task took from it")
def reached_given_back(cpu: Cpu) -> bool:
    """The debt is paid in the end: there is a state with a grown, full stack and no tagged slot."""
    return True
