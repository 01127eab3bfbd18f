# SPDX-License-Identifier: GPL-2.0-only
"""Raw spinlocks."""

from checker.language import atomic, check, every, function, null, record, require, routine
from spec.kernel.allocator_locks import allocator_turned_interrupts_off
from spec.kernel.parameters import RAW_SPINLOCKS
from spec.kernel.records import Cpu, this_cpu
from spec.properties.lock_recursion import lock_recursion


@record(count=RAW_SPINLOCKS)
class RawSpinlock:
    """raw_spinlock_t. A protocol that needs one takes `instance(RawSpinlock, 0)`; one that needs more says how many by
    `RAW_SPINLOCKS = 2`."""

    holder: Cpu | None = None  # Linux keeps it with CONFIG_DEBUG_SPINLOCK only
    irqsave: bool = False  # the holder has turned interrupts off to take it


@function
def holds_raw_spinlock(cpu: Cpu) -> bool:
    """Whether preemption is off on the CPU because of a lock."""
    return any(lock.holder is cpu for lock in every(RawSpinlock))


@function
def interrupts_off(cpu: Cpu) -> bool:
    """Whether interrupts are off on the CPU because of a lock."""
    return allocator_turned_interrupts_off(cpu) or any(lock.holder is cpu and lock.irqsave for lock in every(RawSpinlock))


@routine
def raw_spin_lock(lock: RawSpinlock) -> None:
    """raw_spin_lock(): waits until nobody has the lock. If this CPU itself has it, that is for ever, and lock-recursion is
    violated. Preemption is off until the unlock, interrupts stay as they are. Left out: that the waiting is a queue."""
    with atomic("one compare-and-exchange with acquire semantics, by who finds the lock free"):
        cpu = this_cpu()
        check(lock.holder is not cpu, lock_recursion, "{cpu} waits for {lock}, which it has itself")
        require(lock.holder is None)
        lock.holder = cpu


@routine
def raw_spin_unlock(lock: RawSpinlock) -> None:
    """raw_spin_unlock(), by the CPU that has the lock."""
    with atomic("one store with release semantics"):
        lock.holder = null(Cpu)


@routine
def raw_spin_lock_irqsave(lock: RawSpinlock) -> None:
    """raw_spin_lock_irqsave(): as raw_spin_lock, and interrupts are off until the unlock; NMIs come all the same. Left out:
    that interrupts are off while it waits."""
    with atomic("one compare-and-exchange with acquire semantics, by who finds the lock free"):
        cpu = this_cpu()
        check(lock.holder is not cpu, lock_recursion, "{cpu} waits for {lock}, which it has itself")
        require(lock.holder is None)
        lock.holder = cpu
        lock.irqsave = True


@routine
def raw_spin_unlock_irqrestore(lock: RawSpinlock) -> None:
    """raw_spin_unlock_irqrestore(), by the CPU that has the lock."""
    with atomic("one store with release semantics"):
        lock.holder = null(Cpu)
        lock.irqsave = False


@routine
def raw_spin_trylock(lock: RawSpinlock) -> bool:
    """raw_spin_trylock(): takes the lock if nobody has it, as raw_spin_lock does, and says whether."""
    with atomic("one compare-and-exchange with acquire semantics"):
        if lock.holder is not None:
            return False
        lock.holder = this_cpu()
        return True
