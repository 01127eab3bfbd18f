# SPDX-License-Identifier: GPL-2.0-only
"""What controls with NMIs share: a hook of __schedule after which NMIs find nothing unmapped, so that no fault is taken in the rest
of it. The task that leaves maps the rest of its stack, charges it and refills the pool, all in one step."""

from checker.language import atomic, implements, routine
from models.rfc_v1 import acquired, is_acquired, not_acquired
from spec.kernel import (
    POOL_SLOTS,
    STACK_PAGES,
    Gfp,
    Page,
    Task,
    TaskFlags,
    alloc_pages,
    memcg_kmem_charge_page,
    schedule_start,
    set_pte_at,
    this_cpu,
)


@routine
def find_slot() -> Page | None:
    cpu = this_cpu()
    for i in range(POOL_SLOTS):
        page = cpu.pool[i]
        if page and not is_acquired(page):
            return page
    return None


@routine
def take(page: Page) -> None:
    cpu = this_cpu()
    for i in range(POOL_SLOTS):
        if cpu.pool[i] is page:
            cpu.pool[i] = acquired(page)


@routine
def map_charge_and_refill(tsk: Task) -> None:
    with atomic("a control: faults of NMIs in here are for others"):
        cpu = this_cpu()
        stack = tsk.stack_vm_area
        if stack is not None:
            for level in range(STACK_PAGES):
                if stack.pte[level] is None:
                    page = find_slot()
                    if page:
                        take(page)
                        stack.pages[level] = page
                        set_pte_at(stack, level, page)
                        stack.nr_pages += 1
            for i in range(POOL_SLOTS):
                if is_acquired(cpu.pool[i]):
                    memcg_kmem_charge_page(not_acquired(cpu.pool[i]), Gfp.NOFAIL, None)
                    cpu.pool[i] = alloc_pages(Gfp.ZERO)
            tsk.flags &= ~TaskFlags.PF_DYNAMIC_STACK


@implements(schedule_start)
def dynamic_stack(tsk: Task) -> None:
    map_charge_and_refill(tsk)
