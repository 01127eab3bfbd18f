# SPDX-License-Identifier: GPL-2.0-only
"""hardened without change 4: the CPU's mark is cleared together with the store to the last slot, so that a fault
in the refill loop which takes a slot that the loop has passed is forgotten."""

from checker.language import atomic, implements, inherit, routine
from models.hardened import dynamic_stack_charge, is_free_to_take, needs_refill, stack_grown
from spec.kernel import POOL_SLOTS, Gfp, Task, alloc_pages, schedule_start, switch_finished, this_cpu

inherit("models.hardened")


@routine
def dynamic_stack_refill_pages() -> None:
    cpu = this_cpu()
    if needs_refill[cpu]:
        failed = False
        for i in range(POOL_SLOTS):
            page = cpu.pool[i]
            if not is_free_to_take(page):
                page = alloc_pages(Gfp.ZERO)
                if page is None:
                    failed = True
            with atomic("so that the window of bug 5 is closed, and only that of bug 4 is left"):
                if not is_free_to_take(cpu.pool[i]):
                    cpu.pool[i] = page
                if i == POOL_SLOTS - 1:
                    needs_refill[cpu] = failed


@implements(schedule_start)
def dynamic_stack_schedule(prev: Task) -> None:
    dynamic_stack_refill_pages()


@implements(switch_finished)
def dynamic_stack_finish(prev: Task) -> None:
    if stack_grown[prev]:
        dynamic_stack_charge(prev)
        stack_grown[prev] = False
    dynamic_stack_refill_pages()
