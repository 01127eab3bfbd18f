# SPDX-License-Identifier: GPL-2.0-only
"""Control of fault-resolved: rfc_v1_nr_fixed with a fault handler that gives the wrong answer. Each ends the path at once.

With 6 and 7 the fault had, or could have had, as many pages as it lacks and no more, so that capacity has nothing to say."""

from checker.language import function, implements, in_routine, invariant, parameter, routine
from models.rfc_v1 import acquired, dynamic_stack, is_acquired
from spec.kernel import (
    POOL_SLOTS,
    STACK_PAGES,
    Count,
    Cpu,
    Level,
    Page,
    Task,
    TaskFlags,
    VmArea,
    exc_page_fault,
    fault_may_take,
    set_pte_at,
    stack_fault,
    this_cpu,
)

__all__ = ["dynamic_stack"]

PLANTED = parameter(
    1,
    0,
    7,
    "0: no fault, 1: a fault is refused because only the first slot is looked at, 2: the page that was touched is left out, "
    "3: the guard page counts as a level that is mapped already, 4: the pages are mapped, and the fault is refused all the same, "
    "5: a page is taken, and the fault is refused, though there are more, 6: all that are needed are taken, and the fault is "
    "refused, 7: the pool is emptied, what one fault needs put by where faults may take it, and the fault is refused",
)
put_by: Page | None = None


@implements(fault_may_take)
@function
def is_put_by(page: Page) -> bool:
    return put_by is page


@routine
def empty_pool() -> None:
    global put_by
    cpu = this_cpu()
    for i in range(POOL_SLOTS):
        put_by = cpu.pool[i]
        cpu.pool[i] = None


@routine
def dynamic_stack_get_page() -> Page | None:
    cpu = this_cpu()
    for i in range(1 if PLANTED == 1 else POOL_SLOTS):
        page = cpu.pool[i]
        if page and not is_acquired(page):
            cpu.pool[i] = acquired(cpu.pool[i])
            return page
    return None


@implements(stack_fault)
def dynamic_stack_fault(tsk: Task, stack: VmArea, level: Level) -> bool:
    vm_area = tsk.stack_vm_area
    if vm_area is None or stack is not vm_area:
        return False
    if level >= STACK_PAGES:
        return PLANTED == 3
    nr_pages: Count = vm_area.nr_pages
    if nr_pages >= STACK_PAGES:
        return False
    if level < nr_pages:
        return False
    if PLANTED == 7 and level == 1:
        empty_pool()
        return False
    for addr in range(nr_pages, level if PLANTED == 2 else level + 1):
        page = dynamic_stack_get_page()
        if not page or (PLANTED == 5 and level == 1):
            return False
        if PLANTED == 6:
            continue
        vm_area.pages[nr_pages] = page
        nr_pages = nr_pages + 1
        vm_area.nr_pages = nr_pages
        if vm_area.pte[addr] is not None:
            return False
        set_pte_at(vm_area, addr, page)
    tsk.flags |= TaskFlags.PF_DYNAMIC_STACK
    return PLANTED not in (4, 6)


@function
def is_uncharged(task: Task, level: Level) -> bool:
    """Whether the level is mapped since the task was last charged for its pages."""
    page = task.stack_vm_area.pte[level]
    return page is not None and page.memcg is None


@function
def in_fault(cpu: Cpu) -> bool:
    """Whether the CPU handles a fault that has not marked the task yet, nor has one before it."""
    return in_routine(cpu, exc_page_fault) and not cpu.stack.flags & TaskFlags.PF_DYNAMIC_STACK


@invariant("reached-deep-fault", "{cpu} has mapped several levels of {cpu.stack}'s stack in one fault")
def reached_deep_fault(cpu: Cpu) -> bool:
    """fault-resolved has something to say where a fault goes more than one level deeper."""
    return not in_fault(cpu) or sum(1 for level in range(STACK_PAGES) if is_uncharged(cpu.stack, level)) < 2


@invariant("reached-guard-page", "{cpu} handles a fault on the stack of {cpu.stack}, which was full before")
def reached_guard_page(cpu: Cpu) -> bool:
    """It has something to say where no level is left to touch, only the guard page."""
    if not in_fault(cpu) or cpu.stack.stack_vm_area.nr_pages < STACK_PAGES:
        return True
    return any(is_uncharged(cpu.stack, level) for level in range(STACK_PAGES))
