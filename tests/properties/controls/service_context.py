# SPDX-License-Identifier: GPL-2.0-only
"""Control of service-context: each service is called in all the contexts in which Linux lets it be called, and with PLANTED in one
in which it does not.

The protocol is that of lifecycle, but for what it calls in vain. With PREEMPT_RT=1 nothing faults, and a page is allocated and
freed in irq_work. With the event nmi a mark is lost (charge-once, refill-owed): the protocol is none for NMIs.
"""

from models.lifecycle import charge_and_refill, uncharge_pages

from checker.language import function, implements, in_routine, instance, invariant, parameter, routine
from models.rfc_v1 import alloc_vmap_stack_dynamic, dynamic_stack_get_page
from spec.kernel import (
    STACK_PAGES,
    Count,
    Cpu,
    Gfp,
    Level,
    Page,
    RawSpinlock,
    Task,
    TaskFlags,
    VmArea,
    __free_page,
    alloc_pages,
    alloc_pages_nolock,
    find_vm_area,
    free_pages_nolock,
    free_vmap_stack,
    get_vm_area_node,
    in_task,
    irq_work_queue,
    irq_work_run,
    kfree_vm_area,
    may_cache_stack,
    memcg_kmem_charge_page,
    memcg_kmem_uncharge_page,
    mod_lruvec_page_state,
    raw_spin_lock_irqsave,
    raw_spin_unlock_irqrestore,
    remove_vm_area,
    schedule_start,
    set_pte_at,
    stack_fault,
    stack_released,
    switch_finished,
    switch_prepare,
    task_forked,
    this_cpu,
    vfree_atomic,
)
from spec.kernel.parameters import FORK, PREEMPT_RT, TOUCH

__all__ = ["alloc_vmap_stack_dynamic"]

PLANTED = parameter(
    1,
    0,
    18,
    "0: no fault; in the fault handler 1: alloc_pages, 2: a charge, 3: an uncharge, 4: statistics, 5: find_vm_area, 6: vfree_atomic; "
    "7: get_vm_area_node in the hook of __schedule; 8: find_vm_area in irq_work; 9: vfree_atomic under rq->lock; "
    "10: find_vm_area in a softirq, 11: get_vm_area_node there; 12: get_vm_area_node under a raw spinlock; "
    "with PREEMPT_RT alloc_pages 13: with preemption off, 14: under rq->lock; 15: get_vm_area_node in irq_work; "
    "16: vfree_atomic between the pick and the switch; alloc_pages under rq->lock that 17: may sleep, 18: wakes kswapd",
)


@routine
def allocate_in_vain(gfp: Gfp) -> None:
    page = alloc_pages(gfp)
    if page:
        __free_page(page)


@routine
def allocate_without_lock() -> None:
    page = alloc_pages_nolock()
    if page:
        free_pages_nolock(page)


@routine
def area_in_vain() -> None:
    stack = get_vm_area_node(Gfp.DIRECT_RECLAIM)
    if stack:
        remove_vm_area(stack)
        kfree_vm_area(stack)


@routine
def misuse(cpu: Cpu, stack: VmArea, page: Page) -> None:
    """What the fault handler may not call."""
    if PLANTED == 1:
        allocate_in_vain(Gfp.ZERO)
    if PLANTED == 2:
        memcg_kmem_charge_page(page, Gfp.NOFAIL, cpu.stack)
    if PLANTED == 3:
        memcg_kmem_uncharge_page(page)
    if PLANTED == 4:
        mod_lruvec_page_state(page)
    if PLANTED == 5:
        find_vm_area(stack)
    if PLANTED == 6:
        vfree_atomic(stack)


@implements(stack_fault)
def dynamic_stack_fault(tsk: Task, stack: VmArea, level: Level) -> bool:
    if level >= STACK_PAGES:
        return False
    cpu = this_cpu()
    nr_pages: Count = stack.nr_pages
    for addr in range(nr_pages, level + 1):
        page = dynamic_stack_get_page()
        if not page:
            return False
        misuse(cpu, stack, page)
        stack.pages[addr] = page
        set_pte_at(stack, addr, page)
        stack.nr_pages = addr + 1
    allocate_without_lock()
    tsk.flags |= TaskFlags.PF_DYNAMIC_STACK
    return True


@implements(schedule_start)
def dynamic_stack(tsk: Task) -> None:
    if PLANTED == 7:
        area_in_vain()
    if PREEMPT_RT:
        irq_work_queue()
        if PLANTED == 13:
            allocate_in_vain(Gfp.ZERO)
    elif TOUCH and not tsk.idle:
        irq_work_queue()
        find_vm_area(tsk.stack_vm_area)
        mod_lruvec_page_state(tsk.stack_vm_area.pages[0])
    if tsk.flags & TaskFlags.PF_DYNAMIC_STACK:
        charge_and_refill()
        tsk.flags &= ~TaskFlags.PF_DYNAMIC_STACK


@implements(switch_finished)
def finish(prev: Task) -> None:
    if PLANTED == 9 and not prev.idle:
        vfree_atomic(prev.stack_vm_area)
    if PLANTED == 14 or (TOUCH and not prev.idle):
        allocate_in_vain(Gfp.ZERO)
    if PLANTED == 17:
        allocate_in_vain(Gfp.DIRECT_RECLAIM)
    if PLANTED == 18:
        allocate_in_vain(Gfp.KSWAPD_RECLAIM)


@implements(switch_prepare)
def prepare(prev: Task, next: Task) -> None:
    if PLANTED == 16 and not prev.idle:
        vfree_atomic(prev.stack_vm_area)


@implements(irq_work_run)
def allocate_in_interrupt() -> None:
    allocate_in_vain(Gfp.KSWAPD_RECLAIM)
    if PLANTED == 8:
        find_vm_area(this_cpu().stack.stack_vm_area)
    if PLANTED == 15:
        area_in_vain()


@implements(task_forked)
def forked(child: Task) -> None:
    child.flags &= ~TaskFlags.PF_DYNAMIC_STACK
    if FORK and PLANTED == 12:
        raw_spin_lock_irqsave(instance(RawSpinlock, 0))
        area_in_vain()
        raw_spin_unlock_irqrestore(instance(RawSpinlock, 0))


@implements(may_cache_stack)
@function
def never(stack: VmArea) -> bool:
    return False


@implements(stack_released)
def released(task: Task, stack: VmArea) -> None:
    uncharge_pages(stack)


@implements(free_vmap_stack)
def free_stack(stack: VmArea) -> None:
    if in_task():
        find_vm_area(stack)
        remove_vm_area(stack)
        for i in range(STACK_PAGES):
            if i < stack.nr_pages:
                __free_page(stack.pages[i])
        kfree_vm_area(stack)
    else:
        if PLANTED == 10:
            find_vm_area(stack)
        if PLANTED == 11:
            area_in_vain()
        vfree_atomic(stack)


@invariant("reached-interrupt", "{cpu} allocates in irq_work")
def reached_interrupt(cpu: Cpu) -> bool:
    """A page is allocated in an interrupt, also with PREEMPT_RT."""
    return not in_routine(cpu, allocate_in_vain)


@invariant("reached-softirq", "{cpu} puts off freeing a stack")
def reached_softirq(cpu: Cpu) -> bool:
    """vfree_atomic is called in a softirq."""
    return not in_routine(cpu, vfree_atomic)


@invariant("reached-handler", "{cpu} allocates without a lock")
def reached_handler(cpu: Cpu) -> bool:
    """And the fault handler allocates without a lock."""
    return not in_routine(cpu, alloc_pages_nolock)
