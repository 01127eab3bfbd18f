# SPDX-License-Identifier: GPL-2.0-only
"""rfc_v1_nr_fixed with a refill that runs with interrupts off, called from one of three places in __schedule."""

from checker.language import function, implements, instance, parameter, routine
from models.rfc_v1 import (
    alloc_vmap_stack_dynamic,
    free_vmap_stack_dynamic,
    is_acquired,
    not_acquired,
    uncharge_stack,
)
from models.rfc_v1_nr_fixed import dynamic_stack_fault
from spec.kernel import (
    POOL_SLOTS,
    Gfp,
    RawSpinlock,
    Task,
    TaskFlags,
    alloc_pages,
    memcg_kmem_charge_page,
    raw_spin_lock_irqsave,
    raw_spin_unlock_irqrestore,
    schedule_irqs_off,
    schedule_start,
    switch_prepare,
    this_cpu,
)

__all__ = ["alloc_vmap_stack_dynamic", "dynamic_stack_fault", "free_vmap_stack_dynamic", "uncharge_stack"]

PLACE = parameter("start", ("start", "irqs-off", "prepare"), "where __schedule calls the hook")


@function
def irqs_off() -> RawSpinlock:
    """Nobody else takes it: it is local_irq_save, with one CPU."""
    return instance(RawSpinlock, 0)


@routine
def refill(leaving: Task) -> None:
    if leaving.flags & TaskFlags.PF_DYNAMIC_STACK:
        cpu = this_cpu()
        for slot in range(POOL_SLOTS):
            taken = cpu.pool[slot]
            if is_acquired(taken):
                memcg_kmem_charge_page(not_acquired(taken), Gfp.NOFAIL, None)
                cpu.pool[slot] = alloc_pages(Gfp.ZERO)
        leaving.flags &= ~TaskFlags.PF_DYNAMIC_STACK


@implements(schedule_start)
def at_the_start(prev: Task) -> None:
    if PLACE == "start":
        raw_spin_lock_irqsave(irqs_off())
        refill(prev)
        raw_spin_unlock_irqrestore(irqs_off())


@implements(schedule_irqs_off)
def behind_local_irq_disable(prev: Task) -> None:
    if PLACE == "irqs-off":
        refill(prev)


@implements(switch_prepare)
def before_the_switch(prev: Task, next: Task) -> None:
    if PLACE == "prepare":
        refill(prev)
