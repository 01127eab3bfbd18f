# SPDX-License-Identifier: GPL-2.0-only
"""Locks, as data: who has which, and what is off on a CPU because of that."""

from enum import Enum

from checker.language import Ghost, address, every, function, has_frames, null, record
from spec.kernel.entry.exceptions import handles_nmi, in_stack_fault
from spec.kernel.mm.allocator_locks import allocator_turned_interrupts_off, holds_allocator_lock
from spec.kernel.parameters import MUTEXES, PREEMPT_RT, RAW_SPINLOCKS, SPINLOCKS
from spec.kernel.records import Cpu, Task


class TakenBy(Enum):
    """By what code a lock was taken, which has to give it back before it ends."""

    TASK = 0
    INTERRUPT = 1  # also a softirq
    STACK_FAULT = 2
    NMI = 3


@record(count=RAW_SPINLOCKS + SPINLOCKS)
class RawSpinlock:
    """raw_spinlock_t. A protocol that needs one takes `instance(RawSpinlock, 0)`; one that needs more says how many by
    `RAW_SPINLOCKS = 2`."""

    holder: Cpu | None = None  # Linux keeps it with CONFIG_DEBUG_SPINLOCK only
    irqsave: bool = False  # the holder has turned interrupts off to take it
    taken: Ghost[TakenBy] = TakenBy.TASK
    task: Ghost[Task | None] = None  # on whose stack the holder took it


@record(count=SPINLOCKS if SPINLOCKS else 1)
class Spinlock:
    """spinlock_t. A protocol that needs some says how many by `SPINLOCKS = 2`, and takes `instance(Spinlock, 0)`. Without
    PREEMPT_RT it is a raw spinlock with another name (include/linux/spinlock_types.h). With it, service-context looks at where
    it is taken. Left out: that its holder can be preempted then, and that whoever waits sleeps."""

    rlock: RawSpinlock = null(RawSpinlock)


@record(count=MUTEXES if MUTEXES else 1)
class Mutex:
    """struct mutex. A protocol that needs some says how many by `MUTEXES = 2`, and takes `instance(Mutex, 0)`."""

    owner: Task | None = None


@function
def taken_by(cpu: Cpu) -> TakenBy:
    """By what code the CPU takes a lock now."""
    if handles_nmi(cpu):
        return TakenBy.NMI
    if in_stack_fault(cpu):
        return TakenBy.STACK_FAULT
    if has_frames(cpu):
        return TakenBy.INTERRUPT
    return TakenBy.TASK


@function
def holds_raw_spinlock(cpu: Cpu) -> bool:
    """Whether the CPU has a raw spinlock, or a spinlock."""
    return any(lock.holder is cpu for lock in every(RawSpinlock))


@function
def interrupts_off(cpu: Cpu) -> bool:
    """Whether interrupts are off on the CPU because the code asked for that, by itself or with a lock."""
    if cpu.irqs_disabled or allocator_turned_interrupts_off(cpu):
        return True
    return any(lock.holder is cpu and lock.irqsave for lock in every(RawSpinlock))


@function
def sleeps_when_taken(lock: RawSpinlock) -> bool:
    """Whether it is a spinlock_t of a kernel with PREEMPT_RT."""
    return PREEMPT_RT > 0 and address(lock) > RAW_SPINLOCKS


@function
def preemption_disabled(cpu: Cpu) -> bool:
    """Whether the protocol's code on the CPU must not sleep: it has a lock, or has asked for it. Locks of the allocators do not
    count, as no code of the protocol runs under them; nor do spinlocks with PREEMPT_RT."""
    if cpu.preempt_count > 0 or cpu.irqs_disabled:
        return True
    return any(lock.holder is cpu and not sleeps_when_taken(lock) for lock in every(RawSpinlock))


@function
def preemptible(cpu: Cpu) -> bool:
    """Whether an interrupt that comes to the CPU in a task may preempt it when it ends: preempt_count is 0 and interrupts are
    on."""
    return not preemption_disabled(cpu) and not holds_raw_spinlock(cpu) and not holds_allocator_lock(cpu)
