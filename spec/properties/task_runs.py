# SPDX-License-Identifier: GPL-2.0-only
from checker.language import eventually
from spec.kernel.records import Task, TaskState


@eventually("task-runs", "{task} is runnable, but never gets a CPU again")
def task_runs(task: Task) -> bool:
    """A kernel that never runs a task never grows its stack, and so satisfies all other properties. Demanded: no fair run has a
    task that may run (it is not being forked, and not dead) off every CPU from some point on. A protocol can cause that
    with a may_switch_to that refuses the task forever, or with a hook that never ends on the CPU that the task waits for."""
    return task.idle or task.state is not TaskState.TASK_RUNNING or task.on_cpu
