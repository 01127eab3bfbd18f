# SPDX-License-Identifier: GPL-2.0-only
"""Raw spinlocks."""

from checker.language import atomic, every, function, null, record, require, routine
from spec.kernel.records import Cpu, this_cpu


@record(count=1)
class RawSpinlock:
    """raw_spinlock_t. A protocol that needs one takes `instance(RawSpinlock, 0)`."""

    holder: Cpu | None = None  # Linux keeps it with CONFIG_DEBUG_SPINLOCK only


@function
def holds_raw_spinlock(cpu: Cpu) -> bool:
    """Whether preemption and interrupts are off on the CPU because of a lock."""
    return any(lock.holder is cpu for lock in every(RawSpinlock))


@routine
def raw_spin_lock_irqsave(lock: RawSpinlock) -> None:
    """raw_spin_lock_irqsave(): waits until nobody has the lock, also for ever if that is this CPU itself. Preemption and
    interrupts are off until the unlock; NMIs come all the same. Left out: that the waiting is a queue."""
    with atomic("one compare-and-exchange with acquire semantics, by who finds the lock free"):
        require(lock.holder is None)
        lock.holder = this_cpu()


@routine
def raw_spin_unlock_irqrestore(lock: RawSpinlock) -> None:
    """raw_spin_unlock_irqrestore(), by the CPU that has the lock."""
    with atomic("one store with release semantics"):
        lock.holder = null(Cpu)
