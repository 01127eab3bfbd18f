# SPDX-License-Identifier: GPL-2.0-only
"""hardened without vfree_atomic: what an RCU callback must not free is left where it is."""

from checker.language import implements
from models.hardened import (
    dynamic_stack_alloc,
    dynamic_stack_cpu_dead,
    dynamic_stack_cpu_prepare,
    dynamic_stack_fault,
    dynamic_stack_finish,
    dynamic_stack_forked,
    dynamic_stack_free_now,
    dynamic_stack_is_marked,
    dynamic_stack_keeps_idle_awake,
    dynamic_stack_may_read,
    dynamic_stack_may_switch_to,
    dynamic_stack_owes_refill,
    dynamic_stack_released,
    dynamic_stack_schedule,
)
from spec.kernel import VmArea, free_vmap_stack, in_task

__all__ = [
    "dynamic_stack_alloc",
    "dynamic_stack_cpu_dead",
    "dynamic_stack_cpu_prepare",
    "dynamic_stack_fault",
    "dynamic_stack_finish",
    "dynamic_stack_forked",
    "dynamic_stack_is_marked",
    "dynamic_stack_keeps_idle_awake",
    "dynamic_stack_may_read",
    "dynamic_stack_may_switch_to",
    "dynamic_stack_owes_refill",
    "dynamic_stack_released",
    "dynamic_stack_schedule",
]


@implements(free_vmap_stack)
def dynamic_stack_free(vm_area: VmArea) -> None:
    if in_task():
        dynamic_stack_free_now(vm_area)
