# SPDX-License-Identifier: GPL-2.0-only
"""Page frames: allocation, freeing, and the memory controller's charge."""

from checker.language import allocate, atomic, check, choose, every, free, function, has_frames, in_routine, is_allocated, routine
from spec.kernel.allocator_locking import lock_stock, lock_zone, unlock_stock, unlock_zone
from spec.kernel.depth import has_frames_in
from spec.kernel.exceptions import in_stack_fault
from spec.kernel.hooks import shrinker_scan
from spec.kernel.parameters import CHARGE_FAIL, DEPTH, DEPTH_KEPT, OOM, RECLAIM, SLEEP, STACK_PAGES
from spec.kernel.records import Cpu, Gfp, Level, Page, Task, VmArea, this_cpu
from spec.kernel.scheduler import __schedule
from spec.properties.charge_once import charge_once
from spec.properties.free_context import free_context
from spec.properties.live_page import live_page
from spec.properties.no_wild_pointer import no_wild_pointer
from spec.properties.right_stack import right_stack
from spec.properties.zeroed import zeroed


@function
def can_sleep(cpu: Cpu) -> bool:
    """Whether a sleep here is more than a report: there is a task to put to sleep, and it does not reclaim already
    (PF_MEMALLOC: what reclaim allocates does not reclaim again)."""
    return not has_frames(cpu) and not cpu.stack.idle and not in_routine(cpu.stack, direct_reclaim)


@routine
def might_sleep() -> bool:
    """might_sleep(): says that what follows may sleep; no-sleep-atomic looks for code that stands here. Whether it does."""
    with atomic("a place to stand at, also where nothing comes before it"):
        pass
    with atomic("looks at the CPU's own preempt count only"):
        if can_sleep(this_cpu()):
            return choose((False, True))
        return False


@routine
def direct_reclaim() -> None:
    """__alloc_pages_direct_reclaim() and try_to_free_mem_cgroup_pages(): sleep until there is memory. In a context that
    must not sleep Linux prints "BUG: scheduling while atomic" and sleeps all the same, and so does this."""
    if RECLAIM:
        shrinker_scan()
    __schedule()


@routine
def alloc_pages(gfp: Gfp) -> Page | None:
    """alloc_pages(gfp, 0). Linux: takes a page from the free lists, sleeps for reclaim where gfp has DIRECT_RECLAIM, may
    fail. Left out: which page (frames are interchangeable), reserves. It fails only with the event oom and sleeps only
    with the event sleep, each at any time."""
    if SLEEP and gfp & Gfp.DIRECT_RECLAIM:
        if might_sleep():
            direct_reclaim()
    page: Page | None = None
    lock_zone()
    with atomic("the page leaves the free list under the zone lock or its per-CPU lock"):
        if OOM and choose((False, True)):
            cpu = this_cpu()
            cpu.short = True
        else:
            page = get_page_from_freelist()
            if not gfp & Gfp.ZERO:
                page.dirty = True
    unlock_zone()
    return page


@routine
def get_page_from_freelist() -> Page:
    """get_page_from_freelist(): called by alloc_pages where it succeeds, as part of its one step."""
    return allocate(Page)


@routine
def __free_page(page: Page) -> None:
    """__free_page(page). Linux: takes back the charge of a page that has one, and puts the page on a free list."""
    lock_zone()
    with atomic("the page enters the free list under the zone lock or its per-CPU lock"):
        cpu = this_cpu()
        # That speaks of NMIs as well:
        # one does nothing that is modelled but enter that handler, and ends with it.
        check(not in_stack_fault(cpu), free_context, "{page} is freed in the stack fault handler")
        page.memcg = None
        free(page)
    unlock_zone()


@routine
def memcg_kmem_charge_page(page: Page, gfp: Gfp, group: Task | None) -> bool:
    """memcg_kmem_charge_page(page, gfp, 0). Linux: charges one page to current's group, or to another that was made
    active, and notes it in the page; sleeps for reclaim where gfp has DIRECT_RECLAIM, fails at the limit unless gfp has
    NOFAIL. In an interrupt there is no current to charge (in_task() is false): without an active group it charges nobody,
    and returns 0 as if it had. group: whose group is active, None for current's. True: Linux's 0. Left out: the counters
    themselves."""
    if SLEEP and gfp & Gfp.DIRECT_RECLAIM:
        with atomic("in_task() reads the CPU's own preempt count"):
            charges_nobody = group is None and has_frames(this_cpu())
        if not charges_nobody:
            if might_sleep():
                direct_reclaim()
    failed = False
    lock_stock()
    with atomic("concerns only this page and the group's own counters"):
        if group is not None or not has_frames(this_cpu()):
            if CHARGE_FAIL and not gfp & Gfp.NOFAIL:
                failed = choose((False, True))
            if not failed:
                charged = this_cpu().current if group is None else group
                check(page.memcg is None, charge_once, "{page} is charged to {page.memcg} already, now again to {charged}")
                page.memcg = charged
    unlock_stock()
    return not failed


@routine
def memcg_kmem_uncharge_page(page: Page) -> None:
    """memcg_kmem_uncharge_page(page, 0). Linux: takes the charge back; nothing happens to a page without one."""
    lock_stock()
    with atomic("concerns only this page and its group's counters"):
        page.memcg = None
    unlock_stock()


@routine
def is_charged(page: Page) -> bool:
    """PageMemcgKmem(page): whether the page is charged to anybody."""
    return page.memcg is not None


@routine
def mod_lruvec_page_state(page: Page) -> None:
    """mod_lruvec_page_state(page, NR_KERNEL_STACK_KB, ...). Linux: finds the page's group and adds to its statistics.
    Left out: the sum, which nothing reads; that the page is looked into is what matters."""
    _group = page.memcg


@function
def is_mapped(page: Page) -> bool:
    """Whether the page is in a stack already: what is in it is then that stack's, and mapping it again is for one-owner to
    judge."""
    return any(is_allocated(stack) and stack.pte[level] is page for stack in every(VmArea) for level in range(STACK_PAGES))


@function
def is_of_a_task(stack: VmArea) -> bool:
    """Whether the stack is a task's, which may run on all of it from then on."""
    return any(task.stack_vm_area is stack for task in every(Task))


@routine
def set_pte_at(stack: VmArea, level: Level, page: Page) -> None:
    """set_pte_at(&init_mm, address, pte, mk_pte(page, PAGE_KERNEL)). Linux: turns the pointer into a frame number,
    whatever it points to, and stores that in the page table entry. From then on the stack's task writes to the page."""
    with atomic("the store of one page table entry"):
        check(is_allocated(page), no_wild_pointer, "{page}, which is free, is mapped at level {level} of {stack}")
        check(not page.dirty or is_mapped(page), zeroed, "{page}, with data of others, enters {stack}")
        cpu = this_cpu()
        if DEPTH_KEPT:
            check(
                stack.pte[level] is None or stack.pte[level] is page or not has_frames_in(stack, level),
                live_page,
                "{page} takes the place of {stack.pte[level]} at level {level} of {stack}, where frames are",
            )
        check(
            not in_stack_fault(cpu) or cpu.stack.stack_vm_area is stack,
            right_stack,
            "the fault was on {cpu.stack}'s stack, and {stack} grows",
        )
        if in_stack_fault(cpu) or (not DEPTH and is_of_a_task(stack)):
            page.dirty = True
        stack.pte[level] = page
