# SPDX-License-Identifier: GPL-2.0-only
"""Control of one-owner: rfc_v1_nr_fixed with pages that get a second owner, or lose their last.

Each fault sits where nothing follows from it: the stack is full then, so that no further page is handed out or charged. (6 and 7 last
only until the slot is tagged; a second fault in between, in an NMI, would take the page again.)
That a page is in two stacks cannot be shown alone: it is charged to one of the two tasks at most (charge-once), and one that
is only listed in the second stack is not what is mapped there (area-agrees). Nor can 8 and 9: a slot is left tagged for a page that is in no
stack (tag-live).
"""

from models.lifecycle import uncharge_pages

from checker.language import every, free, function, implements, invariant, is_allocated, parameter, routine
from models.rfc_v1 import acquired, is_acquired, not_acquired
from spec.kernel import (
    POOL_SLOTS,
    STACK_PAGES,
    Count,
    Cpu,
    Gfp,
    Level,
    Page,
    Task,
    TaskFlags,
    VmArea,
    __free_page,
    alloc_pages,
    cpu_dead,
    cpu_prepare,
    holds_page,
    memcg_kmem_charge_page,
    mod_lruvec_page_state,
    schedule_start,
    set_pte_at,
    stack_fault,
    stack_released,
    this_cpu,
)
from spec.properties.one_owner import is_tagged_in_a_slot, slots_with, stacks_with

PLANTED = parameter(
    1,
    0,
    14,
    "0: no fault, 1: refill puts the page back that it has charged, 2: refill allocates twice and loses a page, "
    "3: refill gives the new page back and keeps it, 4: one page is mapped at two levels, 5: one new page goes into two slots, "
    "6: a page is listed before its slot is tagged, 7: a page is mapped before its slot is tagged, "
    "8: the fault that fills a stack takes a page too many and forgets it, 9: it gives it back and leaves the slot tagged, "
    "10: the protocol holds a page that is in a slot, 11: it gives back a page and holds it, 12: a page of a dead stack is given "
    "back, and the stack is cached with it, 13: the pages of a CPU that went down are given back, and its slots keep them, "
    "14: a CPU comes up with a page that was given back",
)

held: Page | None = None


@implements(holds_page)
@function
def is_held(page: Page) -> bool:
    return held is page


@routine
def dynamic_stack_get_page(vm_area: VmArea, addr: Level) -> Page | None:
    cpu = this_cpu()
    for i in range(POOL_SLOTS):
        page = cpu.pool[i]
        if page and not is_acquired(page):
            if PLANTED == 6:
                vm_area.pages[addr] = page
            if PLANTED == 7:
                set_pte_at(vm_area, addr, page)
            cpu.pool[i] = acquired(cpu.pool[i])
            return page
    return None


@implements(stack_fault)
def dynamic_stack_fault(tsk: Task, stack: VmArea, level: Level) -> bool:
    vm_area = tsk.stack_vm_area
    if vm_area is None or stack is not vm_area or level >= STACK_PAGES:
        return False
    nr_pages: Count = vm_area.nr_pages
    if nr_pages >= STACK_PAGES:
        return False
    if level < nr_pages:
        return False
    page: Page | None = None
    for addr in range(nr_pages, level + 1):
        if PLANTED != 4 or page is None:
            page = dynamic_stack_get_page(vm_area, addr)
        if not page:
            return False
        vm_area.pages[nr_pages] = page
        nr_pages = nr_pages + 1
        vm_area.nr_pages = nr_pages
        if PLANTED != 7:
            if vm_area.pte[addr] is not None:
                return False
            set_pte_at(vm_area, addr, page)
    if PLANTED >= 8 and level == STACK_PAGES - 1:
        surplus = dynamic_stack_get_page(vm_area, level)
        if PLANTED == 9 and surplus:
            free(surplus)
    tsk.flags |= TaskFlags.PF_DYNAMIC_STACK
    return True


@routine
def dynamic_stack_refill_pages() -> None:
    cpu = this_cpu()
    fresh: Page | None = None
    for i in range(POOL_SLOTS):
        page = cpu.pool[i]
        if not is_acquired(page):
            break
        page = not_acquired(page)
        memcg_kmem_charge_page(page, Gfp.NOFAIL, None)
        mod_lruvec_page_state(page)
        if PLANTED == 2:
            fresh = alloc_pages(Gfp.ZERO)
        if PLANTED == 1:
            fresh = page
        elif PLANTED != 5 or fresh is None:
            fresh = alloc_pages(Gfp.ZERO)
        if PLANTED == 3:
            free(fresh)
        cpu.pool[i] = fresh


@routine
def hold() -> None:
    global held
    if held is None:
        if PLANTED == 10:
            cpu = this_cpu()
            held = cpu.pool[0]
        else:
            page = alloc_pages(Gfp.ZERO)
            held = page
            if page:
                __free_page(page)


@implements(schedule_start)
def dynamic_stack(tsk: Task) -> None:
    if tsk.flags & TaskFlags.PF_DYNAMIC_STACK:
        dynamic_stack_refill_pages()
        if PLANTED in (10, 11):
            hold()
        tsk.flags &= ~TaskFlags.PF_DYNAMIC_STACK


@implements(stack_released)
def release_stack(task: Task, stack: VmArea) -> None:
    uncharge_pages(stack)
    if PLANTED == 12 and stack.nr_pages == STACK_PAGES:
        __free_page(stack.pages[STACK_PAGES - 1])


@implements(cpu_dead)
def empty_pool(cpu: Cpu) -> None:
    for i in range(POOL_SLOTS):
        page = cpu.pool[i]
        if page:
            if PLANTED != 14 or is_allocated(page):
                __free_page(page)
            if PLANTED != 13:
                cpu.pool[i] = None


@implements(cpu_prepare)
def fill_pool(cpu: Cpu) -> bool:
    for i in range(POOL_SLOTS):
        cpu.pool[i] = alloc_pages(Gfp.ZERO)
        if PLANTED == 14:
            __free_page(cpu.pool[i])
    return True


@function
def is_loose(page: Page) -> bool:
    return is_allocated(page) and slots_with(page) + stacks_with(page) == 0 and not is_tagged_in_a_slot(page)


@invariant("reached-handed-over", "{page} is in a stack and in a tagged slot, and in use by nobody else")
def reached_handed_over(page: Page) -> bool:
    """one-owner has something to say where a page has gone from a slot to a stack."""
    return not (is_tagged_in_a_slot(page) and stacks_with(page) == 1 and slots_with(page) == 0)


@invariant("reached-in-flight", "{page} is nowhere: on its way from the allocator to a slot")
def reached_in_flight(page: Page) -> bool:
    """The exemption of pages that protocol code holds is needed."""
    return not is_loose(page)


@invariant("reached-all-refilled", "all pages are in a stack or a slot again, after a stack has grown to its full depth")
def reached_all_refilled(stack: VmArea) -> bool:
    """The stack has all pages that it can have, and the pool is full again: the leak would show here."""
    if stack.nr_pages < STACK_PAGES:
        return True
    return any(is_loose(page) or is_tagged_in_a_slot(page) for page in every(Page))
