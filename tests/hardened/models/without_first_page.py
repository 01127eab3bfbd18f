# SPDX-License-Identifier: GPL-2.0-only
"""hardened without a page in a new stack: that one, too, is left to a fault."""

from checker.language import implements
from models.hardened import (
    dynamic_stack_cpu_dead,
    dynamic_stack_cpu_prepare,
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
from spec.kernel import VmArea, alloc_vmap_stack, get_vm_area_node

__all__ = [
    "dynamic_stack_cpu_dead",
    "dynamic_stack_cpu_prepare",
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


@implements(alloc_vmap_stack)
def dynamic_stack_alloc() -> VmArea | None:
    return get_vm_area_node()
