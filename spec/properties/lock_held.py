# SPDX-License-Identifier: GPL-2.0-only
from checker.language import function, has_frames, in_routine, invariant
from spec.kernel.exceptions import in_nmi, in_stack_fault
from spec.kernel.locks import Mutex, RawSpinlock, Taken
from spec.kernel.plain_work import plain_work
from spec.kernel.records import Cpu, Task, TaskState
from spec.kernel.scheduler import in_scheduler


@function
def needs_nothing(task: Task) -> bool:
    """Whether the task is where it has no lock: at its plain work, in its idle loop, or dead and gone."""
    if task.idle:
        return not in_scheduler(task)
    return in_routine(task, plain_work) or (task.state is TaskState.TASK_DEAD and not task.on_cpu)


@invariant("lock-held", "{lock.holder} still has {lock}, taken on {lock.task}'s stack, and the code that took it has ended")
def lock_held(lock: RawSpinlock) -> bool:
    """Who takes a lock gives it back before another task runs on the CPU, the exception ends, or the task goes back to its plain
    work: whoever comes next waits for it for ever. That nobody gives back what he has not taken is checked where he does."""
    if lock.holder is None:
        return True
    if lock.taken is Taken.NMI:
        return in_nmi(lock.holder)
    if lock.taken is Taken.STACK_FAULT:
        return in_stack_fault(lock.holder)
    if lock.taken is Taken.INTERRUPT:
        return has_frames(lock.holder)
    return lock.holder.stack is lock.task and not needs_nothing(lock.task)


@invariant("lock-held", "{mutex.owner} still has {mutex}, and is not in the code that took it any more")
def mutex_held(mutex: Mutex) -> bool:
    """A mutex may be held while others run."""
    return mutex.owner is None or not needs_nothing(mutex.owner)


@invariant("lock-held", "{cpu} runs {cpu.stack} with preempt_count {cpu.preempt_count}; interrupts disabled: {cpu.irqs_disabled}")
def preemption_enabled(cpu: Cpu) -> bool:
    """Who turns preemption or interrupts off turns them on again."""
    if cpu.preempt_count == 0 and not cpu.irqs_disabled:
        return True
    return has_frames(cpu) or not needs_nothing(cpu.stack)


@invariant("lock-held", "{task} may still not migrate, and is not in the code that asked for that any more")
def migration_enabled(task: Task) -> bool:
    """And so may the task migrate again."""
    return task.migration_disabled == 0 or not needs_nothing(task)
