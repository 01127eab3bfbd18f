# SPDX-License-Identifier: GPL-2.0-only
"""Where a task is preempted."""

from checker.language import action, enter, function, in_routine, require
from spec.kernel.entry.interrupts import interruptible
from spec.kernel.hooks import cpu_dead, cpu_prepare, shrinker_scan
from spec.kernel.locking.locks import preemptible
from spec.kernel.locking.mutexes import might_sleep_for_mutex
from spec.kernel.mm.memory import might_sleep
from spec.kernel.mm.vfree import delayed_vfree_work
from spec.kernel.mm.vmalloc import remove_vm_area
from spec.kernel.parameters import PREEMPT, PROC_STACK, RECLAIM
from spec.kernel.records import Cpu, Task
from spec.kernel.sched.scheduler import __schedule, in_scheduler
from spec.kernel.tasks.exit import do_exit
from spec.kernel.tasks.fork import copy_process
from spec.kernel.tasks.life import use_allocators
from spec.kernel.tasks.proc_stack import proc_pid_stack


@function
def asserts_that_it_may_sleep(task: Task) -> bool:
    """Whether the task stands where no-sleep-atomic and free-context look whether it may sleep there."""
    return in_routine(task, might_sleep) or in_routine(task, might_sleep_for_mutex) or in_routine(task, remove_vm_area)


@function
def in_kernel_code(task: Task) -> bool:
    """Whether the task is in a system call, or whatever else takes it through the protocol's hooks outside of __schedule."""
    if in_routine(task, copy_process) or in_routine(task, do_exit) or in_routine(task, delayed_vfree_work):
        return True
    if PROC_STACK and in_routine(task, proc_pid_stack):
        return True
    if RECLAIM and in_routine(task, shrinker_scan):
        return True
    return in_routine(task, use_allocators) or in_routine(task, cpu_dead) or in_routine(task, cpu_prepare)


@action(interrupt=True)
def preempt(cpu: Cpu) -> None:
    """An interrupt that has come to a task in kernel code ends, and another task is due: irqentry_exit_cond_resched() calls
    preempt_schedule_irq(), which enters __schedule on the task's own stack. Left out: the interrupt itself, which is the event
    irq; preemption of plain work, after which the task enters __schedule anyway; between what might_sleep() asserts and what
    follows it, which is as good as before; of the idle task, which runs with preemption off; and of a task that takes a CPU down
    or up, outside of the hooks."""
    require(PREEMPT and interruptible(cpu) and preemptible(cpu))
    task = cpu.stack
    require(not task.idle and not in_scheduler(task) and in_kernel_code(task) and not asserts_that_it_may_sleep(task))
    enter(task, __schedule)
