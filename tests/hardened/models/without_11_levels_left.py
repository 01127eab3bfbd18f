# SPDX-License-Identifier: GPL-2.0-only
"""hardened without a look at what a stack has: the pool has to cover the whole of the next one."""

from checker.language import function, implements, inherit
from models.hardened import levels_to_grow, pages_to_take
from spec.kernel import STACK_PAGES, Cpu, Task, may_switch_to

inherit("models.hardened")


@implements(may_switch_to)
@function
def dynamic_stack_may_switch_to(cpu: Cpu, prev: Task, next: Task) -> bool:
    return prev is next or pages_to_take(cpu) >= levels_to_grow(prev) + STACK_PAGES
