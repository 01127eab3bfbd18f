# SPDX-License-Identifier: GPL-2.0-only
"""Raw spinlocks and spinlocks: taken and given back."""

from checker.language import atomic, check, null, require, routine
from spec.kernel.entry.contexts import context, may_take_spinlock
from spec.kernel.locking.lock_order import note_order, number_of
from spec.kernel.locking.locks import RawSpinlock, Spinlock, TakenBy, taken_by
from spec.kernel.parameters import PREEMPT_RT
from spec.kernel.records import Cpu, Task, this_cpu
from spec.properties.lock_held import lock_held
from spec.properties.lock_recursion import lock_recursion
from spec.properties.service_context import service_context


@routine
def take_raw_spinlock(lock: RawSpinlock) -> None:
    """Part of one step: waits for the lock, and takes it."""
    cpu = this_cpu()
    check(lock.holder is not cpu, lock_recursion, "{cpu} waits for {lock}, which it holds already")
    require(lock.holder is None)
    note_order(cpu, number_of(lock))
    hold_raw_spinlock(lock)


@routine
def hold_raw_spinlock(lock: RawSpinlock) -> None:
    """Part of one step: the CPU has the lock from now on."""
    cpu = this_cpu()
    lock.holder = cpu
    lock.taken = taken_by(cpu)
    lock.task = cpu.stack


@routine
def give_back_raw_spinlock(lock: RawSpinlock) -> None:
    """Part of one step: nobody has the lock from now on."""
    cpu = this_cpu()
    check(lock.holder is cpu, lock_held, "{cpu} releases {lock}, which {lock.holder if lock.holder else 'nobody'} holds")
    lock.holder = null(Cpu)
    lock.taken = TakenBy.TASK
    lock.task = null(Task)


@routine
def raw_spin_lock(lock: RawSpinlock) -> None:
    """raw_spin_lock(): waits until nobody has the lock. If this CPU itself has it, that is forever, and lock-recursion is
    violated. Preemption is off until the unlock, interrupts stay as they are. Left out: that the waiting is a queue."""
    with atomic("one compare-and-exchange with acquire semantics, by who finds the lock free"):
        take_raw_spinlock(lock)


@routine
def raw_spin_unlock(lock: RawSpinlock) -> None:
    """raw_spin_unlock(), by the CPU that has the lock."""
    with atomic("one store with release semantics"):
        give_back_raw_spinlock(lock)
        check(
            not lock.irqsave, lock_held, "{lock} was taken with irqsave, but is released without irqrestore: interrupts stay off"
        )


@routine
def raw_spin_lock_irqsave(lock: RawSpinlock) -> None:
    """raw_spin_lock_irqsave(): as raw_spin_lock, and interrupts are off until the unlock; NMIs come all the same. Left out:
    that interrupts are off while it waits."""
    with atomic("one compare-and-exchange with acquire semantics, by who finds the lock free"):
        take_raw_spinlock(lock)
        lock.irqsave = True


@routine
def raw_spin_unlock_irqrestore(lock: RawSpinlock) -> None:
    """raw_spin_unlock_irqrestore(), by the CPU that has the lock."""
    with atomic("one store with release semantics"):
        give_back_raw_spinlock(lock)
        check(lock.irqsave, lock_held, "{lock} was taken without irqsave, but is released with irqrestore")
        lock.irqsave = False


@routine
def raw_spin_trylock(lock: RawSpinlock) -> bool:
    """raw_spin_trylock(): takes the lock if nobody has it, as raw_spin_lock does, and says whether. It waits for nobody."""
    with atomic("one compare-and-exchange with acquire semantics"):
        if lock.holder is not None:
            return False
        hold_raw_spinlock(lock)
        return True


@routine
def take_spinlock(lock: Spinlock) -> None:
    """Part of one step: waits for the lock, and takes it."""
    cpu = this_cpu()
    check(
        not PREEMPT_RT or may_take_spinlock(context(cpu)),
        service_context,
        "{cpu} takes {lock}, which sleeps with PREEMPT_RT, in {context(cpu)} context",
    )
    take_raw_spinlock(lock.rlock)


@routine
def spin_lock(lock: Spinlock) -> None:
    """spin_lock(): raw_spin_lock() of what it is made of.

    Context: any; with PREEMPT_RT not one with preemption or interrupts off (Documentation/locking/locktypes.rst)."""
    with atomic("one compare-and-exchange with acquire semantics, by who finds the lock free"):
        take_spinlock(lock)


@routine
def spin_unlock(lock: Spinlock) -> None:
    """spin_unlock()."""
    raw_spin_unlock(lock.rlock)


@routine
def spin_lock_irqsave(lock: Spinlock) -> None:
    """spin_lock_irqsave(): as spin_lock, and interrupts are off until the unlock; not so with PREEMPT_RT.

    Context: as spin_lock."""
    with atomic("one compare-and-exchange with acquire semantics, by who finds the lock free"):
        take_spinlock(lock)
        if not PREEMPT_RT:
            lock.rlock.irqsave = True


@routine
def spin_unlock_irqrestore(lock: Spinlock) -> None:
    """spin_unlock_irqrestore()."""
    if PREEMPT_RT:
        raw_spin_unlock(lock.rlock)
    else:
        raw_spin_unlock_irqrestore(lock.rlock)


@routine
def spin_trylock(lock: Spinlock) -> bool:
    """spin_trylock()."""
    return raw_spin_trylock(lock.rlock)
