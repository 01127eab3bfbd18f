# SPDX-License-Identifier: GPL-2.0-only
"""Control of single-hole, and of area-agrees, where the protocol does not keep list and count all the time: its handler only maps. It
notes beside the slot whose stack has which page; list, count and charge are made by the task that leaves, in the hook of __schedule.

PLANTED=1: a page is charged there and its slot filled again, and the page is neither listed nor counted. PLANTED=2: it is
listed and not counted.
"""

from checker.language import Array, Per, array, every, function, implements, invariant, null, parameter, per
from models.rfc_v1 import acquired, alloc_vmap_stack_dynamic, free_vmap_stack_dynamic, is_acquired, uncharge_stack
from spec.kernel import (
    POOL_SLOTS,
    STACK_PAGES,
    Cpu,
    Gfp,
    Level,
    Page,
    Task,
    VmArea,
    alloc_pages,
    is_marked,
    list_is_exact,
    memcg_kmem_charge_page,
    owes_refill,
    schedule_start,
    set_pte_at,
    stack_fault,
    this_cpu,
)
from spec.properties.at_rest import fault_active

__all__ = ["alloc_vmap_stack_dynamic", "free_vmap_stack_dynamic", "uncharge_stack"]

PLANTED = parameter(1, 0, 2, "0: no fault, 1: what is charged is neither listed nor counted, 2: it is not counted")

NOTES = parameter(
    0, 0, 1, "0: a slot whose page is mapped has a tag, 1: it is empty, and list_is_exact says which stacks lag behind"
)

noted: Per[Cpu, Array[Page | None]] = per(Cpu, array(POOL_SLOTS))
mapped_in: Per[Cpu, Array[VmArea | None]] = per(Cpu, array(POOL_SLOTS))


@implements(stack_fault)
def map_only(tsk: Task, stack: VmArea, level: Level) -> bool:
    if level >= STACK_PAGES:
        return False
    cpu = this_cpu()
    for i in range(POOL_SLOTS):
        page = cpu.pool[i]
        if page and not is_acquired(page):
            cpu.pool[i] = acquired(page) if NOTES == 0 else null(Page)
            mapped_in[cpu][i] = stack
            noted[cpu][i] = page
            set_pte_at(stack, level, page)
            return True
    return False


@implements(schedule_start)
def account(prev: Task) -> None:
    cpu = this_cpu()
    for i in range(POOL_SLOTS):
        stack = mapped_in[cpu][i]
        if stack is not None:
            page = noted[cpu][i]
            if PLANTED != 1:
                stack.pages[stack.nr_pages] = page
            if PLANTED == 0:
                stack.nr_pages += 1
            memcg_kmem_charge_page(page, Gfp.NOFAIL, None)
            mapped_in[cpu][i] = null(VmArea)
            noted[cpu][i] = null(Page)
            cpu.pool[i] = alloc_pages(Gfp.ZERO)


@implements(list_is_exact)
@function
def nothing_is_noted(stack: VmArea) -> bool:
    return NOTES == 0 or not any(mapped_in[cpu][i] is stack for cpu in every(Cpu) for i in range(POOL_SLOTS))


@implements(is_marked)
@function
def marks_nobody(task: Task) -> bool:
    return False


@implements(owes_refill)
@function
def always(cpu: Cpu, task: Task) -> bool:
    return True


@invariant("reached-lagging", "pte[{level}] of {task}'s stack is mapped and not listed, and no fault is being handled")
def reached_lagging(task: Task, level: Level) -> bool:
    """The exemption of a stack whose list is not exact is needed."""
    area = task.stack_vm_area
    if area is None or level == STACK_PAGES or fault_active(task):
        return True
    return area.pte[level] is area.pages[level]


@invariant("reached-listed", "all pages of {task}'s stack are mapped, listed and counted")
def reached_listed(task: Task) -> bool:
    """What lags behind is made up for."""
    area = task.stack_vm_area
    return area is None or area.nr_pages < STACK_PAGES or any(area.pages[level] is None for level in range(STACK_PAGES))
