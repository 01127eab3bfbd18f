# SPDX-License-Identifier: GPL-2.0-only
"""Control of lock-recursion: rfc_v1_nr_fixed with two locks, both taken in the hook of __schedule, one of them in irq_work as well.

PLANTED=1: the hook leaves interrupts on while it has the lock that irq_work takes. With the event allocator-fault: PLANTED=2: the
fault handler allocates a page; PLANTED=3: it charges the page of the first level; PLANTED=4: irq_work looks for address space.
"""

from checker.language import every, implements, in_routine, instance, invariant, parameter
from models.rfc_v1 import dynamic_stack_get_page, dynamic_stack_refill_pages
from spec.kernel import (
    STACK_PAGES,
    Count,
    Cpu,
    Gfp,
    Level,
    RawSpinlock,
    Task,
    TaskFlags,
    VmArea,
    __free_page,
    alloc_pages,
    get_vm_area_node,
    irq_work_queue,
    irq_work_run,
    memcg_kmem_charge_page,
    memcg_kmem_uncharge_page,
    raw_spin_lock,
    raw_spin_lock_irqsave,
    raw_spin_trylock,
    raw_spin_unlock,
    raw_spin_unlock_irqrestore,
    schedule_start,
    set_pte_at,
    stack_fault,
)

PLANTED = parameter(
    1,
    0,
    4,
    "0: no fault, 1: interrupts are on while a lock of irq_work is held, "
    "2: the fault handler allocates, 3: it charges, 4: irq_work looks for address space",
)
RAW_SPINLOCKS = 2


@implements(stack_fault)
def dynamic_stack_fault(tsk: Task, stack: VmArea, level: Level) -> bool:
    if PLANTED == 2:
        spare = alloc_pages(Gfp.ZERO)
        if spare:
            __free_page(spare)
    elif PLANTED == 3:
        memcg_kmem_uncharge_page(stack.pages[0])
        memcg_kmem_charge_page(stack.pages[0], Gfp.NOFAIL, tsk)
    if level >= STACK_PAGES:
        return False
    nr_pages: Count = stack.nr_pages
    for addr in range(nr_pages, level + 1):
        page = dynamic_stack_get_page()
        if not page:
            return False
        stack.pages[addr] = page
        set_pte_at(stack, addr, page)
        stack.nr_pages = addr + 1
    tsk.flags |= TaskFlags.PF_DYNAMIC_STACK
    return True


@implements(schedule_start)
def dynamic_stack(tsk: Task) -> None:
    if tsk.flags & TaskFlags.PF_DYNAMIC_STACK:
        raw_spin_lock(instance(RawSpinlock, 1))
        irq_work_queue()
        if PLANTED == 1:
            raw_spin_lock(instance(RawSpinlock, 0))
            dynamic_stack_refill_pages()
            raw_spin_unlock(instance(RawSpinlock, 0))
        else:
            raw_spin_lock_irqsave(instance(RawSpinlock, 0))
            dynamic_stack_refill_pages()
            raw_spin_unlock_irqrestore(instance(RawSpinlock, 0))
        raw_spin_unlock(instance(RawSpinlock, 1))
        tsk.flags &= ~TaskFlags.PF_DYNAMIC_STACK


@implements(irq_work_run)
def lock_in_interrupt() -> None:
    raw_spin_lock(instance(RawSpinlock, 0))
    raw_spin_unlock(instance(RawSpinlock, 0))
    if raw_spin_trylock(instance(RawSpinlock, 1)):
        raw_spin_unlock(instance(RawSpinlock, 1))
    if PLANTED == 4:
        _none = get_vm_area_node(Gfp.DIRECT_RECLAIM)


@invariant("reached-interrupted", "{cpu} takes a lock in irq_work while the interrupted code has the other")
def reached_interrupted(cpu: Cpu) -> bool:
    """A CPU takes a lock where it has another."""
    return not (in_routine(cpu, lock_in_interrupt) and all(lock.holder is cpu for lock in every(RawSpinlock)))
