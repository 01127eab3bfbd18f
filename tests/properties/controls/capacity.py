# SPDX-License-Identifier: GPL-2.0-only
"""Control of capacity: a pool that covers one full stack, and is refilled at each __schedule, marked or not.

PLANTED=1: the first fault sets a page aside, for worse times than these; it is the one that the deepest fault lacks. That cannot be
wrong alone: the fault is refused (fault-resolved). With the event oom a fault can lack a page also without it,
because an allocation has failed: that is fault-resolved, and not capacity.

With the event nmi the handler takes a page and maps it in one step, so that an NMI finds its level mapped, or maps it. PLANTED=2: it
takes the page first, and the only one there is; an NMI in between lacks it, and does not get it from the fault that it interrupts.
"""

from models.nested import map_charge_and_refill

from checker.language import atomic, function, implements, invariant, parameter, routine
from models.rfc_v1 import dynamic_stack_get_page, is_acquired, not_acquired
from spec.kernel import (
    POOL_SLOTS,
    STACK_PAGES,
    Count,
    Cpu,
    Gfp,
    Level,
    Page,
    Task,
    TaskFlags,
    VmArea,
    alloc_pages,
    holds_page,
    memcg_kmem_charge_page,
    schedule_start,
    set_pte_at,
    stack_fault,
    this_cpu,
)
from spec.kernel.parameters import NMI

PLANTED = parameter(1, 0, 2, "0: no fault, 1: a page is set aside, 2: a page is taken before an NMI, and mapped after it")
aside: Page | None = None


@routine
def set_aside() -> None:
    global aside
    cpu = this_cpu()
    if aside is None:
        for i in range(POOL_SLOTS):
            page = cpu.pool[i]
            if page and not is_acquired(page):
                cpu.pool[i] = None
                aside = page
                break


@implements(holds_page)
@function
def is_aside(page: Page) -> bool:
    return aside is page


@routine
def grow_under_nmi(tsk: Task, stack: VmArea, level: Level) -> bool:
    tsk.flags |= TaskFlags.PF_DYNAMIC_STACK
    taken: Page | None = None
    if PLANTED == 2:
        with atomic("a control: no NMI takes the same page"):
            taken = dynamic_stack_get_page()
    with atomic("a control: no NMI between finding a page and mapping it"):
        for addr in range(stack.nr_pages, level + 1):
            page = taken if taken else dynamic_stack_get_page()
            if not page:
                return False
            stack.pages[addr] = page
            set_pte_at(stack, addr, page)
            stack.nr_pages = addr + 1
    return True


@implements(stack_fault)
def dynamic_stack_fault(tsk: Task, stack: VmArea, level: Level) -> bool:
    if level >= STACK_PAGES:
        return False
    if NMI:
        return grow_under_nmi(tsk, stack, level)
    nr_pages: Count = stack.nr_pages
    for addr in range(nr_pages, level + 1):
        page = dynamic_stack_get_page()
        if not page:
            return False
        stack.pages[addr] = page
        set_pte_at(stack, addr, page)
        stack.nr_pages = addr + 1
    if PLANTED == 1:
        set_aside()
    tsk.flags |= TaskFlags.PF_DYNAMIC_STACK
    return True


@implements(schedule_start)
def dynamic_stack(tsk: Task) -> None:
    if NMI:
        map_charge_and_refill(tsk)
        return
    cpu = this_cpu()
    for i in range(POOL_SLOTS):
        page = cpu.pool[i]
        if is_acquired(page):
            memcg_kmem_charge_page(not_acquired(page), Gfp.NOFAIL, None)
        if not page or is_acquired(page):
            cpu.pool[i] = alloc_pages(Gfp.ZERO)
    tsk.flags &= ~TaskFlags.PF_DYNAMIC_STACK


@invariant("reached-last-page", "{cpu}'s pool has given its last page to {cpu.stack}, whose stack is full")
def reached_last_page(cpu: Cpu) -> bool:
    """The whole pool is needed."""
    if cpu.stack.stack_vm_area is None or cpu.stack.stack_vm_area.nr_pages < STACK_PAGES:
        return True
    return any(not is_acquired(cpu.pool[slot]) for slot in range(POOL_SLOTS))
