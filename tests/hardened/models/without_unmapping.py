# SPDX-License-Identifier: GPL-2.0-only
"""hardened without remove_vm_area where a stack gets no page."""

from checker.language import implements, inherit, null
from models.hardened import dynamic_stack_free_now
from spec.kernel import (
    PREALLOC_PAGES,
    Gfp,
    Page,
    VmArea,
    __free_page,
    alloc_pages,
    alloc_vmap_stack,
    get_vm_area_node,
    has_pages,
    kfree_vm_area,
    kmalloc,
    pte_alloc_kernel,
    set_pages,
    set_pte_at,
)

inherit("models.hardened")


@implements(alloc_vmap_stack)
def dynamic_stack_alloc() -> VmArea | None:
    vm_area = get_vm_area_node(Gfp.DIRECT_RECLAIM | Gfp.ZERO)
    if vm_area is None:
        return None
    set_pages(vm_area, kmalloc(Gfp.DIRECT_RECLAIM | Gfp.ZERO))
    if not has_pages(vm_area):
        dynamic_stack_free_now(vm_area)
        return None
    for i in range(PREALLOC_PAGES):
        page = alloc_pages(Gfp.DIRECT_RECLAIM | Gfp.ZERO)
        if page is None:
            kfree_vm_area(vm_area)
            return None
        vm_area.pages[i] = page
        if not pte_alloc_kernel(vm_area):
            vm_area.pages[i] = null(Page)
            __free_page(page)
            dynamic_stack_free_now(vm_area)
            return None
        set_pte_at(vm_area, i, page)
        vm_area.nr_pages = i + 1
    return vm_area
