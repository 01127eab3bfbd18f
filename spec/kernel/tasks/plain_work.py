# SPDX-License-Identifier: GPL-2.0-only
"""What a task decides to do between two schedules."""

from enum import Enum

from checker.language import atomic, choose, every, function, in_routine, is_allocated, routine
from spec.kernel.parameters import ALLOCATOR_FAULT, EXIT, FORK, HOTPLUG, PROC_STACK, RECLAIM, TASKS_END
from spec.kernel.records import Cpu, Task, TaskState, VmArea, this_cpu
from spec.kernel.sched.scheduler import __schedule, in_scheduler


class Work(Enum):
    """What a task does after its plain work, before it enters __schedule."""

    NOTHING = 0
    FORK = 1
    EXIT = 2
    HOTPLUG = 3
    VFREE = 4  # what vfree_atomic has left to a kworker
    ALLOCATE = 5  # it allocates or frees a page, for whatever it does
    CHARGE = 6  # its memory cgroup is charged
    VMALLOC = 7  # it looks into the tree of areas, or changes it
    SHRINK = 8  # what kswapd does when memory is short
    READ_STACK = 9  # it reads the stack of another


@function
def is_unused(task: Task) -> bool:
    """Whether there is no such task: it has not been forked yet, or is dead and gone."""
    return not task.idle and task.state is TaskState.TASK_DEAD and task.stack_vm_area is None and not task.on_cpu


@function
def is_last(task: Task) -> bool:
    """Whether there is no other task, so that this one stands for init, which never exits."""
    return all(other is task or other.idle or other.state is not TaskState.TASK_RUNNING for other in every(Task))


@function
def is_possible(work: Work, cpu: Cpu) -> bool:
    if work is Work.FORK:
        return FORK and any(is_unused(task) for task in every(Task))
    if work is Work.EXIT:
        return EXIT and not is_last(cpu.current)
    if work is Work.HOTPLUG:
        return HOTPLUG and any(not other.boot and other is not cpu for other in every(Cpu))
    if work is Work.SHRINK:
        return RECLAIM
    if work is Work.READ_STACK:
        return PROC_STACK
    if work is Work.VFREE:
        return TASKS_END and any(is_allocated(stack) and stack.vfree_pending for stack in every(VmArea))
    if work in (Work.ALLOCATE, Work.CHARGE, Work.VMALLOC):
        return ALLOCATOR_FAULT
    return True


@routine
def plain_work() -> Work:
    """All that a task does between two schedules, but for what it returns. Its stack faults are events
    (faults.py); each ends before the next begins, so that one step stands for all of it."""
    with atomic("nothing that the task does here is seen by the model"):
        if FORK or TASKS_END or HOTPLUG or ALLOCATOR_FAULT or RECLAIM or PROC_STACK:
            cpu = this_cpu()
            return choose(work for work in Work if is_possible(work, cpu))
        return Work.NOTHING


@routine
def is_killed() -> bool:
    """Whether an oops has killed the task that runs, which is looked at between its plain work and what follows that."""
    return this_cpu().current.killed


@routine
def end_of_round() -> None:
    """The __schedule after which plain work comes next. Where that has returned, the task stands here."""
    __schedule()


@function
def at_plain_work(task: Task) -> bool:
    """Whether the task is neither in the scheduler nor in a system call: at its plain work, before that, or behind it with
    nothing else begun."""
    if in_routine(task, plain_work) or in_routine(task, is_killed):
        return True
    return in_routine(task, end_of_round) and not in_scheduler(task)
