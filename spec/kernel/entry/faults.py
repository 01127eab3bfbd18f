# SPDX-License-Identifier: GPL-2.0-only
"""Where stack faults and interrupts can happen."""

from checker.language import action, check, enter, function, has_frames, in_routine, require
from spec.kernel.architecture import CURRENT_WITH_STACK, FAULTS_NEST
from spec.kernel.entry.exceptions import (
    common_interrupt,
    exc_nmi,
    exc_page_fault,
    handle_softirqs,
    handles_interrupt,
    handles_nmi,
    in_stack_fault,
    nested_interrupt,
    run_irq_work,
)
from spec.kernel.entry.interrupts import interruptible, self_ipi_is_due
from spec.kernel.hooks import may_read_stack
from spec.kernel.locking.locks import interrupts_off
from spec.kernel.mm.allocator_locks import holds_allocator_lock
from spec.kernel.mm.stack_cache import thread_stack_free_rcu
from spec.kernel.parameters import (
    ALLOCATOR_FAULT,
    EXCEPTION_STACKS,
    IDLE_DYNAMIC,
    INTERRUPTS,
    IRQ,
    LATE_FAULT,
    NMI,
    REFCOUNTED,
    REMOTE_READ,
    SOFTIRQ,
    STACK_PAGES,
    SWITCH_FAULT,
    TOUCH,
)
from spec.kernel.records import Cpu, Level, Task
from spec.kernel.sched.scheduler import end_of_switch, in_scheduler, is_first_run
from spec.properties.handler_reentrant import handler_reentrant
from spec.properties.remote_access import remote_access


@function
def is_unmapped(task: Task, level: Level) -> bool:
    """Whether the level of the task's stack is one of the stack, and not mapped."""
    return level < STACK_PAGES and task.stack_vm_area is not None and task.stack_vm_area.pte[level] is None


@function
def in_switch(cpu: Cpu) -> bool:
    """Whether the CPU has loaded next's stack pointer, and is not yet back in C code that has the new `current`."""
    if CURRENT_WITH_STACK:
        return SWITCH_FAULT and (in_routine(cpu.stack, end_of_switch) or is_first_run(cpu))
    return cpu.stack is not cpu.current


@function
def grows(cpu: Cpu) -> bool:
    """Whether the idle task of the CPU has a stack that can grow, and runs. One in play_dead() uses no more of it."""
    return IDLE_DYNAMIC == 1 and cpu.online and cpu.idle.stack_vm_area is not None


@action
def touch(cpu: Cpu, level: Level) -> None:
    """Plain work of a task goes as deep as level, which is not mapped or is the guard page."""
    require(TOUCH and not has_frames(cpu) and not self_ipi_is_due(cpu))
    task = cpu.stack
    require((not task.idle or grows(cpu)) and task is cpu.current and not in_scheduler(task))
    require(level == STACK_PAGES or is_unmapped(task, level))
    enter(cpu, exc_page_fault, task, task.stack_vm_area, level)


@action(interrupt=True)
def late_fault(cpu: Cpu, level: Level) -> None:
    """Code of the scheduler or of the protocol goes deeper than the stack is mapped, outside the window of the stack
    switch, which switch_fault is about."""
    require(LATE_FAULT and not has_frames(cpu) and not self_ipi_is_due(cpu))
    task = cpu.stack
    require(not in_switch(cpu) and in_scheduler(task) and is_unmapped(task, level))
    enter(cpu, exc_page_fault, cpu.current, task.stack_vm_area, level)


@action(interrupt=True)
def allocator_fault(cpu: Cpu, level: Level) -> None:
    """Code inside the kernel's allocators goes deeper than the stack is mapped, while it has their locks: called by anybody, in a
    task, in __schedule, in irq_work or a softirq."""
    require(ALLOCATOR_FAULT and holds_allocator_lock(cpu) and not in_stack_fault(cpu) and not self_ipi_is_due(cpu))
    task = cpu.stack
    require(task is cpu.current and is_unmapped(task, level))
    enter(cpu, exc_page_fault, cpu.current, task.stack_vm_area, level)


@action(interrupt=True)
def switch_fault(cpu: Cpu, level: Level) -> None:
    """The first accesses on the next task's stack go deeper than that is mapped. Where the architecture sets `current` after the
    stack pointer, it is still prev then."""
    require(SWITCH_FAULT and not has_frames(cpu))
    task = cpu.stack
    require(in_switch(cpu) and is_unmapped(task, level))
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
    return in_routine(cpu, nested_interrupt) or (handles_interrupt(cpu) and not in_routine(cpu, handle_softirqs))


@function
def callback_on_top(cpu: Cpu) -> bool:
    """Whether what the CPU steps is irq_work or an RCU callback."""
    return (in_routine(cpu, run_irq_work) or in_routine(cpu, thread_stack_free_rcu)) and not in_stack_fault(cpu)


@action(interrupt=True)
def interrupt(cpu: Cpu) -> None:
    """An interrupt arrives. Left out: that it preempts the task when it ends."""
    require(INTERRUPTS and interruptible(cpu))
    enter(cpu, common_interrupt)


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
    require(NMI and not handles_nmi(cpu) and cpu.refused == 0)
    task = cpu.stack
    require((SWITCH_FAULT or task is cpu.current) and is_unmapped(task, level))
    check(
        EXCEPTION_STACKS > 1 or FAULTS_NEST or not in_stack_fault(cpu),
        handler_reentrant,
        "the fault at level {level} overwrites the exception frame of the fault that {cpu} is handling",
    )
    if NMI and in_stack_fault(cpu):
        cpu.reentered = True
    enter(cpu, exc_nmi, cpu.current, task.stack_vm_area, level)


@action
def remote_read(cpu: Cpu, task: Task, level: Level) -> None:
    """Plain work of a task reads another's stack and meets an unmapped page. (Reading a mapped one changes nothing.) The
    fault is on a stack that is not the reader's, so that nobody can resolve it. The reference that Linux takes for it
    (kmemleak_scan, mm/kmemleak.c) it takes and gives back within this step; the event proc-stack keeps it for longer."""
    require(REMOTE_READ and not has_frames(cpu) and not self_ipi_is_due(cpu))
    reader = cpu.stack
    require(not reader.idle and reader is cpu.current and not in_scheduler(reader) and reader is not task)
    require(not REFCOUNTED or task.stack_refcount > 0)
    require(is_unmapped(task, level) and may_read_stack(task.stack_vm_area, level))
    check(False, remote_access, "{reader} reads level {level} of {task}'s stack, which is not mapped")
