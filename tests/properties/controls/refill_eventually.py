# SPDX-License-Identifier: GPL-2.0-only
"""Control of refill-eventually: as rfc_v1_nr_fixed, but a slot keeps its tag until an allocation for it has succeeded.

The refill is tried until it succeeds, which it does as memory is short for a time only. PLANTED=1: after a failure nothing is
allocated any more, and the pool is looked at forever. It is violated though refill-owed holds: somebody is always about to refill.
"""

from checker.language import address, function, implements, in_routine, invariant, parameter, routine
from models.rfc_v1 import is_acquired, not_acquired
from models.rfc_v1_nr_fixed import dynamic_stack_fault
from spec.kernel import (
    POOL_SLOTS,
    Cpu,
    Gfp,
    Page,
    Task,
    TaskFlags,
    alloc_pages,
    memcg_kmem_charge_page,
    mod_lruvec_page_state,
    schedule_start,
    this_cpu,
)
from spec.kernel.records import Slot

__all__ = ["dynamic_stack_fault"]

PLANTED = parameter(1, 0, 1, "0: no fault, 1: after a failed allocation the refill waits forever, and allocates nothing")


@routine
def wait_for_page(cpu: Cpu, slot: Slot) -> Page | None:
    page: Page | None = alloc_pages(Gfp.ZERO)
    while page is None:
        if PLANTED == 0:
            page = alloc_pages(Gfp.ZERO)
        elif cpu.pool[slot] is None:
            break
    return page


@implements(schedule_start)
def dynamic_stack(tsk: Task) -> None:
    if tsk.flags & TaskFlags.PF_DYNAMIC_STACK:
        cpu = this_cpu()
        for i in range(POOL_SLOTS):
            page = cpu.pool[i]
            if not is_acquired(page):
                break
            memcg_kmem_charge_page(not_acquired(page), Gfp.NOFAIL, None)
            mod_lruvec_page_state(not_acquired(page))
            cpu.pool[i] = wait_for_page(cpu, i)
        tsk.flags &= ~TaskFlags.PF_DYNAMIC_STACK


@function
def is_tagged(cpu: Cpu, slot: Slot) -> bool:
    return bool(address(cpu.pool[slot]) & 1)


@invariant("reached-tagged", "slot {slot} of {cpu}'s pool holds {cpu.pool[slot]}")
def reached_tagged(cpu: Cpu, slot: Slot) -> bool:
    """Slots are tagged."""
    return not is_tagged(cpu, slot)


@invariant("reached-waiting", "slot {slot} of {cpu}'s pool holds {cpu.pool[slot]}, and {cpu.current} allocates a page for it")
def reached_waiting(cpu: Cpu, slot: Slot) -> bool:
    """It depends on an allocation whether they are refilled."""
    return not is_tagged(cpu, slot) or not in_routine(cpu.current, wait_for_page)
