# SPDX-License-Identifier: GPL-2.0-only
"""Stack faults: where they strike, and the architecture's part of handling them."""

from checker.language import action, atomic, check, enter, function, halt, has_frames, in_routine, require, routine
from spec.kernel.hooks import stack_fault
from spec.kernel.parameters import LATE_FAULT, STACK_PAGES, TOUCH
from spec.kernel.records import Cpu, Level, Task, VmArea
from spec.kernel.scheduler import __schedule, finish_task_switch
from spec.properties.fault_resolved import fault_resolved


@function
def in_scheduler(task: Task) -> bool:
    """Whether the task is anywhere between the start of __schedule and the end of finish_task_switch."""
    return in_routine(task, __schedule) or in_routine(task, finish_task_switch)


@routine
def exc_page_fault(task: Task, stack: VmArea, level: Level) -> None:
    """The exception that a stack fault raises, on a stack of its own. Linux: on x86 the CPU cannot push the frame of the
    page fault on the unmapped stack, so that it arrives as a double fault on the stack of that, or with FRED as a page
    fault at a higher stack level; on arm64 it is handled on the overflow stack. The access that faulted is repeated when
    this returns; without a mapping it would fault again, so that counts as unresolved. A refused fault is the end: the
    kernel dies of a stack overflow."""
    resolved = stack_fault(task, stack, level)
    with atomic("the repeated access"):
        if level == STACK_PAGES:
            check(not resolved, fault_resolved, "{task} hit the guard page of {stack}, and the fault counts as resolved")
            halt("stack overflow, reported as such")
        check(resolved, fault_resolved, "the fault at level {level} of {stack} was refused; pages counted: {stack.nr_pages}")
        check(stack.pte[level] is not None, fault_resolved, "level {level} of {stack} is still not mapped after its fault")


@action
def touch(cpu: Cpu, level: Level) -> None:
    """Plain work of a task goes as deep as level, which is not mapped or is the guard page."""
    require(TOUCH and not has_frames(cpu))
    task = cpu.stack
    require(not task.idle and task is cpu.current and not in_scheduler(task))
    stack = task.stack_vm_area
    if level < STACK_PAGES:
        require(stack.pte[level] is None)
    enter(cpu, exc_page_fault, task, stack, level)


@action(interrupt=True)
def late_fault(cpu: Cpu, level: Level) -> None:
    """Code of the scheduler or of the protocol goes deeper than the stack is mapped, outside the window of the stack
    switch in which the stack is next's already and `current` still prev."""
    require(LATE_FAULT and not has_frames(cpu))
    task = cpu.stack
    require(not task.idle and task is cpu.current and in_scheduler(task))
    stack = task.stack_vm_area
    require(level < STACK_PAGES)
    require(stack.pte[level] is None)
    enter(cpu, exc_page_fault, cpu.current, stack, level)
