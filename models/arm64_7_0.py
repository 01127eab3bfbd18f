# SPDX-License-Identifier: GPL-2.0-only
"""Dynamic kernel stacks for arm64 on Linux 7.0: the version of 2026.

As arm64_global_pool, with its global pool and what is assumed of it there (GLOBAL_POOL_PAGES, REFILL_LOCKED), but

- the loop over several pages stores each at pages[vm_area->nr_pages] and counts nr_pages++, read from the area each time
  round;
- a stack that has grown is not cached for the next fork, but freed.

Written from these facts, not from the patch. What they leave open, and what is assumed here:

- nr_pages++ is a load and a store, directly after the store to pages[].
- The loop begins at the address that nr_pages gave when the handler looked whether the fault is in the hole. That one read
  is kept in a local, as before.
- A stack has grown if it has more pages than it was made with; what was once mapped never goes back.
- A page table entry that is present already refuses the fault after the page is in pages[] and counted, as before.
"""

from checker.language import Expected, function, implements
from models.arm64_global_pool import (
    GLOBAL_POOL_PAGES,
    KEPT_PAGES,
    REFILL_LOCKED,
    dynamic_stack_get_page,
    dynamic_stack_init,
    dynamic_stack_refill_global,
    is_in_global_pool,
)
from models.rfc_v1 import (
    alloc_vmap_stack_dynamic,
    dynamic_stack,
    dynamic_stack_free_pages_cpu,
    dynamic_stack_refill_pages_cpu,
    free_vmap_stack_dynamic,
    uncharge_stack,
)
from spec.kernel import (
    PREALLOC_PAGES,
    STACK_PAGES,
    Level,
    Task,
    TaskFlags,
    VmArea,
    may_cache_stack,
    set_pte_at,
    stack_fault,
)

__all__ = [
    "GLOBAL_POOL_PAGES",
    "KEPT_PAGES",
    "REFILL_LOCKED",
    "alloc_vmap_stack_dynamic",
    "dynamic_stack",
    "dynamic_stack_fault",
    "dynamic_stack_free_pages_cpu",
    "dynamic_stack_init",
    "dynamic_stack_refill_global",
    "dynamic_stack_refill_pages_cpu",
    "free_vmap_stack_dynamic",
    "is_in_global_pool",
    "uncharge_stack",
]


@implements(stack_fault)
def dynamic_stack_fault(tsk: Task, stack: VmArea, level: Level) -> bool:
    # Is the address inside the stack area of this task?
    vm_area = tsk.stack_vm_area
    if vm_area is None or stack is not vm_area or level >= STACK_PAGES:
        return False
    nr_pages = vm_area.nr_pages
    if nr_pages >= STACK_PAGES:
        return False
    # Is it within the hole?
    if level < nr_pages:
        return False
    for addr in range(nr_pages, level + 1):
        page = dynamic_stack_get_page()
        if not page:
            return False
        vm_area.pages[vm_area.nr_pages] = page
        vm_area.nr_pages += 1
        if vm_area.pte[addr] is not None:
            return False
        set_pte_at(vm_area, addr, page)
    tsk.flags |= TaskFlags.PF_DYNAMIC_STACK
    return True


@implements(may_cache_stack)
@function
def has_not_grown(stack: VmArea) -> bool:
    return stack.nr_pages <= PREALLOC_PAGES


EXPECTED = (Expected(settings={"CPUS": 1, "TASKS": 1, "STACK_PAGES": 3}, events=("touch",), ladder=True),)
