# SPDX-License-Identifier: GPL-2.0-only
"""Where a task must not sleep."""

from checker.language import function
from spec.kernel.records import Task, TaskState
from spec.kernel.scheduler import in_scheduler


@function
def preemption_off(task: Task) -> bool:
    """Whether the task's code must not sleep: it is in __schedule or finish_task_switch, is idle, or is dead."""
    return in_scheduler(task) or task.idle or task.state is TaskState.TASK_DEAD
