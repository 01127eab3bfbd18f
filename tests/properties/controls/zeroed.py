# SPDX-License-Identifier: GPL-2.0-only
"""Control of zeroed: pages that are not zeroed before they enter a stack. Nothing else reads what is in them.

PLANTED=1: the pool is refilled with pages that are not zeroed. PLANTED=2: the first page of a new stack is not. PLANTED=3: the same, and it
is mapped past set_pte_at, so that it shows when the child begins. PLANTED=4: a dead task's stack is counted short before it is cached, so that only
its first page is zeroed for the next task. That cannot be wrong alone: the count is not what is mapped (single-hole).
"""

from models.lifecycle import clear_mark, uncharge_pages

from checker.language import implements, invariant, parameter
from models.rfc_v1 import is_acquired, not_acquired
from models.rfc_v1_nr_fixed import dynamic_stack_fault
from spec.kernel import (
    POOL_SLOTS,
    STACK_PAGES,
    Gfp,
    Level,
    Task,
    TaskFlags,
    TaskState,
    VmArea,
    alloc_pages,
    alloc_vmap_stack,
    get_vm_area_node,
    memcg_kmem_charge_page,
    schedule_start,
    set_pte_at,
    stack_released,
    this_cpu,
)

__all__ = ["clear_mark", "dynamic_stack_fault"]

PLANTED = parameter(
    1,
    0,
    4,
    "0: no fault, 1: refill does not zero, 2: a new stack's page is not zeroed, 3: nor is it mapped by set_pte_at, "
    "4: a cached stack is zeroed in part",
)


@implements(alloc_vmap_stack)
def new_stack() -> VmArea | None:
    stack = get_vm_area_node(Gfp.DIRECT_RECLAIM)
    if not stack:
        return None
    page = alloc_pages(Gfp(0) if PLANTED in (2, 3) else Gfp.ZERO)
    if not page:
        return None
    stack.pages[0] = page
    stack.nr_pages = 1
    if PLANTED == 3:
        stack.pte[0] = page
    else:
        set_pte_at(stack, 0, page)
    return stack


@implements(schedule_start)
def dynamic_stack(tsk: Task) -> None:
    if tsk.flags & TaskFlags.PF_DYNAMIC_STACK:
        cpu = this_cpu()
        for i in range(POOL_SLOTS):
            if is_acquired(cpu.pool[i]):
                memcg_kmem_charge_page(not_acquired(cpu.pool[i]), Gfp.NOFAIL, None)
                cpu.pool[i] = alloc_pages(Gfp(0) if PLANTED == 1 else Gfp.ZERO)
        tsk.flags &= ~TaskFlags.PF_DYNAMIC_STACK


@implements(stack_released)
def release_stack(task: Task, stack: VmArea) -> None:
    uncharge_pages(stack)
    if PLANTED == 4:
        stack.nr_pages = 1


@invariant("reached-cached", "{task} begins with {area.nr_pages} pages, which another has used before")
def reached_cached(task: Task) -> bool:
    """A stack that has grown comes from the cache."""
    area = task.stack_vm_area
    return task.state is not TaskState.TASK_NEW or area is None or area.nr_pages == 1


@invariant("reached-refilled", "level {level} of {task}'s stack is mapped, and its pool is full")
def reached_refilled(task: Task, level: Level) -> bool:
    """Pages come from a pool that is refilled."""
    if task.stack_vm_area is None or level == 0 or level == STACK_PAGES or task.flags & TaskFlags.PF_DYNAMIC_STACK:
        return True
    return task.stack_vm_area.pte[level] is None
