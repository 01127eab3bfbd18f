# SPDX-License-Identifier: GPL-2.0-only
"""The slab allocator and page tables, as far as stacks need them: the array behind vm_area->pages, and the page table of a stack.

Both are there, and cost no step, unless the event area-oom is on."""

from checker.language import atomic, check, choose, null, routine
from spec.kernel.entry.contexts import Context, context, may_take_spinlock
from spec.kernel.mm.memory import direct_reclaim, might_sleep
from spec.kernel.parameters import AREA_OOM, SLEEP, STACK_PAGES
from spec.kernel.records import Gfp, Page, PagesArray, VmArea, this_cpu
from spec.properties.free_context import free_context
from spec.properties.no_wild_pointer import no_wild_pointer
from spec.properties.service_context import service_context


@routine
def kmalloc(gfp: Gfp) -> bool:
    """kmalloc(), kzalloc(), kmalloc_node() and the like, for an array of pointers to pages, which set_pages() gives to an area.
    Linux: takes an object from a slab, or a new slab from the page allocator; sleeps for reclaim where gfp has DIRECT_RECLAIM,
    may fail. False: Linux's NULL. It fails only with the event area-oom and sleeps only with sleep besides.

    Context: any but NMI and stack fault; with DIRECT_RECLAIM only process context (no-sleep-atomic); with KSWAPD_RECLAIM not
    under rq->lock. Takes the locks of the slab and of the page allocator (mm/slub.c). Without area-oom nothing is checked."""
    if AREA_OOM:
        if SLEEP and gfp & Gfp.DIRECT_RECLAIM:
            if might_sleep():
                direct_reclaim()
        with atomic("to whom the memory goes is decided under the allocator's own lock"):
            where = context(this_cpu())
            check(may_take_spinlock(where), service_context, "kmalloc(), which takes slab locks, is called in {where} context")
            check(
                where is not Context.RQ_LOCKED or not gfp & (Gfp.DIRECT_RECLAIM | Gfp.KSWAPD_RECLAIM),
                service_context,
                "kmalloc() is called under rq->lock, and wakes kswapd, which takes rq->lock",
            )
            fails = choose((False, True))
            return not fails
    return True


@routine
def check_elements(stack: VmArea) -> None:
    """Report a store into the array behind vm_area->pages while that was not there. The store itself is not seen here, so that
    the services which come next look for what it left."""
    check(
        stack.array is PagesArray.THERE or all(stack.pages[level] is None for level in range(STACK_PAGES)),
        no_wild_pointer,
        "a page was stored into {stack}.pages, which is {stack.array}",
    )


@routine
def set_pages(stack: VmArea, there: bool) -> None:
    """vm_area->pages = what kmalloc() gave. there: it gave an array.

    Context: any. It is a store."""
    if AREA_OOM:
        stack.array = PagesArray.THERE if there else PagesArray.NULL


@routine
def has_pages(stack: VmArea) -> bool:
    """vm_area->pages != NULL.

    Context: any. It is a load."""
    if AREA_OOM:
        with atomic("one load"):
            check_elements(stack)
            return stack.array is not PagesArray.NULL
    return True


@routine
def kfree_pages(stack: VmArea) -> None:
    """kfree(vm_area->pages); nothing happens where that is NULL.

    Context: any but NMI and stack fault. Takes the locks of the slab (mm/slub.c)."""
    if AREA_OOM:
        with atomic("to whom the memory goes is decided under the allocator's own lock"):
            where = context(this_cpu())
            check(may_take_spinlock(where), free_context, "{stack}.pages is freed, which takes slab locks, in {where} context")
            check_elements(stack)
            check(stack.array is not PagesArray.FREED, no_wild_pointer, "the array of {stack}'s pages is freed a second time")
            if stack.array is PagesArray.THERE:
                for level in range(STACK_PAGES):
                    stack.pages[level] = null(Page)
                stack.array = PagesArray.FREED


@routine
def pte_alloc_kernel(stack: VmArea) -> bool:
    """pte_alloc_kernel(): the part of vmap_pages_range_noflush() that makes the page table of the stack, before the first page is
    mapped; a stack is aligned to its size, so that there is one. Linux: allocates it with GFP_KERNEL unless it is there. False:
    there was no memory for it, and nothing is mapped. It fails only with the event area-oom and sleeps only with sleep besides.

    Context: process (mm/vmalloc.c, include/linux/mm.h). Without area-oom nothing is checked."""
    if AREA_OOM:
        if SLEEP:
            if might_sleep():
                direct_reclaim()
        with atomic("the page table enters the tables of the kernel under init_mm.page_table_lock"):
            where = context(this_cpu())
            check(
                where is Context.PROCESS,
                service_context,
                "the page table of {stack} is allocated, which may sleep, in {where} context",
            )
            check_elements(stack)
            fails = choose((False, True))
            if not fails:
                stack.page_table = True
            return not fails
    return True
