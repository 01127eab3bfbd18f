# SPDX-License-Identifier: GPL-2.0-only
"""The fixed RFC with a fault handler that, when the pool has nothing left, asks the page allocator.

NOLOCK=0: by alloc_pages, which waits for zone->lock; the fault may have happened where its own CPU has it. NOLOCK=1: by
alloc_pages_nolock, which may always fail.
"""

from checker.language import implements, parameter
from models.rfc_v1 import alloc_vmap_stack_dynamic, dynamic_stack, dynamic_stack_get_page
from spec.kernel import (
    STACK_PAGES,
    Count,
    Gfp,
    Level,
    Task,
    TaskFlags,
    VmArea,
    alloc_pages,
    alloc_pages_nolock,
    memcg_kmem_charge_page,
    set_pte_at,
    stack_fault,
)

__all__ = ["alloc_vmap_stack_dynamic", "dynamic_stack"]

NOLOCK = parameter(0, 0, 2, "0: alloc_pages, 1: alloc_pages_nolock, 2: that, and the page is charged on the spot")


@implements(stack_fault)
def dynamic_stack_fault(tsk: Task, stack: VmArea, level: Level) -> bool:
    if level >= STACK_PAGES:
        return False
    tsk.flags |= TaskFlags.PF_DYNAMIC_STACK
    nr_pages: Count = stack.nr_pages
    for addr in range(nr_pages, level + 1):
        page = dynamic_stack_get_page()
        if not page:
            if NOLOCK:
                page = alloc_pages_nolock()
            else:
                page = alloc_pages(Gfp.ZERO)
        if not page:
            return False
        if NOLOCK == 2:
            memcg_kmem_charge_page(page, Gfp.NOFAIL, tsk)
        stack.pages[addr] = page
        set_pte_at(stack, addr, page)
        stack.nr_pages = addr + 1
    return True
