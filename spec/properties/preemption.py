# SPDX-License-Identifier: GPL-2.0-only
"""Where a task must not sleep."""

from checker.language import every, function, has_frames
from spec.kernel.locking.locks import preemption_disabled
from spec.kernel.records import Cpu, Task
from spec.kernel.sched.scheduler import in_scheduler


@function
def holds_lock(task: Task) -> bool:
    """Whether the code of the task, and not what interrupted it, has a spinlock, or has turned preemption or interrupts off."""
    return any(cpu.stack is task and preemption_disabled(cpu) and not has_frames(cpu) for cpu in every(Cpu))


@function
def preemption_off(task: Task) -> bool:
    """Whether the task's code must not sleep: it is in __schedule or finish_task_switch, or has a raw
    spinlock. That includes idle and dead tasks: from when they are that, all their code is in there, but for single steps
    of the kernel."""
    return in_scheduler(task) or holds_lock(task)
