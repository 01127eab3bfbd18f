# SPDX-License-Identifier: GPL-2.0-only
"""rfc_v1_nr_fixed, whose fault handler or irq_work calls one of the kernel's allocators."""

from checker.language import allocate, implements, initial, parameter, routine
from models.rfc_v1 import dynamic_stack_get_page, dynamic_stack_refill_pages
from spec.kernel import (
    STACK_PAGES,
    Count,
    Gfp,
    Level,
    Page,
    Task,
    TaskFlags,
    VmArea,
    __free_page,
    alloc_pages,
    alloc_pages_nolock,
    find_vm_area,
    free_pages_nolock,
    irq_work_queue,
    irq_work_run,
    memcg_kmem_charge_page,
    memcg_kmem_uncharge_page,
    schedule_start,
    set_pte_at,
    stack_fault,
    this_cpu,
)

CALLED = parameter(
    1,
    1,
    7,
    "1: alloc_pages, 2: __free_page, 3: memcg_kmem_charge_page, 4: memcg_kmem_uncharge_page, 5: find_vm_area, "
    "6: alloc_pages_nolock, 7: free_pages_nolock",
)
IN_INTERRUPT = parameter(0, 0, 1, "0: by the fault handler, 1: by irq_work")
KEPT_PAGES = 1

spare: Page | None = None


@initial
def keep_a_page() -> None:
    global spare
    spare = allocate(Page)


@routine
def call(stack: VmArea) -> None:
    global spare
    page = spare
    if CALLED == 1 and page is None:
        spare = alloc_pages(Gfp.ZERO)
    elif CALLED == 6 and page is None:
        spare = alloc_pages_nolock()
    elif CALLED == 5:
        _found = find_vm_area(stack)
    elif page is not None:
        if CALLED == 3:
            memcg_kmem_charge_page(page, Gfp.NOFAIL, None)
            memcg_kmem_uncharge_page(page)
        elif CALLED == 4:
            memcg_kmem_uncharge_page(page)
        else:
            spare = None
            if CALLED == 7 or CALLED == 6:
                free_pages_nolock(page)
            else:
                __free_page(page)


@implements(schedule_start)
def dynamic_stack(tsk: Task) -> None:
    if tsk.flags & TaskFlags.PF_DYNAMIC_STACK:
        if IN_INTERRUPT:
            irq_work_queue()
        dynamic_stack_refill_pages()
        tsk.flags &= ~TaskFlags.PF_DYNAMIC_STACK


@implements(irq_work_run)
def call_in_interrupt() -> None:
    if IN_INTERRUPT:
        stack = this_cpu().stack.stack_vm_area
        if stack is not None:
            call(stack)


@implements(stack_fault)
def dynamic_stack_fault(tsk: Task, stack: VmArea, level: Level) -> bool:
    if not IN_INTERRUPT:
        call(stack)
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
    return True
