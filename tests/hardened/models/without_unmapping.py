# SPDX-License-Identifier: GPL-2.0-only
"""hardened without remove_vm_area where a stack cannot be made."""

from checker.language import implements, inherit
from spec.kernel import PREALLOC_PAGES, Gfp, VmArea, alloc_pages, alloc_vmap_stack, get_vm_area_node, kfree_vm_area, set_pte_at

inherit("models.hardened")


@implements(alloc_vmap_stack)
def dynamic_stack_alloc() -> VmArea | None:
    vm_area = get_vm_area_node(Gfp.DIRECT_RECLAIM)
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
