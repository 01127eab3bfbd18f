# SPDX-License-Identifier: GPL-2.0-only
"""hardened without change 5: the CPU's mark is cleared when every slot has been seen full, and not before they are looked at.

The loop goes round until the pool is full, so that only the window between that look and the clearing is left."""

from checker.language import atomic, implements, inherit, routine
from models.hardened import dynamic_stack_charge, is_free_to_take, needs_refill, stack_grown
from spec.kernel import POOL_SLOTS, Gfp, Task, alloc_pages, schedule_start, switch_finished, this_cpu

inherit("models.hardened")


@routine
def dynamic_stack_refill_pages() -> None:
    cpu = this_cpu()
    while needs_refill[cpu]:
        failed = False
        for i in range(POOL_SLOTS):
            if not is_free_to_take(cpu.pool[i]):
                page = alloc_pages(Gfp.ZERO)
                if page is None:
                    failed = True
                cpu.pool[i] = page
        if failed:
            break
        with atomic("one look at all slots closes the window of bug 4"):
            full = all(is_free_to_take(cpu.pool[i]) for i in range(POOL_SLOTS))
        if full:
            needs_refill[cpu] = False


@implements(schedule_start)
def dynamic_stack_schedule(prev: Task) -> None:
    dynamic_stack_refill_pages()


@implements(switch_finished)
def dynamic_stack_finish(prev: Task) -> None:
    if stack_grown[prev]:
        dynamic_stack_charge(prev)
        stack_grown[prev] = False
    dynamic_stack_refill_pages()
