# SPDX-License-Identifier: GPL-2.0-only
"""hardened without change 6: the refill takes an empty slot for the end of the pool, and forgets it."""

from checker.language import implements, inherit, routine
from models.hardened import dynamic_stack_charge, is_free_to_take, needs_refill, stack_grown
from spec.kernel import POOL_SLOTS, Gfp, Task, alloc_pages, schedule_start, switch_finished, this_cpu

inherit("models.hardened")


@routine
def dynamic_stack_refill_pages() -> None:
    cpu = this_cpu()
    if needs_refill[cpu]:
        needs_refill[cpu] = False
        for i in range(POOL_SLOTS):
            if cpu.pool[i] is None:
                break
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
