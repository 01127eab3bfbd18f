# SPDX-License-Identifier: GPL-2.0-only
"""hardened without change 3: the pool is refilled when __schedule begins, and not when the switch is finished."""

from checker.language import implements, inherit
from models.hardened import dynamic_stack_charge, stack_grown
from spec.kernel import Task, switch_finished

inherit("models.hardened")


@implements(switch_finished)
def dynamic_stack_finish(prev: Task) -> None:
    if stack_grown[prev]:
        dynamic_stack_charge(prev)
        stack_grown[prev] = False
