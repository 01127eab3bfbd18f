# SPDX-License-Identifier: GPL-2.0-only
"""What the kernel asks of a protocol. A protocol implements the hooks that it needs."""

from checker.language import function, hook
from spec.kernel.records import Cpu, Level, Task, VmArea


@hook
def stack_fault(task: Task, stack: VmArea, level: Level) -> bool:
    """Called on the exception stack when code touches an unmapped page of a stack, or its guard page.

    task: what the architecture takes for the faulting task, that is `current`. stack, level: the address.
    True: resolved, the access is repeated. False: refused, the kernel dies of a stack overflow.
    """
    return False


@hook
def schedule_start(prev: Task) -> None:
    """Called first in __schedule, on prev's stack, with preemption off and interrupts still on."""


@hook
def switch_finished(prev: Task) -> None:
    """Called in finish_task_switch on next's stack, when prev is off the CPU but not yet free to run elsewhere."""


@hook
@function
def may_switch_to(cpu: Cpu, prev: Task, next: Task) -> bool:
    """A demand on the scheduler: pick-next takes only tasks for which this holds, or idle."""
    return True
