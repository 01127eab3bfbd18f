# SPDX-License-Identifier: GPL-2.0-only
"""hardened whose scheduler looks at the next task's stack only."""

from checker.language import function, implements, inherit
from models.hardened import levels_to_grow, pages_to_take
from spec.kernel import Cpu, Task, may_switch_to

inherit("models.hardened")


@implements(may_switch_to)
@function
def dynamic_stack_may_switch_to(cpu: Cpu, prev: Task, next: Task) -> bool:
    """The scheduler picks a task only if the pool covers all that its stack and the leaving task's can still grow; else
    it picks idle, whose stack is mapped whole."""
    return prev is next or pages_to_take(cpu) >= levels_to_grow(next)
