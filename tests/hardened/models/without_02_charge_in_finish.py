# SPDX-License-Identifier: GPL-2.0-only
"""hardened without change 2: the leaving task's pages are charged, and its mark cleared, when __schedule begins.

A fault between that and the switch leaves a task that is marked and not charged when it is off the CPU."""

from checker.language import implements, inherit
from models.hardened import dynamic_stack_charge, dynamic_stack_refill_pages, stack_grown
from spec.kernel import Task, schedule_start, switch_finished

inherit("models.hardened")


@implements(schedule_start)
def dynamic_stack_schedule(prev: Task) -> None:
    if stack_grown[prev]:
        stack_grown[prev] = False
        dynamic_stack_charge(prev)
    dynamic_stack_refill_pages()


@implements(switch_finished)
def dynamic_stack_finish(prev: Task) -> None:
    dynamic_stack_refill_pages()
