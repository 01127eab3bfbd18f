# SPDX-License-Identifier: GPL-2.0-only
"""Page frames: allocation, freeing, and the memory controller's charge."""

from checker.language import allocate, atomic, check, choose, every, free, function, has_frames, in_routine, is_allocated, routine
from spec.kernel.entry.contexts import Context, context, is_unmaskable, may_take_spinlock
from spec.kernel.entry.depth import has_frames_in
from spec.kernel.entry.exceptions import in_stack_fault
from spec.kernel.hooks import shrinker_scan
from spec.kernel.mm.allocator_locking import lock_stock, lock_zone, unlock_stock, unlock_zone
from spec.kernel.mm.allocator_locks import zone_is_locked
from spec.kernel.parameters import AREA_OOM, CHARGE_FAIL, DEPTH, DEPTH_KEPT, OOM, PREEMPT_RT, RECLAIM, SLEEP, STACK_PAGES
from spec.kernel.records import Cpu, Gfp, Level, Page, Task, VmArea, this_cpu
from spec.kernel.sched.scheduler import __schedule
from spec.properties.charge_once import charge_once
from spec.properties.free_context import free_context
from spec.properties.live_page import live_page
from spec.properties.no_wild_pointer import no_wild_pointer
from spec.properties.right_stack import right_stack
from spec.properties.service_context import service_context
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
    with the event sleep, each at any time.

    Context: any but NMI and stack fault; with DIRECT_RECLAIM only process context (no-sleep-atomic); with KSWAPD_RECLAIM not
    under rq->lock, as wakeup_kswapd() takes that (mm/vmscan.c). Takes zone->lock and the lock of the per-CPU lists, which are
    spinlock_t, with interrupts off (mm/page_alloc.c)."""
    if SLEEP and gfp & Gfp.DIRECT_RECLAIM:
        if might_sleep():
            direct_reclaim()
    page: Page | None = None
    lock_zone()
    with atomic("the page leaves the free list under the zone lock or its per-CPU lock"):
        where = context(this_cpu())
        check(may_take_spinlock(where), service_context, "alloc_pages(), which takes zone->lock, is called in {where} context")
        check(
            where is not Context.RQ_LOCKED or not gfp & (Gfp.DIRECT_RECLAIM | Gfp.KSWAPD_RECLAIM),
            service_context,
            "alloc_pages() is called under rq->lock, and wakes kswapd, which takes rq->lock",
        )
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
def alloc_pages_nolock() -> Page | None:
    """alloc_pages_nolock(nid, 0), try_alloc_pages() in v6.15. Linux: as alloc_pages, but it only tries to take locks, zeroes
    the page, and wakes nobody; so it fails where another has the lock, its own CPU included, or where the free lists are
    short. It may do so at any time, with or without the event oom.

    Context: any. With PREEMPT_RT it fails in NMIs, and so in a stack fault, which counts as one (exc_double_fault,
    arch/x86/kernel/traps.c); in hard interrupts too, but irq_work runs in a thread there. Takes zone->lock by trylock."""
    with atomic("the page leaves the free list, if the locks are free"):
        cpu = this_cpu()
        refused = zone_is_locked() or (PREEMPT_RT == 1 and is_unmaskable(context(cpu)))
        if refused or choose((False, True)):
            cpu.short = True
            return None
        return get_page_from_freelist()


@routine
def try_alloc_pages() -> Page | None:
    """try_alloc_pages(), what alloc_pages_nolock() was called in v6.15."""
    return alloc_pages_nolock()


@routine
def __free_page(page: Page) -> None:
    """__free_page(page). Linux: takes back the charge of a page that has one, and puts the page on a free list.

    Context: any but NMI and stack fault. Takes zone->lock and the lock of the per-CPU lists (mm/page_alloc.c)."""
    lock_zone()
    with atomic("the page enters the free list under the zone lock or its per-CPU lock"):
        where = context(this_cpu())
        check(may_take_spinlock(where), free_context, "{page} is freed, which takes zone->lock, in {where} context")
        page.memcg = None
        free(page)
    unlock_zone()


@routine
def free_pages_nolock(page: Page) -> None:
    """free_pages_nolock(page, 0). Linux: as __free_page, but where another has the lock the page is put on a list of its own
    without one (trylock_free_pages), which the next free drains.

    Context: any."""
    with atomic("the page enters the free list, or the list of those that wait for it"):
        page.memcg = None
        free(page)


@routine
def memcg_kmem_charge_page(page: Page, gfp: Gfp, group: Task | None) -> bool:
    """memcg_kmem_charge_page(page, gfp, 0). Linux: charges one page to current's group, or to another that was made
    active, and notes it in the page; sleeps for reclaim where gfp has DIRECT_RECLAIM, fails at the limit unless gfp has
    NOFAIL. In an interrupt there is no current to charge (in_task() is false): without an active group it charges nobody,
    and returns 0 as if it had. group: whose group is active, None for current's. True: Linux's 0. Left out: the counters
    themselves.

    Context: any but NMI and stack fault; with DIRECT_RECLAIM only process context. Takes the lock of this CPU's stock, a
    local_lock_t (mm/memcontrol.c)."""
    if SLEEP and gfp & Gfp.DIRECT_RECLAIM:
        with atomic("in_task() reads the CPU's own preempt count"):
            charges_nobody = group is None and has_frames(this_cpu())
        if not charges_nobody:
            if might_sleep():
                direct_reclaim()
    failed = False
    lock_stock()
    with atomic("concerns only this page and the group's own counters"):
        where = context(this_cpu())
        check(
            may_take_spinlock(where),
            service_context,
            "{page} is charged, which takes the lock of the memcg stock, in {where} context",
        )
        if group is not None or not has_frames(this_cpu()):
            if CHARGE_FAIL and not gfp & Gfp.NOFAIL:
                failed = choose((False, True))
            if not failed:
                charged = this_cpu().current if group is None else group
                check(page.memcg is None, charge_once, "{page} is charged to {charged}, but is charged to {page.memcg} already")
                page.memcg = charged
    unlock_stock()
    return not failed


@routine
def memcg_kmem_uncharge_page(page: Page) -> None:
    """memcg_kmem_uncharge_page(page, 0). Linux: takes the charge back; nothing happens to a page without one.

    Context: any but NMI and stack fault. Takes the lock of this CPU's stock (mm/memcontrol.c)."""
    lock_stock()
    with atomic("concerns only this page and its group's counters"):
        where = context(this_cpu())
        check(
            may_take_spinlock(where),
            service_context,
            "{page} is uncharged, which takes the lock of the memcg stock, in {where} context",
        )
        page.memcg = None
    unlock_stock()


