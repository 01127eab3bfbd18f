# SPDX-License-Identifier: GPL-2.0-only
from checker.language import eventually
from spec.kernel.records import Task, TaskState


@eventually("task-runs", "{task} waits for a CPU, and is never on one again")
def task_runs(task: Task) -> bool:
    """A kernel that never grows a stack because it never runs a task keeps every other demand. Demanded: no fair run has a
    task that may run (it is not being forked, and not dead) off every CPU from some point on. A protocol can bring that
    about by may_switch_to that refuses it for ever, or by a hook that never ends on the CPU that the task waits for."""
    return task.idle or task.state is not TaskState.TASK_RUNNING or task.on_cpu
