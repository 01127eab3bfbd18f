# SPDX-License-Identifier: GPL-2.0-only
"""rfc_v1_nr_fixed, with invariants that say that something never comes about: who violates one shows that it does.

Without the events exit and fork a task dies of an oops only, and once."""

from typing import Annotated

from checker.language import Per, Range, atomic, every, function, implements, in_routine, inherit, invariant, parameter, per
from spec.kernel import Cpu, Task, TaskState, VmArea, may_cache_stack, schedule_irqs_off
from spec.kernel.sched.scheduler import in_scheduler
from spec.kernel.tasks.fork import copy_process
from spec.kernel.tasks.plain_work import end_of_round

inherit("models.rfc_v1_nr_fixed")

CACHED = parameter(1, 0, 1, "1: the first stack that is given back is cached; 0: it waits for RCU, and nobody counts")

schedules: Per[Task, Annotated[int, Range(0, 3)]] = per(Task, 0)  # how often the task has entered __schedule, 3: or more


@implements(schedule_irqs_off)
def count_schedules(prev: Task) -> None:
    with atomic("for the invariants only"):
        if CACHED and schedules[prev] < 3:
            schedules[prev] = schedules[prev] + 1


@implements(may_cache_stack)
@function
def is_cached(stack: VmArea) -> bool:
    return bool(CACHED)


@function
def is_gone(task: Task) -> bool:
    return task.state is TaskState.TASK_DEAD and task.stack_vm_area is None


@function
def works(task: Task) -> bool:
    return not task.idle and not in_scheduler(task) and any(cpu.stack is task for cpu in every(Cpu))


@invariant("dies-in-second-round", "{task} is gone, and {other} works")
def dies_in_second_round(task: Task, other: Task) -> bool:
    """The first __schedule ends the first round, the second is that of do_exit."""
    return not (is_gone(task) and schedules[task] == 2 and works(other))


@invariant("dies-before-work", "{task} is killed where __schedule has returned")
def dies_before_work(task: Task) -> bool:
    """It has nothing in its hands there, as at its plain work."""
    return not (task.killed and in_routine(task, end_of_round) and not in_scheduler(task))


@invariant("dies-in-system-call", "{task} is killed, and in a system call")
def dies_in_system_call(task: Task) -> bool:
    """There the machine stops."""
    return not (task.killed and in_routine(task, copy_process))


@invariant("is-killed", "{task} is killed")
def is_killed(task: Task) -> bool:
    """Where only interrupts fault it is not."""
    return not task.killed
