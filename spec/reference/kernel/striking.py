# SPDX-License-Identifier: GPL-2.0-only
"""Where stack faults, interrupts and NMIs strike. Each event says for which arguments it can happen now, and what it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeAlias

from spec.reference.kernel.contexts import Context, begin
from spec.reference.kernel.exceptions import common_interrupt, exc_nmi, exc_page_fault, nested_interrupt
from spec.reference.kernel.failures import FrameOverwritten, RemoteFault
from spec.reference.kernel.objects import Cpu, Task, VmArea
from spec.reference.kernel.stacks import thread_stack_free_rcu

if TYPE_CHECKING:
    from spec.reference.kernel.kernel import Kernel

Arguments: TypeAlias = tuple[int, ...]


def push(cpu: Cpu, handler: Context) -> None:
    cpu.handlers = (*cpu.handlers, handler)


def enter_fault(kernel: Kernel, cpu: Cpu, level: int) -> None:
    """The stack that is in use on the CPU faults. The architecture passes on what it takes for the task, which is `current`."""
    task, stack = cpu.current, stack_in_use(cpu)
    push(cpu, begin(lambda: exc_page_fault(kernel, task, stack, level), "exc_page_fault"))


def stack_in_use(cpu: Cpu) -> VmArea:
    stack = cpu.stack.stack_vm_area
    if stack is None:
        raise ValueError(f"{cpu.stack} runs on a static stack, which never faults")
    return stack


def levels_not_mapped(kernel: Kernel, task: Task) -> list[int]:
    return [level for level in range(kernel.stack_pages) if kernel.is_unmapped(task, level)]


# --- of the task's own code ---


def touches(kernel: Kernel) -> Iterator[Arguments]:
    """Plain work goes deeper than its stack is mapped, or reaches the guard page."""
    if not kernel.touch:
        return
    for cpu in kernel.cpus:
        task = cpu.stack
        if not cpu.handlers and not task.idle and task is cpu.current and not kernel.in_scheduler(task):
            for level in (*levels_not_mapped(kernel, task), kernel.stack_pages):
                yield cpu.index, level


def late_faults(kernel: Kernel) -> Iterator[Arguments]:
    """Code of the scheduler or the protocol goes deeper, outside the window of the switch."""
    if not kernel.late_fault:
        return
    for cpu in kernel.cpus:
        if not cpu.handlers and cpu.stack is cpu.current and kernel.in_scheduler(cpu.stack):
            for level in levels_not_mapped(kernel, cpu.stack):
                yield cpu.index, level


def switch_faults(kernel: Kernel) -> Iterator[Arguments]:
    """The first accesses on the next task's stack go deeper, while `current` is still the task before."""
    if not kernel.switch_fault:
        return
    for cpu in kernel.cpus:
        if not cpu.handlers and cpu.stack is not cpu.current:
            for level in levels_not_mapped(kernel, cpu.stack):
                yield cpu.index, level


def fault(kernel: Kernel, arguments: Arguments) -> None:
    index, level = arguments
    enter_fault(kernel, kernel.cpus[index], level)


# --- of interrupts ---


def interrupts_on(kernel: Kernel, task: Task) -> bool:
    """Whether the task's code runs with interrupts on: outside of schedule(), or where that has not switched them off yet."""
    return not kernel.in_scheduler(task) or "before_pick" in task.context.inside


def is_interruptible(kernel: Kernel, cpu: Cpu) -> bool:
    """Whether an interrupt can come to the CPU now. One that goes down takes interrupts until its last task has left."""
    if cpu.handlers or cpu.stack is not cpu.current or not interrupts_on(kernel, cpu.stack):
        return False
    return cpu.online or not cpu.stack.idle


def softirqs_on_top(kernel: Kernel, cpu: Cpu) -> bool:
    return (
        kernel.handles(cpu, "handle_softirqs")
        and not kernel.handles(cpu, "nested_interrupt")
        and not kernel.handles(cpu, "exc_page_fault")
    )


def irq_on_top(kernel: Kernel, cpu: Cpu) -> bool:
    if kernel.handles(cpu, "exc_page_fault"):
        return False
    if kernel.handles(cpu, "nested_interrupt"):
        return True
    return kernel.handles(cpu, "common_interrupt") and not kernel.handles(cpu, "handle_softirqs")


def callback_on_top(kernel: Kernel, cpu: Cpu) -> bool:
    return kernel.handles(cpu, "thread_stack_free_rcu") and not kernel.handles(cpu, "exc_page_fault")


def interrupts(kernel: Kernel) -> Iterator[Arguments]:
    """An interrupt arrives."""
    if kernel.interrupts:
        for cpu in kernel.cpus:
            if is_interruptible(kernel, cpu):
                yield (cpu.index,)


