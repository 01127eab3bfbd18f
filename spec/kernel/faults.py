# SPDX-License-Identifier: GPL-2.0-only
"""Where stack faults and interrupts strike."""

from checker.language import action, check, enter, function, has_frames, in_routine, require
from spec.kernel.allocator_locks import holds_allocator_lock
from spec.kernel.exceptions import (
    common_interrupt,
    exc_nmi,
    exc_page_fault,
    handle_softirqs,
    in_interrupt,
    in_nmi,
    in_stack_fault,
    nested_interrupt,
)
from spec.kernel.hooks import cpu_dead, cpu_prepare, may_read_stack
from spec.kernel.hotplug import cpu_hotplug
from spec.kernel.interrupts import interruptible, run_irq_work, thread_stack_free_rcu
from spec.kernel.locks import interrupts_off, preemptible
from spec.kernel.memory import might_sleep
from spec.kernel.mutexes import might_sleep_for_mutex
from spec.kernel.parameters import (
    ALLOCATOR_FAULT,
    EXCEPTION_STACKS,
    INTERRUPTS,
    IRQ,
    LATE_FAULT,
    NMI,
    PREEMPT,
    REMOTE_READ,
    SOFTIRQ,
    STACK_PAGES,
    SWITCH_FAULT,
    TOUCH,
)
from spec.kernel.plain_work import plain_work
from spec.kernel.records import Cpu, Level, Task
from spec.kernel.scheduler import __schedule, in_scheduler
from spec.kernel.vmalloc import remove_vm_area
from spec.properties.handler_reentrant import handler_reentrant
from spec.properties.remote_access import remote_access


@function
def is_unmapped(task: Task, level: Level) -> bool:
    """Whether the level of the task's stack is one of the stack, and not mapped."""
    return level < STACK_PAGES and task.stack_vm_area is not None and task.stack_vm_area.pte[level] is None


@action
def touch(cpu: Cpu, level: Level) -> None:
    """Plain work of a task goes as deep as level, which is not mapped or is the guard page."""
    require(TOUCH and not has_frames(cpu))
    task = cpu.stack
    require(not task.idle and task is cpu.current and not in_scheduler(task))
    require(level == STACK_PAGES or is_unmapped(task, level))
    enter(cpu, exc_page_fault, task, task.stack_vm_area, level)


@action(interrupt=True)
def late_fault(cpu: Cpu, level: Level) -> None:
    """Code of the scheduler or of the protocol goes deeper than the stack is mapped, outside the window of the stack
    switch in which the stack is next's already and `current` still prev."""
    require(LATE_FAULT and not has_frames(cpu))
    task = cpu.stack
    require(task is cpu.current and in_scheduler(task) and is_unmapped(task, level))
    enter(cpu, exc_page_fault, cpu.current, task.stack_vm_area, level)


@action(interrupt=True)
def allocator_fault(cpu: Cpu, level: Level) -> None:
    """Code inside the kernel's allocators goes deeper than the stack is mapped, while it has their locks: called by anybody, in a
    task, in __schedule, in irq_work or a softirq."""
    require(ALLOCATOR_FAULT and holds_allocator_lock(cpu) and not in_stack_fault(cpu))
    task = cpu.stack
    require(task is cpu.current and is_unmapped(task, level))
    enter(cpu, exc_page_fault, cpu.current, task.stack_vm_area, level)


@action(interrupt=True)
def switch_fault(cpu: Cpu, level: Level) -> None:
    """The first accesses on the next task's stack, before `current` is set, go deeper than that is mapped."""
    require(SWITCH_FAULT and not has_frames(cpu))
    task = cpu.stack
    require(task is not cpu.current and is_unmapped(task, level))
    enter(cpu, exc_page_fault, cpu.current, task.stack_vm_area, level)


@function
def softirqs_on_top(cpu: Cpu) -> bool:
    """Whether what the CPU steps is its softirqs."""
    return in_routine(cpu, handle_softirqs) and not in_routine(cpu, nested_interrupt) and not in_stack_fault(cpu)


@function
def irq_on_top(cpu: Cpu) -> bool:
    """Whether what the CPU steps is the entry or the handler of an interrupt."""
    if in_stack_fault(cpu):
        return False
    return in_routine(cpu, nested_interrupt) or (in_interrupt(cpu) and not in_routine(cpu, handle_softirqs))


