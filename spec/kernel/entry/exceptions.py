# SPDX-License-Identifier: GPL-2.0-only
"""Exceptions: the architecture's part of a stack fault, interrupts, NMIs."""

from checker.language import atomic, check, every, function, halt, in_routine, require, routine
from spec.kernel.architecture import OVERFLOW_STACK_SHARED
from spec.kernel.hooks import irq_work_run, stack_fault
from spec.kernel.mm.stack_cache import thread_stack_free_rcu
from spec.kernel.parameters import DEPTH_KEPT, NMI, OOPS_CONTINUES, SOFTIRQ, STACK_PAGES
from spec.kernel.records import Cpu, Level, Task, VmArea, this_cpu
from spec.kernel.tasks.plain_work import at_plain_work
from spec.properties.fault_resolved import fault_resolved


@function
def in_stack_fault(cpu: Cpu) -> bool:
    """Whether the CPU handles a stack fault, or an NMI that interrupted the handler."""
    return in_routine(cpu, exc_page_fault)


@function
def handles_nmi(cpu: Cpu) -> bool:
    return in_routine(cpu, exc_nmi)


@function
def handles_interrupt(cpu: Cpu) -> bool:
    return in_routine(cpu, common_interrupt)


@function
def oops_kills_task(cpu: Cpu) -> bool:
    """Whether an oops on this CPU ends the task that it was on, and nothing else."""
    if handles_interrupt(cpu) or handles_nmi(cpu) or in_routine(cpu, run_irq_work) or in_routine(cpu, thread_stack_free_rcu):
        return False
    return OOPS_CONTINUES and at_plain_work(cpu.stack)


@function
def shared_stack_is_free() -> bool:
    return not any(in_routine(cpu, on_shared_stack) for cpu in every(Cpu))


@routine
def on_shared_stack(task: Task, stack: VmArea, level: Level) -> bool:
    """The handler, on the one overflow stack that all CPUs share."""
    return stack_fault(task, stack, level)


@routine
def exc_page_fault(task: Task, stack: VmArea, level: Level) -> None:
    """The exception that a stack fault raises, on a stack of its own. Linux: on x86 the CPU cannot push the frame of the
    page fault on the unmapped stack, so that it arrives as a double fault on the stack of that, or with FRED as a page
    fault at a higher stack level; on arm64 it is handled on the overflow stack. The access that faulted is repeated when
    this returns; without a mapping it would fault again, so that counts as unresolved."""
    if OVERFLOW_STACK_SHARED:
        with atomic("one amoswap, by who finds the stack free; with interrupts off, and nobody in line"):
            require(shared_stack_is_free())
        resolved = on_shared_stack(task, stack, level)
    else:
        resolved = stack_fault(task, stack, level)
    if resolved:
        with atomic("the repeated access"):
            check(level < STACK_PAGES, fault_resolved, "the handler returned true, but {task} hit the guard page of {stack}")
            check(
                stack.pte[level] is not None,
                fault_resolved,
                "the handler returned true, but level {level} of {stack} is not mapped",
            )
            if NMI:
                cpu = this_cpu()
                cpu.reentered = cpu.reentered and handles_nmi(cpu)
            if DEPTH_KEPT:
                note_depth(this_cpu(), level)
    else:
        stack_overflow(level)


@routine
def note_depth(cpu: Cpu, level: Level) -> None:
    """Where an access has been repeated, the stack is in use down to there. An NMI only reads."""
    if not handles_nmi(cpu) and level > cpu.stack.depth:
        cpu.stack.depth = level


@routine
def stack_overflow(level: Level) -> None:
    """What a refused fault leads to, handle_stack_overflow() and die(): the kernel reports a stack overflow and panics. With
    the event oops-continues it kills the task instead, if that was at its plain work: make_task_dead() goes on with do_exit()
    (kernel/exit.c). In an interrupt Linux panics all the same (oops_end, arch/x86/kernel/dumpstack.c). Left out: that it kills
    a task in a system call or in __schedule too, whose locks nobody gives back then. The machine stops there."""
    if level < STACK_PAGES:
        with atomic("a report; the properties look at what it is about"):
            cpu = this_cpu()
            cpu.refused = level
    with atomic("the machine stops, or the task is marked; one CPU's own business"):
        cpu = this_cpu()
        if oops_kills_task(cpu):
            cpu.refused = 0
            if NMI:
                cpu.reentered = False
            cpu.stack.killed = True
        else:
            halt("stack overflow, reported as such")


@routine
def irq_handler() -> None:
    """The entry code and the handler of an interrupt. On the way to the interrupt stack, or without one, they use the
    stack of the task."""
    with atomic("what the handler does is not seen by the model; its stack faults are events"):
        pass


@routine
def handle_softirqs() -> None:
    """handle_softirqs(), called when an interrupt ends, with interrupts on again."""
    with atomic("what softirqs do is not seen by the model; their stack faults are events"):
        pass


@routine
def common_interrupt() -> None:
    """An interrupt of a task."""
    irq_handler()
    if SOFTIRQ:
        handle_softirqs()


@routine
def nested_interrupt() -> None:
    """An interrupt of softirqs, which do not run again when it ends."""
    irq_handler()


@routine
def run_irq_work() -> None:
    """irq_work_run(), in the interrupt that a CPU has sent itself."""
    irq_work_run()


@routine
def exc_nmi(task: Task, stack: VmArea, level: Level) -> None:
    """An NMI on a stack of its own, whose handler, as perf's unwinder does, reads below the stack pointer that it
    interrupted; the fault handler is entered on top of it. An NMI that touches no stack changes nothing, and is left out."""
    exc_page_fault(task, stack, level)
