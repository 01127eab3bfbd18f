# SPDX-License-Identifier: GPL-2.0-only
"""A handler that only notes where it is: can two CPUs be in it at a time?"""

from checker.language import Per, every, implements, invariant, per
from spec.kernel import Cpu, Level, Task, VmArea, stack_fault, this_cpu

in_handler: Per[Cpu, bool] = per(Cpu, False)


@implements(stack_fault)
def note_and_refuse(tsk: Task, stack: VmArea, level: Level) -> bool:
    in_handler[this_cpu()] = True
    in_handler[this_cpu()] = False
    return False


@invariant("handlers-meet", "two CPUs are in the handler")
def handlers_meet() -> bool:
    """Two handlers on one stack overwrite each other."""
    return sum(1 for cpu in every(Cpu) if in_handler[cpu]) < 2
