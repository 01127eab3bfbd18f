# SPDX-License-Identifier: GPL-2.0-only
"""Control of charge-once: rfc_v1_nr_fixed with a wrong charge. Nothing else reads what is charged, so that nothing else suffers.

PLANTED=2 is what becomes of "refill when the switch is finished, it is safer there" if the charge moves along: memcg charges
`current`, and that is by then the next task.

With the event exit: a dead task's pages are uncharged where its last refill is over. PLANTED=5: they are not, and its stack is cached while it is
still charged. PLANTED=6: they are in do_exit, before the last pages are charged. PLANTED=7: they are uncharged when a task
is preempted, as if it were dead.
"""

from models.lifecycle import uncharge_pages

from checker.language import implements, invariant, parameter, routine
from models.rfc_v1 import is_acquired, not_acquired
from models.rfc_v1_nr_fixed import dynamic_stack_fault
from spec.kernel import (
    POOL_SLOTS,
    STACK_PAGES,
    Gfp,
    Level,
    Task,
    TaskFlags,
    VmArea,
    alloc_pages,
    exit_task_stack_account,
    memcg_kmem_charge_page,
    mod_lruvec_page_state,
    schedule_start,
    stack_released,
    switch_finished,
    this_cpu,
)

__all__ = ["dynamic_stack_fault"]

PLANTED = parameter(
    1,
    0,
    7,
    "0: no fault, 1: the page is not charged, 2: it is charged when the switch is finished, 3: it is charged twice, "
    "4: the fresh page of the pool is charged too, 5: a dead stack stays charged, 6: it is uncharged too early, "
    "7: a live one is uncharged",
)


@routine
def dynamic_stack_refill_pages() -> None:
    cpu = this_cpu()
    for i in range(POOL_SLOTS):
        page = cpu.pool[i]
        if not is_acquired(page):
            break
        page = not_acquired(page)
        if PLANTED != 1:
            memcg_kmem_charge_page(page, Gfp.NOFAIL, None)
        if PLANTED == 3:
            memcg_kmem_charge_page(page, Gfp.NOFAIL, None)
        mod_lruvec_page_state(page)
        fresh = alloc_pages(Gfp.ZERO)
        if PLANTED == 4 and fresh:
            memcg_kmem_charge_page(fresh, Gfp.NOFAIL, None)
        cpu.pool[i] = fresh


@routine
def refill_for(tsk: Task) -> None:
    if tsk.flags & TaskFlags.PF_DYNAMIC_STACK:
        dynamic_stack_refill_pages()
        tsk.flags &= ~TaskFlags.PF_DYNAMIC_STACK


@implements(schedule_start)
def dynamic_stack(tsk: Task) -> None:
    if PLANTED != 2:
        refill_for(tsk)


@implements(switch_finished)
def dynamic_stack_finish(tsk: Task) -> None:
    if PLANTED == 2:
        refill_for(tsk)
    if PLANTED == 7 and tsk.stack_vm_area:
        uncharge_pages(tsk.stack_vm_area)


@implements(exit_task_stack_account)
def account_early(tsk: Task) -> None:
    if PLANTED == 6:
        uncharge_pages(tsk.stack_vm_area)


@implements(stack_released)
def account(tsk: Task, stack: VmArea) -> None:
    if PLANTED not in (5, 6):
        uncharge_pages(stack)


@invariant("reached-charged", "{task} is off the CPU, and {page} at level {level} of its stack, faulted in, is charged to it")
def reached_charged(task: Task, level: Level) -> bool:
    """charge-once has something to say where a task has left the CPU with a page that a fault has mapped."""
    if task.stack_vm_area is None or level == 0 or level == STACK_PAGES:
        return True
    page = task.stack_vm_area.pte[level]
    return page is None or page.memcg is not task or task.on_cpu


@invariant("reached-uncharged", "{page} at level {level} of {task}'s stack is mapped and charged to nobody, on a CPU")
def reached_uncharged(task: Task, level: Level) -> bool:
    """The exemption of a task that is on a CPU is needed."""
    if task.stack_vm_area is None or level == STACK_PAGES:
        return True
    page = task.stack_vm_area.pte[level]
    return page is None or page.memcg is not None or not task.on_cpu
