# SPDX-License-Identifier: GPL-2.0-only
"""Stack pointers move."""

from checker.language import action, function, has_frames, require
from spec.kernel.entry.faults import callback_on_top, irq_on_top, softirqs_on_top
from spec.kernel.parameters import DEPTH, INTERRUPTS, IRQ, LATE_FAULT, SOFTIRQ, STACK_PAGES, SWITCH_FAULT
from spec.kernel.records import Cpu, Level, Task
from spec.kernel.sched.scheduler import in_scheduler


@function
def is_at_plain_work(cpu: Cpu) -> bool:
    """Whether the CPU is at the plain work of the task whose stack it is on."""
    return not has_frames(cpu) and cpu.stack is cpu.current and not in_scheduler(cpu.stack)


@function
def may_go_deeper(cpu: Cpu) -> bool:
    """Whether code on the task's stack runs that may go deeper: the same as may meet a page that is not mapped."""
    if has_frames(cpu):
        return (IRQ and irq_on_top(cpu)) or (SOFTIRQ and softirqs_on_top(cpu)) or (INTERRUPTS and callback_on_top(cpu))
    if cpu.stack is not cpu.current:
        return SWITCH_FAULT
    return LATE_FAULT or not in_scheduler(cpu.stack)


@function
def is_deeper_and_mapped(task: Task, level: Level) -> bool:
    """Whether the level is the next one below the stack pointer, with a page."""
    return level == task.depth + 1 and level < STACK_PAGES and task.stack_vm_area.pte[level] is not None


@action(interrupt=True)
def stack_goes_deeper(cpu: Cpu, level: Level) -> None:
    """Code on a task's stack goes on into the next page, which is mapped. If it is not, that is a stack fault. What an interrupt
    has used counts as in use until the task itself comes back up."""
    require(DEPTH and may_go_deeper(cpu))
    task = cpu.stack
    require(task.stack_vm_area is not None and is_deeper_and_mapped(task, level))
    task.depth = level
    task.stack_vm_area.pte[level].dirty = True


@action(interrupt=True)
def stack_comes_back_up(cpu: Cpu) -> None:
    """Plain work returns from the deepest page that it is in."""
    require(DEPTH and is_at_plain_work(cpu))
    task = cpu.stack
    require(task.depth > 0)
    task.depth -= 1
