# SPDX-License-Identifier: GPL-2.0-only
from checker.language import invariant
from spec.kernel.hooks import statistics_of_cpu, statistics_of_task
from spec.kernel.records import Cpu, Task, TaskState


@invariant("statistics-zero", "{task} and its stack are gone, but the statistics of its memory cgroup are not back to zero")
def statistics_of_gone_task(task: Task) -> bool:
    """What memory.stat or /proc counts for a task is taken back before the task is gone: later nobody knows what it was. An empty
    memory cgroup that still counts pages, or a negative number of them, does so until it is removed."""
    return task.state is not TaskState.TASK_DEAD or task.stack_vm_area is not None or not statistics_of_task(task)


@invariant("statistics-zero", "{cpu} is offline, but its statistics are not back to zero")
def statistics_of_gone_cpu(cpu: Cpu) -> bool:
    """The same for a CPU, when the callbacks of its going down have run."""
    return cpu.online or cpu.in_hotplug or not statistics_of_cpu(cpu)
