# SPDX-License-Identifier: GPL-2.0-only
"""hardened, whose alloc_vmap_stack does not look whether it was given what it asked for."""

from checker.language import implements, inherit, null, parameter
from models.hardened import dynamic_stack_free_now
from spec.kernel import (
    Gfp,
    Page,
    VmArea,
    __free_page,
    alloc_pages,
    alloc_vmap_stack,
    get_vm_area_node,
    has_pages,
    kfree_pages,
    kmalloc,
    pte_alloc_kernel,
    set_pages,
    set_pte_at,
)

inherit("models.hardened")

IGNORED = parameter(
    1,
    0,
    6,
    "0: nothing; NULL of 1: get_vm_area_node, 2: kmalloc, 3: -ENOMEM of vmap; the array is freed 4: twice, 5: before its use; "
    "6: NULL of kmalloc until a page is stored",
)


@implements(alloc_vmap_stack)
def dynamic_stack_alloc() -> VmArea | None:
    vm_area = get_vm_area_node(Gfp.DIRECT_RECLAIM)
    if IGNORED != 1 and vm_area is None:
        return None
    set_pages(vm_area, kmalloc(Gfp.DIRECT_RECLAIM))  # type: ignore[arg-type]
    if IGNORED != 2 and IGNORED != 6 and not has_pages(vm_area):  # type: ignore[arg-type]
        dynamic_stack_free_now(vm_area)  # type: ignore[arg-type]
        return None
    page = alloc_pages(Gfp.DIRECT_RECLAIM | Gfp.ZERO)
    if page is None:
        if IGNORED == 4:
            kfree_pages(vm_area)  # type: ignore[arg-type]
        dynamic_stack_free_now(vm_area)  # type: ignore[arg-type]
        return None
    if IGNORED == 6:
        vm_area.pages[0] = page  # type: ignore[union-attr]
        if not has_pages(vm_area):  # type: ignore[arg-type]
            vm_area.pages[0] = null(Page)  # type: ignore[union-attr]
            __free_page(page)
            dynamic_stack_free_now(vm_area)  # type: ignore[arg-type]
            return None
    if not pte_alloc_kernel(vm_area) and IGNORED != 3:  # type: ignore[arg-type]
        vm_area.pages[0] = null(Page)  # type: ignore[union-attr]
        __free_page(page)
        dynamic_stack_free_now(vm_area)  # type: ignore[arg-type]
        return None
    if IGNORED == 5:
        kfree_pages(vm_area)  # type: ignore[arg-type]
    vm_area.pages[0] = page  # type: ignore[union-attr]
    set_pte_at(vm_area, 0, page)  # type: ignore[arg-type]
    vm_area.nr_pages = 1  # type: ignore[union-attr]
    return vm_area
