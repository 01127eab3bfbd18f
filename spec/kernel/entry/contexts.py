# SPDX-License-Identifier: GPL-2.0-only
"""In which context code runs, and what it may call there."""

from enum import Enum

from checker.language import function, has_frames, in_routine
from spec.kernel.entry.exceptions import handles_nmi, in_stack_fault
from spec.kernel.hooks import switch_finished, switch_prepare
from spec.kernel.locking.locks import preemption_disabled
from spec.kernel.mm.stack_cache import drop_stack_reference, thread_stack_free_rcu
from spec.kernel.parameters import PREEMPT_RT
from spec.kernel.records import Cpu, Task
from spec.kernel.sched.scheduler import finish_task_switch, in_scheduler


class Context(Enum):
    """What a CPU executes (include/linux/preempt.h), and two that Linux does not count: a stack fault, which like an NMI comes
    anywhere, also where the interrupted code holds a lock; and a task with rq->lock, which nothing that wakes a task may meet."""

    PROCESS = 0  # a task, with preemption on
    ATOMIC = 1  # a task, with preemption or interrupts off
    RQ_LOCKED = 2  # a task in the part of __schedule that runs under rq->lock
    SOFTIRQ = 3
    HARDIRQ = 4
    STACK_FAULT = 5
    NMI = 6


@function
def holds_rq_lock(task: Task) -> bool:
    """Whether the task is in a hook that __schedule calls under rq->lock: between the pick and finish_lock_switch, which comes
    before a dead task's stack is released."""
    if in_routine(task, switch_prepare) or in_routine(task, switch_finished):
        return True
    return in_routine(task, finish_task_switch) and not in_routine(task, drop_stack_reference)


@function
def context(cpu: Cpu) -> Context:
    """The context of the protocol's code that the CPU executes. In an interrupt that is irq_work or an RCU callback."""
    if has_frames(cpu):
        if handles_nmi(cpu):
            return Context.NMI
        if in_stack_fault(cpu):
            return Context.STACK_FAULT
        return Context.SOFTIRQ if in_routine(cpu, thread_stack_free_rcu) else Context.HARDIRQ
    if holds_rq_lock(cpu.stack):
        return Context.RQ_LOCKED
    return Context.ATOMIC if in_scheduler(cpu.stack) or preemption_disabled(cpu) else Context.PROCESS


@function
def is_unmaskable(context: Context) -> bool:
    """Whether such code can have interrupted code that runs with interrupts off."""
    return context is Context.NMI or context is Context.STACK_FAULT


@function
def may_take_spinlock(context: Context) -> bool:
    """Whether code may take a spinlock_t that is taken with interrupts off everywhere, as zone->lock is. Not where it can
    have interrupted the holder on its own CPU. With PREEMPT_RT such a lock sleeps (Documentation/locking/locktypes.rst), so
    that it is for preemptible code only; softirqs and irq_work run in threads there."""
    if is_unmaskable(context):
        return False
    return not PREEMPT_RT or (context is not Context.ATOMIC and context is not Context.RQ_LOCKED)
