# SPDX-License-Identifier: GPL-2.0-only
from checker.language import has_frames, invariant
from spec.kernel.entry.exceptions import handles_nmi, in_stack_fault
from spec.kernel.locking.locks import Mutex, RawSpinlock, TakenBy
from spec.kernel.records import Cpu, Task
from spec.properties.at_rest import in_protocol


@invariant("lock-held", "{lock.holder} still holds {lock} after the code that took it, on {lock.task}'s stack, has ended")
def lock_held(lock: RawSpinlock) -> bool:
    """A lock is released before another task runs on the CPU, the exception ends, or the hook returns; else whoever comes next
    waits for it forever. That nobody releases a lock that he does not hold is checked where he does."""
    if lock.holder is None:
        return True
    if lock.taken is TakenBy.NMI:
        return handles_nmi(lock.holder)
    if lock.taken is TakenBy.STACK_FAULT:
        return in_stack_fault(lock.holder)
    if lock.taken is TakenBy.INTERRUPT:
        return has_frames(lock.holder)
    return lock.holder.stack is lock.task and in_protocol(lock.task)


@invariant("lock-held", "{mutex.owner} still holds {mutex} after the code that took it has returned")
def mutex_held(mutex: Mutex) -> bool:
    """A mutex may be held while others run."""
    return mutex.owner is None or in_protocol(mutex.owner)


@invariant(
    "lock-held",
    "the protocol has returned on {cpu} with preempt_count {cpu.preempt_count}"
    "{' and interrupts disabled' if cpu.irqs_disabled else ''}",
)
def preemption_enabled(cpu: Cpu) -> bool:
    """Who turns preemption or interrupts off turns them on again."""
    if cpu.preempt_count == 0 and not cpu.irqs_disabled:
        return True
    return has_frames(cpu) or in_protocol(cpu.stack)


@invariant("lock-held", "{task} still has migration disabled after the code that disabled it has returned")
def migration_enabled(task: Task) -> bool:
    """And so may the task migrate again."""
    return task.migration_disabled == 0 or in_protocol(task)
