# SPDX-License-Identifier: GPL-2.0-only
"""Control of lock-recursion: rfc_v1_nr_fixed with two locks, both taken in the hook of __schedule, one of them in irq_work as well.

PLANTED=1: the hook leaves interrupts on while it has the lock that irq_work takes.
"""

from checker.language import every, implements, in_routine, instance, invariant, parameter
from models.rfc_v1 import dynamic_stack_refill_pages
from models.rfc_v1_nr_fixed import dynamic_stack_fault
from spec.kernel import (
    Cpu,
    RawSpinlock,
    Task,
    TaskFlags,
    irq_work_queue,
    irq_work_run,
    raw_spin_lock,
    raw_spin_lock_irqsave,
    raw_spin_trylock,
    raw_spin_unlock,
    raw_spin_unlock_irqrestore,
    schedule_start,
)

__all__ = ["dynamic_stack_fault"]

PLANTED = parameter(1, 0, 1, "0: no fault, 1: interrupts are on while a lock of irq_work is held")
RAW_SPINLOCKS = 2


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


@invariant("reached-interrupted", "{cpu} takes a lock in irq_work while the interrupted code has the other")
def reached_interrupted(cpu: Cpu) -> bool:
    """A CPU takes a lock where it has another."""
    return not (in_routine(cpu, lock_in_interrupt) and all(lock.holder is cpu for lock in every(RawSpinlock)))
