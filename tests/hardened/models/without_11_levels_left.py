# SPDX-License-Identifier: GPL-2.0-only
"""hardened without a look at what a stack has: the pool has to cover the whole of the next one."""

from checker.language import function, implements
from models.hardened import (
    dynamic_stack_alloc,
    dynamic_stack_cpu_dead,
    dynamic_stack_cpu_prepare,
    dynamic_stack_fault,
    dynamic_stack_finish,
    dynamic_stack_forked,
    dynamic_stack_free,
    dynamic_stack_is_marked,
    dynamic_stack_keeps_idle_awake,
    dynamic_stack_may_read,
    dynamic_stack_owes_refill,
    dynamic_stack_released,
    dynamic_stack_schedule,
    levels_to_grow,
    pages_to_take,
)
from spec.kernel import STACK_PAGES, Cpu, Task, may_switch_to

__all__ = [
    "dynamic_stack_alloc",
    "dynamic_stack_cpu_dead",
    "dynamic_stack_cpu_prepare",
    "dynamic_stack_fault",
    "dynamic_stack_finish",
    "dynamic_stack_forked",
    "dynamic_stack_free",
    "dynamic_stack_is_marked",
    "dynamic_stack_keeps_idle_awake",
    "dynamic_stack_may_read",
    "dynamic_stack_owes_refill",
    "dynamic_stack_released",
    "dynamic_stack_schedule",
]


@implements(may_switch_to)
@function
def dynamic_stack_may_switch_to(cpu: Cpu, prev: Task, next: Task) -> bool:
    return prev is next or pages_to_take(cpu) >= levels_to_grow(prev) + STACK_PAGES
