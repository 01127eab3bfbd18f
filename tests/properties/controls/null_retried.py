# SPDX-License-Identifier: GPL-2.0-only
"""Control of null-retried: as rfc_v1_nr_fixed, but the refill passes NULL slots by, and every task that leaves tries to fill them.

With one task and one level to grow, nobody needs the slot again, so that no fault is ever refused for want of it. PLANTED=1: only
a marked task tries. PLANTED=2: it is tried once more, and given up. With the event hotplug a CPU that is down has an empty pool, maybe
forever.
"""

from checker.language import Per, function, implements, in_routine, invariant, parameter, per, routine
from models.rfc_v1 import is_acquired, not_acquired
from models.rfc_v1_nr_fixed import dynamic_stack_fault
from spec.kernel import (
    POOL_SLOTS,
    Cpu,
    Gfp,
    Task,
    TaskFlags,
    __free_page,
    alloc_pages,
    cpu_dead,
    cpu_prepare,
    memcg_kmem_charge_page,
    mod_lruvec_page_state,
    schedule_start,
    this_cpu,
)
from spec.kernel.records import Slot

__all__ = ["dynamic_stack_fault"]

PLANTED = parameter(
    1, 0, 2, "0: no fault, 1: only a marked task fills an empty slot, 2: an empty slot is given up the second time"
)
given_up: Per[Cpu, bool] = per(Cpu, False)


@routine
def refill() -> None:
    cpu = this_cpu()
    for i in range(POOL_SLOTS):
        page = cpu.pool[i]
        if page and not is_acquired(page):
            continue
        if page:
            memcg_kmem_charge_page(not_acquired(page), Gfp.NOFAIL, None)
            mod_lruvec_page_state(not_acquired(page))
        elif PLANTED == 2:
            if given_up[cpu]:
                continue
            given_up[cpu] = True
        cpu.pool[i] = alloc_pages(Gfp.ZERO)


@implements(schedule_start)
def dynamic_stack(tsk: Task) -> None:
    if PLANTED != 1 or tsk.flags & TaskFlags.PF_DYNAMIC_STACK:
        refill()
        tsk.flags &= ~TaskFlags.PF_DYNAMIC_STACK


@implements(cpu_dead)
def empty_pool(cpu: Cpu) -> None:
    for i in range(POOL_SLOTS):
        page = cpu.pool[i]
        cpu.pool[i] = None
        if page:
            __free_page(page)


@implements(cpu_prepare)
def fill_pool(cpu: Cpu) -> bool:
    for i in range(POOL_SLOTS):
        cpu.pool[i] = alloc_pages(Gfp.ZERO)
    return True


@function
def is_empty(cpu: Cpu, slot: Slot) -> bool:
    return cpu.pool[slot] is None


@invariant("reached-empty", "slot {slot} of {cpu}'s pool is empty, and no task there is at the refill")
def reached_empty(cpu: Cpu, slot: Slot) -> bool:
    """Slots are empty, and stay so for a while."""
    return not is_empty(cpu, slot) or in_routine(cpu.current, schedule_start)


@invariant("reached-retried", "slot {slot} of {cpu}'s pool is empty, and {cpu.current} allocates a page for it")
def reached_retried(cpu: Cpu, slot: Slot) -> bool:
    """They are tried again."""
    return not is_empty(cpu, slot) or not in_routine(cpu.current, alloc_pages)
