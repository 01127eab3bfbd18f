# SPDX-License-Identifier: GPL-2.0-only
"""Control of task-runs: a demand on the scheduler that idle runs between any two tasks. It is sound as idle is picked in place of
a task that is refused.

PLANTED=1: a task may not follow idle either, so that none ever runs. PLANTED=2: nor may the task that was the last one on the CPU
run there next: a task that is alone never comes back. PLANTED=3: the hook of __schedule waits for a fault on its task's stack, in a loop
that need not end; whoever waits for the CPU waits forever.
"""

from models.lifecycle import alloc_vmap_stack_dynamic, charge_and_refill, clear_mark, dynamic_stack_fault

from checker.language import Per, function, implements, invariant, null, parameter, per
from spec.kernel import Cpu, Task, TaskFlags, TaskState, may_switch_to, schedule_start, switch_finished, this_cpu

__all__ = ["alloc_vmap_stack_dynamic", "clear_mark", "dynamic_stack_fault"]

PLANTED = parameter(1, 0, 3, "0: no fault, 1: every task is refused, 2: the last one on the CPU is refused, 3: a hook never ends")
last: Per[Cpu, Task | None] = per(Cpu, None)


@implements(schedule_start)
def dynamic_stack(tsk: Task) -> None:
    if PLANTED == 3 and not tsk.idle:
        while not tsk.flags & TaskFlags.PF_DYNAMIC_STACK:
            pass
    if tsk.flags & TaskFlags.PF_DYNAMIC_STACK:
        charge_and_refill()
        tsk.flags &= ~TaskFlags.PF_DYNAMIC_STACK


@implements(switch_finished)
def remember(prev: Task) -> None:
    if PLANTED == 2:
        last[this_cpu()] = null(Task) if prev.idle else prev


@implements(may_switch_to)
@function
def follows_idle(cpu: Cpu, prev: Task, next: Task) -> bool:
    if prev is next:
        return True
    return prev.idle and PLANTED != 1 and not (PLANTED == 2 and last[cpu] is next)


@invariant("reached-waiting", "{task} waits while {cpu} runs {cpu.stack}")
def reached_waiting(task: Task, cpu: Cpu) -> bool:
    """Tasks wait for others."""
    return task.idle or task.on_cpu or task.state is not TaskState.TASK_RUNNING or cpu.stack.idle


@invariant("reached-given-way", "{cpu} is idle, and {task}, which has run, waits")
def reached_given_way(task: Task, cpu: Cpu) -> bool:
    """And idle runs in between."""
    return task.idle or task.on_cpu or task.cpu is None or cpu.stack is not cpu.idle or cpu.previous is not None


@invariant("reached-child", "{task} is being forked")
def reached_child(task: Task) -> bool:
    """There are tasks that may not run."""
    return task.state is not TaskState.TASK_NEW
