# SPDX-License-Identifier: GPL-2.0-only
"""hardened without the clean-up of a bring-up that fails."""

from checker.language import implements
from models.hardened import (
    dynamic_stack_alloc,
    dynamic_stack_cpu_dead,
    dynamic_stack_fault,
    dynamic_stack_finish,
    dynamic_stack_forked,
    dynamic_stack_free,
    dynamic_stack_is_marked,
    dynamic_stack_keeps_idle_awake,
    dynamic_stack_may_read,
    dynamic_stack_may_switch_to,
    dynamic_stack_owes_refill,
    dynamic_stack_released,
    dynamic_stack_schedule,
)
from spec.kernel import POOL_SLOTS, Cpu, Gfp, alloc_pages, cpu_prepare

__all__ = [
    "dynamic_stack_alloc",
    "dynamic_stack_cpu_dead",
    "dynamic_stack_fault",
    "dynamic_stack_finish",
    "dynamic_stack_forked",
    "dynamic_stack_free",
    "dynamic_stack_is_marked",
    "dynamic_stack_keeps_idle_awake",
    "dynamic_stack_may_read",
    "dynamic_stack_may_switch_to",
    "dynamic_stack_owes_refill",
    "dynamic_stack_released",
    "dynamic_stack_schedule",
]


@implements(cpu_prepare)
def dynamic_stack_cpu_prepare(cpu: Cpu) -> bool:
    for i in range(POOL_SLOTS):
        page = alloc_pages(Gfp.DIRECT_RECLAIM | Gfp.ZERO)
        if page is None:
            return False
        cpu.pool[i] = page
    return True
