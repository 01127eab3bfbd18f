# SPDX-License-Identifier: GPL-2.0-only
"""Control of lock-held: hooks that take locks and turn off what they do not want, all in one.

What is not given back is: PLANTED=1: a raw spinlock of the hook of __schedule. 2: one of the fault handler. 3: one of irq_work.
4: a mutex of do_exit. 5: preemption. 6: interrupts. 7: migration. 8: a mutex of the hook of __schedule. 9: preemption in irq_work.
10: the hook of __schedule sleeps with a spinlock (which may not be: no-sleep-atomic).

What is given back, and was not taken, is: 11: a spinlock. 12: a mutex. 13: preemption. 14: migration.
"""

from checker.language import implements, in_routine, instance, invariant, parameter, routine
from models.rfc_v1 import dynamic_stack_get_page, dynamic_stack_refill_pages
from spec.kernel import (
    STACK_PAGES,
    Count,
    Cpu,
    Gfp,
    Level,
    Mutex,
    RawSpinlock,
    Spinlock,
    Task,
    TaskFlags,
    VmArea,
    __free_page,
    alloc_pages,
    exit_task_stack_account,
    irq_work_queue,
    irq_work_run,
    local_irq_restore,
    local_irq_save,
    migrate_disable,
    migrate_enable,
    mutex_lock,
    mutex_trylock,
    mutex_unlock,
    preempt_disable,
    preempt_enable,
    raw_spin_lock,
    raw_spin_trylock,
    raw_spin_unlock,
    schedule_start,
    set_pte_at,
    spin_lock_irqsave,
    spin_unlock_irqrestore,
    stack_fault,
)
from spec.kernel.parameters import SLEEP

PLANTED = parameter(1, 0, 14, "0: no fault, 1 to 10: what is not given back, 11 to 14: what is given back and was not taken")
RAW_SPINLOCKS = 2
SPINLOCKS = 1
MUTEXES = 1


@routine
def lock_all(tsk: Task) -> None:
    migrate_disable()
    if mutex_trylock(instance(Mutex, 0)):
        if PLANTED != 8:
            mutex_unlock(instance(Mutex, 0))
    preempt_disable()
    flags = local_irq_save()
    raw_spin_lock(instance(RawSpinlock, 0))
    spin_lock_irqsave(instance(Spinlock, 0))
    if SLEEP and PLANTED == 10:
        page = alloc_pages(Gfp.DIRECT_RECLAIM | Gfp.ZERO)
        if page:
            __free_page(page)
    spin_unlock_irqrestore(instance(Spinlock, 0))
    if PLANTED != 1:
        raw_spin_unlock(instance(RawSpinlock, 0))
    if PLANTED != 6:
        local_irq_restore(flags)
    if PLANTED != 5:
        preempt_enable()
    if PLANTED != 7:
        migrate_enable()
    if PLANTED == 11:
        raw_spin_unlock(instance(RawSpinlock, 0))
    elif PLANTED == 12:
        mutex_unlock(instance(Mutex, 0))
    elif PLANTED == 13:
        preempt_enable()
    elif PLANTED == 14:
        migrate_enable()


@implements(exit_task_stack_account)
def lock_to_exit(task: Task) -> None:
    mutex_lock(instance(Mutex, 0))
    if PLANTED != 4:
        mutex_unlock(instance(Mutex, 0))


@implements(schedule_start)
def dynamic_stack(tsk: Task) -> None:
    if tsk.flags & TaskFlags.PF_DYNAMIC_STACK:
        irq_work_queue()
        lock_all(tsk)
        dynamic_stack_refill_pages()
        tsk.flags &= ~TaskFlags.PF_DYNAMIC_STACK
    elif tsk.idle:
        raw_spin_lock(instance(RawSpinlock, 1))
        raw_spin_unlock(instance(RawSpinlock, 1))


@implements(irq_work_run)
def lock_in_interrupt() -> None:
    preempt_disable()
    if raw_spin_trylock(instance(RawSpinlock, 1)):
        if PLANTED != 3:
            raw_spin_unlock(instance(RawSpinlock, 1))
    if PLANTED != 9:
        preempt_enable()


@implements(stack_fault)
def dynamic_stack_fault(tsk: Task, stack: VmArea, level: Level) -> bool:
    if raw_spin_trylock(instance(RawSpinlock, 1)):
        if PLANTED != 2:
            raw_spin_unlock(instance(RawSpinlock, 1))
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


@invariant("reached-all", "{task} has locks and may not be preempted, interrupted or migrated")
def reached_all(task: Task) -> bool:
    """Everything is taken at once."""
    return not (in_routine(task, lock_all) and task.migration_disabled == 1 and instance(RawSpinlock, 2).holder is not None)


@invariant("reached-in-interrupt", "{cpu} has a lock in irq_work")
def reached_in_interrupt(cpu: Cpu) -> bool:
    """And in an interrupt."""
    return not in_routine(cpu, lock_in_interrupt) or cpu.preempt_count == 0
