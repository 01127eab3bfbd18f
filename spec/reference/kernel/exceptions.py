# SPDX-License-Identifier: GPL-2.0-only
"""What a CPU does when an exception or interrupt comes: the architecture's part of a stack fault, interrupts, NMIs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spec.reference.kernel.failures import Halted, UnresolvedFault
from spec.reference.kernel.objects import Task, VmArea
from spec.reference.kernel.operations import Atomic, Steps, call
from spec.reference.kernel.processes import is_at_plain_work

if TYPE_CHECKING:
    from spec.reference.kernel.kernel import Kernel

INTERRUPTS = ("common_interrupt", "exc_nmi", "thread_stack_free_rcu")
"""What interrupts a task and, being no fault of its own, does not end with it."""


def exc_page_fault(kernel: Kernel, task: Task, stack: VmArea, level: int) -> Steps[bool]:
    """A stack fault, handled on a stack of its own. When it is resolved the access is repeated."""
    if (yield from call(kernel.protocol.stack_fault(task, stack, level))):

        def repeat() -> None:
            if level >= kernel.stack_pages:
                raise UnresolvedFault(f"{task} hit the guard page of {stack}, and the fault counts as resolved")
            if not kernel.memory.access(stack.index, level):
                raise UnresolvedFault(f"level {level} of {stack} is still not mapped after its fault")
            if kernel.nmi:
                cpu = kernel.this_cpu()
                cpu.reentered = cpu.reentered and kernel.handles(cpu, "exc_nmi")

        yield Atomic("the repeated access", repeat)
    else:
        yield from stack_overflow(kernel, level)
    return True


def stack_overflow(kernel: Kernel, level: int) -> Steps[None]:
    """The fault was refused. The machine panics; or, with oops-continues, the task is killed if it was at its plain work and
    in no interrupt."""
    if level < kernel.stack_pages:
        yield Atomic("report the overflow", lambda: setattr(kernel.this_cpu(), "refused", level))

    def die() -> None:
        cpu = kernel.this_cpu()
        interrupted = any(kernel.handles(cpu, each) for each in INTERRUPTS)
        if not kernel.oops_continues or interrupted or not is_at_plain_work(cpu):
            raise Halted("stack overflow, reported as such")
        cpu.refused = 0
        cpu.reentered = False
        cpu.stack.killed = True

    yield Atomic("die", die)


def irq_handler() -> Steps[None]:
    """The entry code and the handler of an interrupt, on the stack of the task."""
    yield Atomic("irq handler", lambda: None)


def handle_softirqs() -> Steps[None]:
    """Softirqs, when the interrupt ends; interrupts are on again."""
    yield Atomic("softirqs", lambda: None)


def common_interrupt(kernel: Kernel) -> Steps[bool]:
    """An interrupt of a task."""
    yield from irq_handler()
    if kernel.softirq:
        yield from handle_softirqs()
    return True


def nested_interrupt() -> Steps[bool]:
    """An interrupt of softirqs."""
    yield from irq_handler()
    return True


def exc_nmi(kernel: Kernel, task: Task, stack: VmArea, level: int) -> Steps[bool]:
    """An NMI, on a stack of its own, whose handler reads below the stack pointer that it interrupted."""
    return (yield from exc_page_fault(kernel, task, stack, level))