@routine
def is_charged(page: Page) -> bool:
    """PageMemcgKmem(page): whether the page is charged to anybody.

    Context: any."""
    return page.memcg is not None


@routine
def mod_lruvec_page_state(page: Page) -> None:
    """mod_lruvec_page_state(page, NR_KERNEL_STACK_KB, ...). Linux: finds the page's group and adds to its statistics.
    Left out: the sum, which nothing reads; that the page is looked into is what matters.

    Context: any but NMI and stack fault. Takes no lock: it turns interrupts off and adds to per-CPU counters in several
    steps (mm/memcontrol.c, mm/vmstat.c), so that one that comes between the steps of another loses a count."""
    with atomic("one look at the page, with interrupts off"):
        where = context(this_cpu())
        check(
            not is_unmaskable(where), service_context, "the statistics of {page}'s memory cgroup are updated in {where} context"
        )
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
    whatever it points to, and stores that in the page table entry. From then on the stack's task writes to the page.

    Context: any. Takes no lock: init_mm's page tables for vmalloc are never freed (mm/memory.c)."""
    with atomic("the store of one page table entry"):
        check(is_allocated(page), no_wild_pointer, "{page} is free, but is mapped at level {level} of {stack}")
        if AREA_OOM:
            check(stack.page_table, no_wild_pointer, "level {level} of {stack} is mapped, but no page table is there")
        check(not page.dirty or is_mapped(page), zeroed, "{page} enters {stack} with old data in it")
        cpu = this_cpu()
        if DEPTH_KEPT:
            check(
                stack.pte[level] is None or stack.pte[level] is page or not has_frames_in(stack, level),
                live_page,
                "{page} replaces {stack.pte[level]} at level {level} of {stack}, which holds frames",
            )
        check(
            not in_stack_fault(cpu) or cpu.stack.stack_vm_area is stack,
            right_stack,
            "the fault is on {cpu.stack}'s stack, but its handler maps a page into {stack}",
        )
        if in_stack_fault(cpu) or (not DEPTH and is_of_a_task(stack)):
            page.dirty = True
        stack.pte[level] = page
