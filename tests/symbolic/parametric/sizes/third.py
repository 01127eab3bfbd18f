# SPDX-License-Identifier: GPL-2.0-only
"""A lock that is wrong from three tasks on: with two, nobody is left to barge in."""

from checker.language import action, invariant, parameter, record, require

TASKS = parameter(2, 1, 8, "tasks")


@record(count=TASKS, symmetric=True)
class Task:
    inside: bool = False


first: Task | None = None
second: Task | None = None


@action
def come(task: Task) -> None:
    global first
    require(first is None)
    first = task
    task.inside = True


@action
def wait(task: Task) -> None:
    global second
    require(first is not None and first is not task and second is None)
    second = task


@action
def barge(task: Task) -> None:
    require(second is not None and first is not None and task is not first and task is not second)
    task.inside = True


@invariant("mutex", "{a} and {b} are inside")
def mutex(a: Task, b: Task) -> bool:
    """Two at once."""
    return a is b or not (a.inside and b.inside)
