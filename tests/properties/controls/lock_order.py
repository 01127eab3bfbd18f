# SPDX-License-Identifier: GPL-2.0-only
"""Control of lock-order: three spinlocks and a mutex, each taken under the one before it where two are held.

PLANTED=1: irq_work takes the second before the first. PLANTED=2: the fault handler takes the first under the third, which
closes a circle of all three. PLANTED=3: the hook of __schedule takes the mutex under the first, do_exit the first under the mutex
(that it sleeps with the first is for no-sleep-atomic). PLANTED=4: the fault handler takes the first, under which the hook
allocates; with the event allocator-fault it strikes inside the allocator, and on the hook's own CPU it waits forever.
"""

from models.lifecycle import charge_and_refill, uncharge_pages

from checker.language import implements, in_routine, instance, invariant, parameter, routine
from models.rfc_v1 import dynamic_stack_get_page
from spec.kernel import (
    STACK_PAGES,
    Count,
    Cpu,
    Level,
    Mutex,
    RawSpinlock,
    Task,
    TaskFlags,
    VmArea,
    exit_task_stack_account,
    irq_work_queue,
    irq_work_run,
    mutex_lock,
    mutex_trylock,
    mutex_unlock,
    raw_spin_lock,
    raw_spin_lock_irqsave,
    raw_spin_trylock,
    raw_spin_unlock,
    raw_spin_unlock_irqrestore,
    schedule_start,
    set_pte_at,
    stack_fault,
    stack_released,
)
from spec.kernel.parameters import EXIT

PLANTED = parameter(1, 0, 4, "0: no fault, 1: two locks, 2: three, 3: a mutex and a spinlock, 4: a lock and the allocator's")
RAW_SPINLOCKS = 3
MUTEXES = 1


@routine
def lock_two(first: RawSpinlock, second: RawSpinlock) -> None:
    raw_spin_lock_irqsave(first)
    raw_spin_lock(second)
    raw_spin_unlock(second)
    raw_spin_unlock_irqrestore(first)


@implements(schedule_start)
def dynamic_stack(tsk: Task) -> None:
    if EXIT and PLANTED == 3 and not tsk.idle:
        raw_spin_lock(instance(RawSpinlock, 0))
        if mutex_trylock(instance(Mutex, 0)):
            mutex_unlock(instance(Mutex, 0))
        mutex_lock(instance(Mutex, 0))
        mutex_unlock(instance(Mutex, 0))
        raw_spin_unlock(instance(RawSpinlock, 0))
    if tsk.flags & TaskFlags.PF_DYNAMIC_STACK:
        irq_work_queue()
        lock_two(instance(RawSpinlock, 0), instance(RawSpinlock, 1))
        if PLANTED == 4:
            raw_spin_lock_irqsave(instance(RawSpinlock, 0))
        charge_and_refill()
        if PLANTED == 4:
            raw_spin_unlock_irqrestore(instance(RawSpinlock, 0))
        tsk.flags &= ~TaskFlags.PF_DYNAMIC_STACK


@implements(irq_work_run)
def lock_in_interrupt() -> None:
    if PLANTED == 1:
        lock_two(instance(RawSpinlock, 1), instance(RawSpinlock, 0))
    else:
        lock_two(instance(RawSpinlock, 1), instance(RawSpinlock, 2))


@implements(exit_task_stack_account)
def lock_to_exit(task: Task) -> None:
    mutex_lock(instance(Mutex, 0))
    raw_spin_lock(instance(RawSpinlock, 0))
    raw_spin_unlock(instance(RawSpinlock, 0))
    mutex_unlock(instance(Mutex, 0))


@implements(stack_released)
def uncharge_stack(task: Task, stack: VmArea) -> None:
    uncharge_pages(stack)


@implements(stack_fault)
def dynamic_stack_fault(tsk: Task, stack: VmArea, level: Level) -> bool:
    if PLANTED == 2:
        lock_two(instance(RawSpinlock, 2), instance(RawSpinlock, 0))
    elif PLANTED == 4:
        raw_spin_lock(instance(RawSpinlock, 0))
        raw_spin_unlock(instance(RawSpinlock, 0))
    elif raw_spin_trylock(instance(RawSpinlock, 2)):
        # Who only tries waits for nobody, so that no order is kept.
        if raw_spin_trylock(instance(RawSpinlock, 0)):
            raw_spin_unlock(instance(RawSpinlock, 0))
        raw_spin_unlock(instance(RawSpinlock, 2))
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


@invariant("reached-two", "{cpu} has two locks in irq_work")
def reached_two(cpu: Cpu) -> bool:
    """Two locks are held."""
    if not in_routine(cpu, lock_in_interrupt):
        return True
    return instance(RawSpinlock, 1).holder is not cpu or instance(RawSpinlock, 2).holder is not cpu
