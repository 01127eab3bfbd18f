# SPDX-License-Identifier: GPL-2.0-only
"""Address space for stacks."""

from checker.language import allocate, atomic, check, every, free, is_allocated, null, routine
from spec.kernel.allocator_locking import lock_vmap, unlock_vmap
from spec.kernel.parameters import STACK_PAGES
from spec.kernel.records import Page, VmArea
from spec.properties.no_wild_pointer import no_wild_pointer


@routine
def get_vm_area_node() -> VmArea | None:
    """get_vm_area_node(THREAD_SIZE, ...) and the array for its pages: an area in the tree of areas, nothing mapped in it. None:
    there is no more, which here means that each of the modelled stacks is in use. Left out: sleeping, and failure
    while there are some."""
    stack: VmArea | None = None
    lock_vmap()
    with atomic("the tree of areas has a lock"):
        if not all(is_allocated(other) for other in every(VmArea)):
            stack = allocate(VmArea)
            stack.in_vmap_tree = True
    unlock_vmap()
    return stack


@routine
def remove_vm_area(stack: VmArea) -> None:
    """remove_vm_area(): unmaps the area and takes it out of the tree of areas. Linux begins it with might_sleep(); free-context
    looks at where it is called."""
    with atomic("might_sleep(): a place to stand at"):
        pass
    lock_vmap()
    with atomic("nobody runs on the stack any more; the tree has a lock"):
        for level in range(STACK_PAGES):
            stack.pte[level] = null(Page)
        stack.in_vmap_tree = False
    unlock_vmap()


@routine
def kfree_vm_area(stack: VmArea) -> None:
    """kfree(vm_area->pages) and kfree(vm_area)."""
    with atomic("to whom the memory goes is decided under the allocator's own lock"):
        check(not stack.in_vmap_tree, no_wild_pointer, "{stack} is freed, and the tree of areas still points to it")
        # What a freed object holds is nobody's business any more; the engine need not tell such states apart.
        for level in range(STACK_PAGES):
            stack.pages[level] = null(Page)
        stack.nr_pages = 0
        free(stack)
