# SPDX-License-Identifier: GPL-2.0-only
"""hardened without remove_vm_area where a stack cannot be made."""

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
from spec.kernel import PREALLOC_PAGES, Gfp, VmArea, alloc_pages, alloc_vmap_stack, get_vm_area_node, kfree_vm_area, set_pte_at

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
    vm_area = get_vm_area_node()
    if vm_area is None:
        return None
    for i in range(PREALLOC_PAGES):
        page = alloc_pages(Gfp.DIRECT_RECLAIM | Gfp.ZERO)
        if page is None:
            kfree_vm_area(vm_area)
            return None
        vm_area.pages[i] = page
        set_pte_at(vm_area, i, page)
        vm_area.nr_pages = i + 1
    return vm_area