def interrupt(kernel: Kernel, arguments: Arguments) -> None:
    push(kernel.cpus[arguments[0]], begin(lambda: common_interrupt(kernel), "common_interrupt"))


def interrupts_of_softirqs(kernel: Kernel) -> Iterator[Arguments]:
    """An interrupt arrives while softirqs run."""
    if kernel.softirq:
        for cpu in kernel.cpus:
            if softirqs_on_top(kernel, cpu):
                yield (cpu.index,)


def interrupt_of_softirqs(kernel: Kernel, arguments: Arguments) -> None:
    push(kernel.cpus[arguments[0]], begin(nested_interrupt, "nested_interrupt"))


def interrupt_faults(kernel: Kernel) -> Iterator[Arguments]:
    """An interrupt, softirqs or an RCU callback go deeper than the stack of the task is mapped."""
    for cpu in kernel.cpus:
        if (
            (kernel.irq and irq_on_top(kernel, cpu))
            or (kernel.softirq and softirqs_on_top(kernel, cpu))
            or (kernel.interrupts and callback_on_top(kernel, cpu))
        ):
            for level in levels_not_mapped(kernel, cpu.stack):
                yield cpu.index, level


def grace_periods(kernel: Kernel) -> Iterator[Arguments]:
    """A grace period is over, and a CPU runs the callback for a dead task's stack."""
    if not kernel.tasks_end:
        return
    for cpu in kernel.cpus:
        if is_interruptible(kernel, cpu):
            for area in kernel.areas:
                if area.allocated and area.rcu_pending and all(task.stack_vm_area is not area for task in kernel.tasks):
                    yield cpu.index, area.index


def rcu_softirq(kernel: Kernel, arguments: Arguments) -> None:
    cpu, area = kernel.cpus[arguments[0]], kernel.areas[arguments[1]]
    area.rcu_pending = False
    push(cpu, begin(lambda: thread_stack_free_rcu(kernel, area), "thread_stack_free_rcu"))


# --- of NMIs ---


def nmis(kernel: Kernel) -> Iterator[Arguments]:
    """An NMI arrives anywhere, and reads an unmapped page of the stack that it interrupts."""
    if not kernel.nmi:
        return
    for cpu in kernel.cpus:
        if not kernel.handles(cpu, "exc_nmi") and cpu.refused == 0 and (kernel.switch_fault or cpu.stack is cpu.current):
            for level in levels_not_mapped(kernel, cpu.stack):
                yield cpu.index, level


def nmi(kernel: Kernel, arguments: Arguments) -> None:
    cpu, level = kernel.cpus[arguments[0]], arguments[1]
    if kernel.handles(cpu, "exc_page_fault"):
        if kernel.sizes.exception_stacks == 1:
            raise FrameOverwritten(f"the fault at level {level} overwrites the frame of the fault that {cpu} is handling")
        cpu.reentered = True
    task, stack = cpu.current, stack_in_use(cpu)
    push(cpu, begin(lambda: exc_nmi(kernel, task, stack, level), "exc_nmi"))


# --- of who reads another's stack ---


def remote_reads(kernel: Kernel) -> Iterator[Arguments]:
    """Plain work of a task reads an unmapped page of another's stack."""
    if not kernel.remote_read:
        return
    for cpu in kernel.cpus:
        reader = cpu.stack
        if cpu.handlers or reader.idle or reader is not cpu.current or kernel.in_scheduler(reader):
            continue
        for task in kernel.tasks:
            if task is not reader and task.stack_vm_area is not None:
                for level in levels_not_mapped(kernel, task):
                    if kernel.protocol.may_read_stack(task.stack_vm_area, level):
                        yield cpu.index, task.index, level


def remote_read(kernel: Kernel, arguments: Arguments) -> None:
    cpu, task, level = arguments
    reader = kernel.cpus[cpu].stack
    raise RemoteFault(f"{reader} reads level {level} of {kernel.tasks[task]}'s stack, which is not mapped")


EVENTS: dict[str, tuple[Callable[[Kernel], Iterator[Arguments]], Callable[[Kernel, Arguments], None]]] = {
    "touch": (touches, fault),
    "late_fault": (late_faults, fault),
    "switch_fault": (switch_faults, fault),
    "interrupt": (interrupts, interrupt),
    "interrupt_of_softirqs": (interrupts_of_softirqs, interrupt_of_softirqs),
    "interrupt_fault": (interrupt_faults, fault),
    "nmi": (nmis, nmi),
    "remote_read": (remote_reads, remote_read),
    "rcu_softirq": (grace_periods, rcu_softirq),
}
"""By name: for which arguments it is possible now, and what happens then."""