@function
def callback_on_top(cpu: Cpu) -> bool:
    """Whether what the CPU steps is irq_work or an RCU callback."""
    return (in_routine(cpu, run_irq_work) or in_routine(cpu, thread_stack_free_rcu)) and not in_stack_fault(cpu)


@action(interrupt=True)
def interrupt(cpu: Cpu) -> None:
    """An interrupt arrives. Left out: that it preempts the task when it ends."""
    require(INTERRUPTS and interruptible(cpu))
    enter(cpu, common_interrupt)


@function
def asserts_that_it_may_sleep(task: Task) -> bool:
    """Whether the task stands where no-sleep-atomic and free-context look whether it may sleep there."""
    return in_routine(task, might_sleep) or in_routine(task, might_sleep_for_mutex) or in_routine(task, remove_vm_area)


@action(interrupt=True)
def preempt(cpu: Cpu) -> None:
    """An interrupt that has come to a task in kernel code ends, and another task is due: irqentry_exit_cond_resched() calls
    preempt_schedule_irq(), which enters __schedule on the task's own stack. Left out: the interrupt itself, which is the event
    irq; preemption of plain work, after which the task enters __schedule anyway; between what might_sleep() asserts and what
    follows it, which is as good as before; of the idle task, which runs with preemption off; and of a task that takes a CPU down
    or up, outside of the hooks."""
    require(PREEMPT and interruptible(cpu) and preemptible(cpu))
    task = cpu.stack
    require(not task.idle and not in_scheduler(task) and not in_routine(task, plain_work))
    require(not asserts_that_it_may_sleep(task))
    require(not in_routine(task, cpu_hotplug) or in_routine(task, cpu_dead) or in_routine(task, cpu_prepare))
    enter(task, __schedule)


@action(interrupt=True)
def interrupt_of_softirqs(cpu: Cpu) -> None:
    """An interrupt arrives while softirqs run."""
    require(SOFTIRQ and softirqs_on_top(cpu) and not interrupts_off(cpu))
    enter(cpu, nested_interrupt)


@action(interrupt=True)
def interrupt_fault(cpu: Cpu, level: Level) -> None:
    """The entry code or the handler of an interrupt, or softirqs, go deeper than the stack of the task is mapped; so do irq_work
    and RCU callbacks, which run in them."""
    require((IRQ and irq_on_top(cpu)) or (SOFTIRQ and softirqs_on_top(cpu)) or (INTERRUPTS and callback_on_top(cpu)))
    task = cpu.stack
    require(is_unmapped(task, level))
    enter(cpu, exc_page_fault, cpu.current, task.stack_vm_area, level)


@action(interrupt=True)
def nmi(cpu: Cpu, level: Level) -> None:
    """An NMI arrives. With the event switch-fault also in the window of the stack switch. Left out: one between the two
    steps in which a refused fault is reported and stops the machine; it would change what the report is about."""
    require(NMI and not in_nmi(cpu) and cpu.refused == 0)
    task = cpu.stack
    require((SWITCH_FAULT or task is cpu.current) and is_unmapped(task, level))
    check(
        EXCEPTION_STACKS > 1 or not in_stack_fault(cpu),
        handler_reentrant,
        "the fault at level {level} overwrites the frame of the fault that {cpu} is handling",
    )
    if NMI and in_stack_fault(cpu):
        cpu.reentered = True
    enter(cpu, exc_nmi, cpu.current, task.stack_vm_area, level)


@action
def remote_read(cpu: Cpu, task: Task, level: Level) -> None:
    """Plain work of a task reads another's stack and meets an unmapped page. (Reading a mapped one changes nothing.) The
    fault is on a stack that is not the reader's, so that nobody can resolve it."""
    require(REMOTE_READ and not has_frames(cpu))
    reader = cpu.stack
    require(not reader.idle and reader is cpu.current and not in_scheduler(reader) and reader is not task)
    require(is_unmapped(task, level) and may_read_stack(task.stack_vm_area, level))
    check(False, remote_access, "{reader} reads level {level} of {task}'s stack, which is not mapped")
