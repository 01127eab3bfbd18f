# SPDX-License-Identifier: GPL-2.0-only
"""Address space for stacks."""

from checker.language import allocate, atomic, check, choose, every, free, is_allocated, null, routine
from spec.kernel.entry.contexts import Context, context, may_take_spinlock
from spec.kernel.mm.allocator_locking import lock_vmap, unlock_vmap
from spec.kernel.mm.memory import direct_reclaim, might_sleep
from spec.kernel.mm.slab import check_elements
from spec.kernel.parameters import AREA_OOM, SLEEP, STACK_PAGES
from spec.kernel.records import Gfp, Page, PagesArray, VmArea, this_cpu
from spec.properties.free_context import free_context
from spec.properties.no_wild_pointer import no_wild_pointer
from spec.properties.service_context import service_context


@routine
def get_vm_area_node(gfp: Gfp) -> VmArea | None:
    """get_vm_area_node(THREAD_SIZE, ...): an area in the tree of areas, nothing mapped in it. None: there is no more, which here
    means that each of the modelled stacks is in use; with the event area-oom also that there was no memory for the area, and
    with the event sleep it sleeps for that. Without area-oom the array for its pages is there from the start.

    Context: process, whatever gfp is: it has a might_sleep(). It takes the lock of the tree (mm/vmalloc.c)."""
    if AREA_OOM and SLEEP and gfp & Gfp.DIRECT_RECLAIM:
        if might_sleep():
            direct_reclaim()
    stack: VmArea | None = None
    lock_vmap()
    with atomic("the tree of areas has a lock"):
        where = context(this_cpu())
        check(where is Context.PROCESS, service_context, "get_vm_area_node(), which may sleep, is called in {where} context")
        fails = False
        if AREA_OOM:
            fails = choose((False, True))
        if not fails and not all(is_allocated(other) for other in every(VmArea)):
            stack = allocate(VmArea)
            stack.in_vmap_tree = True
            if AREA_OOM:
                stack.array = PagesArray.NULL
                stack.page_table = False
    unlock_vmap()
    return stack


@routine
def find_vm_area(stack: VmArea) -> VmArea | None:
    """find_vm_area(addr), for an address in this stack: the area, or None if it is not in the tree of areas (any more).

    Context: process or atomic; not a softirq, an interrupt, a stack fault or an NMI. Takes the lock of the tree with
    interrupts on (spin_lock(&vn->busy.lock), mm/vmalloc.c), so that whoever comes in between on this CPU finds it taken."""
    found: VmArea | None = None
    lock_vmap()
    with atomic("the tree of areas has a lock"):
        where = context(this_cpu())
        check(
            may_take_spinlock(where) and where is not Context.SOFTIRQ and where is not Context.HARDIRQ,
            service_context,
            "find_vm_area(), which takes the lock of the vmap area tree with interrupts on, is called in {where} context",
        )
        if stack.in_vmap_tree:
            found = stack
    unlock_vmap()
    return found


@routine
def remove_vm_area(stack: VmArea) -> None:
    """remove_vm_area(): unmaps the area and takes it out of the tree of areas. Linux begins it with might_sleep(); free-context
    looks at where it is called.

    Context: process. Takes the lock of the tree (mm/vmalloc.c)."""
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
    """kfree(vm_area), and kfree(vm_area->pages) unless that is done already (kfree_pages).

    Context: any but NMI and stack fault. Takes the locks of the slab (mm/slub.c)."""
    with atomic("to whom the memory goes is decided under the allocator's own lock"):
        where = context(this_cpu())
        check(may_take_spinlock(where), free_context, "{stack} is freed, which takes slab locks, in {where} context")
        check(not stack.in_vmap_tree, no_wild_pointer, "{stack} is freed, but the vmap area tree still points to it")
        if AREA_OOM:
            check_elements(stack)
        # What a freed object holds is nobody's business any more; the engine need not tell such states apart.
        for level in range(STACK_PAGES):
            stack.pages[level] = null(Page)
        stack.nr_pages = 0
        if AREA_OOM:
            stack.array = PagesArray.THERE
            stack.page_table = True
        free(stack)
