# SPDX-License-Identifier: GPL-2.0-only
"""hardened, with a demand that the catalogue lacks: whoever may run runs."""

from checker.language import calls, eventually, every, fair, function, implements, parameter
from models.hardened import (
    dynamic_stack_alloc,
    dynamic_stack_cpu_dead,
    dynamic_stack_cpu_prepare,
    dynamic_stack_fault,
    dynamic_stack_finish,
    dynamic_stack_forked,
    dynamic_stack_free,
    dynamic_stack_is_marked,
    dynamic_stack_keeps_idle_awake,
    dynamic_stack_may_read,
    dynamic_stack_owes_refill,
    dynamic_stack_released,
    dynamic_stack_schedule,
    levels_to_grow,
    pages_to_take,
)
from spec.kernel import Cpu, Task, TaskState, may_switch_to
from spec.kernel.scheduler import is_runnable, may_run, pick_next_task

__all__ = [
    "dynamic_stack_alloc",
    "dynamic_stack_cpu_dead",
    "dynamic_stack_cpu_prepare",
    "dynamic_stack_fault",
    "dynamic_stack_finish",
    "dynamic_stack_forked",
    "dynamic_stack_free",
    "dynamic_stack_is_marked",
    "dynamic_stack_keeps_idle_awake",
    "dynamic_stack_may_read",
    "dynamic_stack_owes_refill",
    "dynamic_stack_released",
    "dynamic_stack_schedule",
]


IDLE_GIVES_WAY = parameter(1, 0, 1, "whether the scheduler picks idle in place of a task that may_switch_to refuses")
MAY_SWITCH = parameter(1, 0, 1, "0: may_switch_to refuses every task")


@eventually("task-runs", "{task} is never picked again")
def task_runs(task: Task) -> bool:
    """A protocol that refuses every task keeps all other demands."""
    return task.idle or task.state is not TaskState.TASK_RUNNING or task.on_cpu


@function
def refuses(cpu: Cpu) -> bool:
    """Whether the CPU picks its next task, and may not take one that waits."""
    return calls(cpu, pick_next_task) and any(is_runnable(task, cpu) and not may_run(task, cpu) for task in every(Task))


@function
def gives_way(cpu: Cpu) -> bool:
    return IDLE_GIVES_WAY == 1 and refuses(cpu)


@fair("a CPU that may not take a task that waits, again and again, takes idle again and again", given=gives_way)
def idle_gives_way(cpu: Cpu) -> bool:
    """Idle is picked in place of a task that is refused, and not only the one that is there already."""
    return cpu.stack is cpu.idle


@implements(may_switch_to)
@function
def may_switch(cpu: Cpu, prev: Task, next: Task) -> bool:
    return prev is next or (MAY_SWITCH == 1 and pages_to_take(cpu) >= levels_to_grow(prev) + levels_to_grow(next))
