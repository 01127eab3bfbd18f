# SPDX-License-Identifier: GPL-2.0-only
"""Control of lock-held: hooks that take locks and turn off what they do not want, all in one.

What is not given back is: PLANTED=1: a raw spinlock of the hook of __schedule. 2: one of the fault handler. 3: one of irq_work.
4: a mutex of do_exit. 5: preemption. 6: interrupts. 7: migration. 8: a mutex of the hook of __schedule. 9: preemption in irq_work.
10: do_exit sleeps with a spinlock (which may not be: no-sleep-atomic).

What is given back, and was not taken, is: 11: a spinlock. 12: a mutex. 13: preemption. 14: migration. 15: interrupts, with a
spinlock. PLANTED=16: interrupts that were turned off with a spinlock stay off.
"""

from models.lifecycle import uncharge_pages

from checker.language import function, implements, in_routine, instance, invariant, parameter, routine
from models.rfc_v1 import dynamic_stack_get_page, dynamic_stack_refill_pages
from spec.kernel import (
    POOL_SLOTS,
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
    alloc_vmap_stack,
    cpu_dead,
    cpu_offline,
    cpu_prepare,
    exit_task_stack_account,
    free_vmap_stack,
    get_vm_area_node,
    in_task,
    irq_work_queue,
    irq_work_run,
    kfree_vm_area,
    local_irq_restore,
    local_irq_save,
    may_cache_stack,
    migrate_disable,
    migrate_enable,
    mutex_lock,
    mutex_trylock,
    mutex_unlock,
    preempt_disable,
    preempt_enable,
    raw_spin_lock,
    raw_spin_lock_irqsave,
    raw_spin_trylock,
    raw_spin_unlock,
    raw_spin_unlock_irqrestore,
    remove_vm_area,
    schedule_irqs_off,
    schedule_start,
    set_pte_at,
    spin_lock_irqsave,
    spin_unlock_irqrestore,
    stack_fault,
    stack_released,
    switch_finished,
    switch_prepare,
    task_forked,
    vfree_atomic,
)
from spec.kernel.parameters import SLEEP

PLANTED = parameter(1, 0, 16, "0: no fault, 1 to 10, 16: what is not given back, 11 to 15: what is given back and was not taken")
RAW_SPINLOCKS = 2
SPINLOCKS = 1
MUTEXES = 1
CPU_OFFLINE = 1


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
    elif PLANTED == 15:
        raw_spin_lock(instance(RawSpinlock, 1))
        raw_spin_unlock_irqrestore(instance(RawSpinlock, 1))
    elif PLANTED == 16:
        raw_spin_lock_irqsave(instance(RawSpinlock, 1))
        raw_spin_unlock(instance(RawSpinlock, 1))


@routine
def lock_and_unlock() -> None:
    raw_spin_lock_irqsave(instance(RawSpinlock, 1))
    raw_spin_unlock_irqrestore(instance(RawSpinlock, 1))


@implements(task_forked)
def lock_to_fork(child: Task) -> None:
    lock_and_unlock()
    child.flags &= ~TaskFlags.PF_DYNAMIC_STACK


@implements(alloc_vmap_stack)
def lock_to_make_a_stack() -> VmArea | None:
    lock_and_unlock()
    stack = get_vm_area_node(Gfp.DIRECT_RECLAIM)
    if stack is None:
        return None
    page = alloc_pages(Gfp.ZERO)
    stack.pages[0] = page
    set_pte_at(stack, 0, page)
    stack.nr_pages = 1
    return stack


@implements(free_vmap_stack)
def lock_to_free_a_stack(stack: VmArea) -> None:
    lock_and_unlock()
    if in_task():
        remove_vm_area(stack)
        for i in range(STACK_PAGES):
            if i < stack.nr_pages:
                __free_page(stack.pages[i])
        kfree_vm_area(stack)
    else:
        vfree_atomic(stack)


@implements(may_cache_stack)
@function
def never(stack: VmArea) -> bool:
    return False


@implements(stack_released)
def lock_to_release(task: Task, stack: VmArea) -> None:
    lock_and_unlock()
    uncharge_pages(stack)


@implements(switch_finished)
def lock_as_the_switch_ends(prev: Task) -> None:
    lock_and_unlock()


@implements(schedule_irqs_off)
def lock_with_interrupts_off(prev: Task) -> None:
    lock_and_unlock()


@implements(switch_prepare)
def lock_before_the_switch(prev: Task, next: Task) -> None:
    lock_and_unlock()


@implements(cpu_offline)
def lock_on_the_way_down(cpu: Cpu) -> None:
    lock_and_unlock()


@implements(cpu_prepare)
def lock_to_prepare(cpu: Cpu) -> bool:
    lock_and_unlock()
    for i in range(POOL_SLOTS):
        if cpu.pool[i] is None:
            cpu.pool[i] = alloc_pages(Gfp.ZERO)
    return True


@implements(cpu_dead)
def lock_for_the_dead(cpu: Cpu) -> None:
    lock_and_unlock()


@implements(exit_task_stack_account)
def lock_to_exit(task: Task) -> None:
    if SLEEP and PLANTED == 10:
        raw_spin_lock(instance(RawSpinlock, 0))
        page = alloc_pages(Gfp.DIRECT_RECLAIM | Gfp.ZERO)
        if page:
            __free_page(page)
        raw_spin_unlock(instance(RawSpinlock, 0))
    else:
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
        lock_and_unlock()


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
