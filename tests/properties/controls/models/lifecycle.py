# SPDX-License-Identifier: GPL-2.0-only
"""What the controls share: a protocol as small as possible that is sound on one CPU, without late faults and with all allocations
successful, also when tasks are forked and exit. It is rfc_v1_nr_fixed with a child's mark cleared, and with a dead task's
pages uncharged where its last refill is over."""

from checker.language import implements, routine
from models.rfc_v1 import alloc_vmap_stack_dynamic, is_acquired, not_acquired
from models.rfc_v1_nr_fixed import dynamic_stack_fault
from spec.kernel import (
    POOL_SLOTS,
    STACK_PAGES,
    Gfp,
    Task,
    TaskFlags,
    VmArea,
    alloc_pages,
    memcg_kmem_charge_page,
    memcg_kmem_uncharge_page,
    schedule_start,
    stack_released,
    task_forked,
    this_cpu,
)

__all__ = ["alloc_vmap_stack_dynamic", "dynamic_stack_fault"]


@routine
def charge_and_refill() -> None:
    """Charges the pages that were taken, and puts new ones into their slots."""
    cpu = this_cpu()
    for i in range(POOL_SLOTS):
        if is_acquired(cpu.pool[i]):
            memcg_kmem_charge_page(not_acquired(cpu.pool[i]), Gfp.NOFAIL, None)
            cpu.pool[i] = alloc_pages(Gfp.ZERO)


@implements(schedule_start)
def dynamic_stack(tsk: Task) -> None:
    if tsk.flags & TaskFlags.PF_DYNAMIC_STACK:
        charge_and_refill()
        tsk.flags &= ~TaskFlags.PF_DYNAMIC_STACK


@implements(task_forked)
def clear_mark(child: Task) -> None:
    child.flags &= ~TaskFlags.PF_DYNAMIC_STACK


@routine
def uncharge_pages(stack: VmArea) -> None:
    for i in range(STACK_PAGES):
        if i < stack.nr_pages:
            memcg_kmem_uncharge_page(stack.pages[i])


@implements(stack_released)
def uncharge_stack(task: Task, stack: VmArea) -> None:
    uncharge_pages(stack)
