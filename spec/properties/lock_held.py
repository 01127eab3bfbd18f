# SPDX-License-Identifier: GPL-2.0-only
from checker.language import function, in_routine, invariant
from spec.kernel.exceptions import in_nmi, in_stack_fault
from spec.kernel.hooks import free_vmap_stack
from spec.kernel.interrupts import run_irq_work
from spec.kernel.locks import Mutex, RawSpinlock, Taken
from spec.kernel.records import Cpu, Task
from spec.properties.at_rest import in_protocol


@function
def in_interrupts_hook(cpu: Cpu) -> bool:
    """Whether the CPU is inside a hook of the protocol that an interrupt or a softirq has called."""
    return in_routine(cpu, run_irq_work) or in_routine(cpu, free_vmap_stack)


@invariant("lock-held", "{lock.holder} still has {lock}, taken on {lock.task}'s stack, and the code that took it has ended")
def lock_held(lock: RawSpinlock) -> bool:
    """Who takes a lock gives it back before the hook returns, the exception ends, or another task runs on the CPU: whoever comes
    next waits for it for ever. That nobody gives back what he has not taken is checked where that is done."""
    if lock.holder is None:
        return True
    if lock.taken is Taken.NMI:
        return in_nmi(lock.holder)
    if lock.taken is Taken.STACK_FAULT:
        return in_stack_fault(lock.holder)
    if lock.taken is Taken.INTERRUPT:
        return in_interrupts_hook(lock.holder)
    return lock.holder.stack is lock.task and in_protocol(lock.task)


@invariant("lock-held", "{mutex.owner} still has {mutex}, and is not in the code that took it any more")
def mutex_held(mutex: Mutex) -> bool:
    """A mutex may be held over a switch, and not over the return of the hook."""
    return mutex.owner is None or in_protocol(mutex.owner)


@invariant("lock-held", "{cpu} runs {cpu.stack} with preempt_count {cpu.preempt_count}; interrupts disabled: {cpu.irqs_disabled}")
def preemption_enabled(cpu: Cpu) -> bool:
    """Preemption and interrupts that a hook has turned off are on again when it returns."""
    if cpu.preempt_count == 0 and not cpu.irqs_disabled:
        return True
    return in_protocol(cpu.stack) or in_interrupts_hook(cpu) or in_stack_fault(cpu)


@invariant("lock-held", "{task} may still not migrate, and is not in the code that asked for that any more")
def migration_enabled(task: Task) -> bool:
    """And so may the task migrate again."""
    return task.migration_disabled == 0 or in_protocol(task)
