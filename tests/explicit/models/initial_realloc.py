# SPDX-License-Identifier: GPL-2.0-only
"""A model of a test."""

from typing import Annotated

from checker.language import Range, action, allocate, demand, free, initial, record, reference

Small = Annotated[int, Range(0, 9)]
no_wild_pointer = demand("no-wild-pointer", "test")
no_deadlock = demand("no-deadlock", "test")
rule = demand("rule", "test")


@record(count=1, allocated=True)
class Task:
    own: Small = 0


g: Small = 0


@action
def fr() -> None:
    global g
    t = reference(Task, 1)
    g = t.own


@initial
def start() -> None:
    t = allocate(Task)
    t.own = 3
    free(t)
    u = allocate(Task)
