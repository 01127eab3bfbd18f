# SPDX-License-Identifier: GPL-2.0-only
"""Control of no-wild-pointer: rfc_v1_nr_fixed with a pointer that must not be followed. Following it ends the path."""

from checker.language import address, free, implements, in_routine, invariant, parameter, routine
from models.rfc_v1 import acquired, dynamic_stack_get_page, is_acquired, not_acquired
from spec.kernel import (
    POOL_SLOTS,
    STACK_PAGES,
    Count,
    Cpu,
    Gfp,
    Level,
    Task,
    TaskFlags,
    VmArea,
    alloc_pages,
    alloc_pages_nolock,
    memcg_kmem_charge_page,
    mod_lruvec_page_state,
    schedule_start,
    set_pte_at,
    stack_fault,
    this_cpu,
)
from spec.kernel.records import Slot

PLANTED = parameter(
    1,
    0,
    4,
    "0: no fault, 1: a tagged pointer is charged, 2: a page that was given back is counted, 3: the stack of the idle task, "
    "which has none, is looked into, 4: a page that was given back is mapped",
)


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
    for addr in range(nr_pages, level + 1):
        page = dynamic_stack_get_page()
        if not page:
            return False
        if PLANTED == 4:
            given_back = alloc_pages_nolock()
            if given_back:
                free(given_back)
                set_pte_at(vm_area, addr, given_back)
        vm_area.pages[nr_pages] = page
        nr_pages = nr_pages + 1
        vm_area.nr_pages = nr_pages
        if vm_area.pte[addr] is not None:
            return False
        set_pte_at(vm_area, addr, page)
    tsk.flags |= TaskFlags.PF_DYNAMIC_STACK
    return True


@routine
def dynamic_stack_refill_pages() -> None:
    cpu = this_cpu()
    for i in range(POOL_SLOTS):
        page = cpu.pool[i]
        if not is_acquired(page):
            break
        page = acquired(page) if PLANTED == 1 else not_acquired(page)
        memcg_kmem_charge_page(page, Gfp.NOFAIL, None)
        mod_lruvec_page_state(page)
        fresh = alloc_pages(Gfp.ZERO)
        if PLANTED == 2 and fresh:
            free(fresh)
            mod_lruvec_page_state(fresh)
        cpu.pool[i] = fresh


@implements(schedule_start)
def dynamic_stack(tsk: Task) -> None:
    if PLANTED == 3 and tsk.stack_vm_area.nr_pages == 1:
        return
    if tsk.flags & TaskFlags.PF_DYNAMIC_STACK:
        dynamic_stack_refill_pages()
        tsk.flags &= ~TaskFlags.PF_DYNAMIC_STACK


@invariant("reached-tag", "slot {slot} of {cpu}'s pool holds {cpu.pool[slot]}, and the refill is at work on it")
def reached_tag(cpu: Cpu, slot: Slot) -> bool:
    """no-wild-pointer has something to say where protocol code holds a tagged pointer whose page it is going to charge."""
    return not (address(cpu.pool[slot]) & 1 and in_routine(cpu.current, dynamic_stack))


@invariant("reached-null", "the hook of __schedule runs for {cpu.current}, whose stack_vm_area is NULL")
def reached_null(cpu: Cpu) -> bool:
    """It has something to say where protocol code is given a task without a stack_vm_area."""
    return not (cpu.current.stack_vm_area is None and in_routine(cpu.current, dynamic_stack))
