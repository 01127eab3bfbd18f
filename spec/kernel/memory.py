# SPDX-License-Identifier: GPL-2.0-only
"""Page frames: allocation, and the memory controller's charge."""

from checker.language import allocate, atomic, check, choose, is_allocated, routine
from spec.kernel.parameters import OOM
from spec.kernel.records import Level, Page, VmArea, this_cpu
from spec.properties.charge_once import charge_once
from spec.properties.no_wild_pointer import no_wild_pointer


@routine
def alloc_pages() -> Page | None:
    """alloc_pages(gfp, 0). Linux: takes a page from the free lists, may sleep where gfp allows it, may fail.
    Left out: which page (frames are interchangeable), sleeping, reserves; it fails only with the event oom."""
    with atomic("the page leaves the free list under the zone lock or its per-CPU lock"):
        if OOM and choose((False, True)):
            return None
        return get_page_from_freelist()


@routine
def memcg_kmem_charge_page(page: Page) -> None:
    """memcg_kmem_charge_page(page, gfp, 0). Linux: charges one page to current's group and notes it in the page.
    Left out: limits, reclaim, failure and sleeping."""
    with atomic("concerns only this page and current's own counters"):
        cpu = this_cpu()
        check(page.memcg is None, charge_once, "{page} is charged to {page.memcg} already, now again to {cpu.current}")
        page.memcg = cpu.current


@routine
def mod_lruvec_page_state(page: Page) -> None:
    """mod_lruvec_page_state(page, NR_KERNEL_STACK_KB, ...). Linux: finds the page's group and adds to its statistics.
    Left out: the sum, which nothing reads; that the page is looked into is what matters."""
    _group = page.memcg


@routine
def set_pte_at(stack: VmArea, level: Level, page: Page) -> None:
    """set_pte_at(&init_mm, address, pte, mk_pte(page, PAGE_KERNEL)). Linux: turns the pointer into a frame number,
    whatever it points to, and stores that in the page table entry."""
    with atomic("the store of one page table entry"):
        check(is_allocated(page), no_wild_pointer, "{page}, which is free, is mapped at level {level} of {stack}")
        stack.pte[level] = page


@routine
def get_page_from_freelist() -> Page:
    """get_page_from_freelist(): called by alloc_pages where it succeeds, as part of its one step."""
    return allocate(Page)
