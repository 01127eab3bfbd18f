# SPDX-License-Identifier: GPL-2.0-only
"""When the demands on a stack hold: not while its own fault handler is at work on it."""

from checker.language import every, function, in_routine
from spec.kernel.faults import exc_page_fault
from spec.kernel.hooks import schedule_start, switch_finished
from spec.kernel.records import Cpu, Task


@function
def fault_active(task: Task) -> bool:
    """Whether a fault on this task's stack is being handled."""
    return any(cpu.stack is task and in_routine(cpu, exc_page_fault) for cpu in every(Cpu))


@function
def protocol_active() -> bool:
    """Whether any CPU or task is inside one of the protocol's hooks or a fault."""
    return any(in_routine(cpu, exc_page_fault) for cpu in every(Cpu)) or any(
        in_routine(task, schedule_start) or in_routine(task, switch_finished) for task in every(Task)
    )
