# SPDX-License-Identifier: GPL-2.0-only
from checker.language import invariant
from spec.kernel.hooks import statistics_of_cpu, statistics_of_task
from spec.kernel.records import Cpu, Task, TaskState


@invariant("statistics-zero", "{task} and its stack are gone, and the statistics of its group still count something")
def statistics_of_gone_task(task: Task) -> bool:
    """What memory.stat or /proc counts for somebody is taken back by the time that there is nobody: later nobody knows what it
    was. A group that is empty and counts pages, or less than none, does so until it is removed."""
    return task.state is not TaskState.TASK_DEAD or task.stack_vm_area is not None or not statistics_of_task(task)


@invariant("statistics-zero", "{cpu} is down, and its statistics still count something")
def statistics_of_gone_cpu(cpu: Cpu) -> bool:
    """The same for a CPU, when the callbacks of its going down have run."""
    return cpu.online or cpu.in_hotplug or not statistics_of_cpu(cpu)
