# SPDX-License-Identifier: GPL-2.0-only
"""hardened without changes 11, 12 and the part of 6 that marks a CPU whose pool has an empty slot."""

from checker.language import atomic, implements, routine
from models.hardened import (
    dynamic_stack_alloc,
    dynamic_stack_charge,
    dynamic_stack_cpu_dead,
    dynamic_stack_cpu_prepare,
    dynamic_stack_forked,
    dynamic_stack_free,
    dynamic_stack_help,
    dynamic_stack_is_marked,
    dynamic_stack_keeps_idle_awake,
    dynamic_stack_may_read,
    dynamic_stack_owes_refill,
    dynamic_stack_released,
    dynamic_stack_take_page,
    is_acquired,
    is_free_to_take,
    needs_refill,
    not_acquired,
    stack_grown,
)
from spec.kernel import (
    POOL_SLOTS,
    STACK_PAGES,
    Gfp,
    Level,
    Task,
    VmArea,
    alloc_pages,
    schedule_start,
    set_pte_at,
    stack_fault,
    switch_finished,
    this_cpu,
)

__all__ = [
    "dynamic_stack_alloc",
    "dynamic_stack_cpu_dead",
    "dynamic_stack_cpu_prepare",
    "dynamic_stack_forked",
    "dynamic_stack_free",
    "dynamic_stack_is_marked",
    "dynamic_stack_keeps_idle_awake",
    "dynamic_stack_may_read",
    "dynamic_stack_owes_refill",
    "dynamic_stack_released",
]


@implements(stack_fault)
def dynamic_stack_fault(tsk: Task, stack: VmArea, level: Level) -> bool:
    cpu = this_cpu()
    # The stack pointer tells whose stack this is; `current` may still be the task that is leaving.
    owner = cpu.stack
    if stack is not owner.stack_vm_area or level >= STACK_PAGES:
        return False
    nr_pages = stack.nr_pages
    for i in range(nr_pages, level + 1):
        page = stack.pages[i]
        if page is None:
            if not dynamic_stack_take_page(cpu, stack, i):
                return False
            page = stack.pages[i]
        elif is_acquired(page):
            dynamic_stack_help(cpu, not_acquired(page))
        page = not_acquired(page)
        stack.pages[i] = page
        set_pte_at(stack, i, page)
        with atomic("cmpxchg: an NMI may have counted this level and deeper ones"):
            if stack.nr_pages == i:
                stack.nr_pages = i + 1
    stack_grown[owner] = True
    needs_refill[cpu] = True
    return True


@routine
def dynamic_stack_refill_pages() -> None:
    cpu = this_cpu()
    if needs_refill[cpu]:
        # A fault from here on sets it again.
        needs_refill[cpu] = False
        for i in range(POOL_SLOTS):
            if not is_free_to_take(cpu.pool[i]):
                cpu.pool[i] = alloc_pages(Gfp.ZERO)


@implements(schedule_start)
def dynamic_stack_schedule(prev: Task) -> None:
    dynamic_stack_refill_pages()


@implements(switch_finished)
def dynamic_stack_finish(prev: Task) -> None:
    if stack_grown[prev]:
        dynamic_stack_charge(prev)
        stack_grown[prev] = False
    dynamic_stack_refill_pages()
