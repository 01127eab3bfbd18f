# SPDX-License-Identifier: GPL-2.0-only
"""How deep each stack is in use."""

from checker.language import atomic, every, function, routine
from spec.kernel.parameters import DEPTH, STACK_PAGES
from spec.kernel.records import Cpu, Level, Task, TaskState, VmArea


@function
def deepest_mapped(stack: VmArea) -> Level:
    return sum(
        1
        for level in range(1, STACK_PAGES)
        if any(stack.pte[deeper] is not None for deeper in range(1, STACK_PAGES) if deeper >= level)
    )


@function
def depth_in_use(task: Task) -> Level:
    """The level that the stack pointer of the task is in; frames are in this one and all above. Without the event depth nobody
    knows, and the task may use whatever is mapped."""
    if DEPTH:
        return task.depth
    return 0 if task.stack_vm_area is None else deepest_mapped(task.stack_vm_area)


@function
def has_frames_on_its_stack(task: Task) -> bool:
    """Whether what is on the task's stack is needed: it runs or is interrupted, or will run again. A child has nothing on its
    stack before it is woken, and a dead task nothing after its last switch."""
    return task.state is TaskState.TASK_RUNNING or any(cpu.stack is task for cpu in every(Cpu))


@function
def has_frames_in(stack: VmArea, level: Level) -> bool:
    """Whether frames of a task are in the page at that level of the stack."""
    return any(
        task.stack_vm_area is stack and has_frames_on_its_stack(task) and level <= depth_in_use(task) for task in every(Task)
    )


@routine
def task_stack_level(task: Task) -> Level:
    """task->thread.sp: the page that the saved stack pointer of a task that is off the CPU is in; where the task is the one that
    runs here, current_stack_pointer. Of a task that runs elsewhere Linux has an old value; here it is the one of this moment,
    and has moved on at the next."""
    with atomic("one load"):
        return depth_in_use(task)
