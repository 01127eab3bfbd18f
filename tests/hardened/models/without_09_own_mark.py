# SPDX-License-Identifier: GPL-2.0-only
"""hardened without change 9: a child has its parent's mark."""

from checker.language import implements, inherit
from models.hardened import stack_grown
from spec.kernel import Task, task_forked, this_cpu

inherit("models.hardened")


@implements(task_forked)
def dynamic_stack_forked(child: Task) -> None:
    stack_grown[child] = stack_grown[this_cpu().current]
