# SPDX-License-Identifier: GPL-2.0-only
"""hardened without change 10: the refill allocates with GFP_KERNEL."""

from checker.language import implements, inherit, routine
from models.hardened import dynamic_stack_charge, is_free_to_take, needs_refill, stack_grown
from spec.kernel import POOL_SLOTS, Gfp, Task, alloc_pages, schedule_start, switch_finished, this_cpu

inherit("models.hardened")


@routine
def dynamic_stack_refill_pages() -> None:
    cpu = this_cpu()
    if needs_refill[cpu]:
        # A fault from here on sets it again.
        needs_refill[cpu] = False
        for i in range(POOL_SLOTS):
            if not is_free_to_take(cpu.pool[i]):
                page = alloc_pages(Gfp.DIRECT_RECLAIM | Gfp.ZERO)
                if page is None:
                    needs_refill[cpu] = True
                cpu.pool[i] = page


@implements(schedule_start)
def dynamic_stack_schedule(prev: Task) -> None:
    dynamic_stack_refill_pages()


@implements(switch_finished)
def dynamic_stack_finish(prev: Task) -> None:
    if stack_grown[prev]:
        dynamic_stack_charge(prev)
        stack_grown[prev] = False
    dynamic_stack_refill_pages()
