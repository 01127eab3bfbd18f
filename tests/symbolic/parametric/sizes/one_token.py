# SPDX-License-Identifier: GPL-2.0-only
"""A lock that says who has it, for any number of tasks; with a sum over all of them."""

from checker.language import action, every, invariant, parameter, record, require

TASKS = parameter(2, 1, 8, "tasks")


@record(count=TASKS, symmetric=True)
class Task:
    inside: bool = False


owner: Task | None = None


@action
def lock(task: Task) -> None:
    global owner
    require(owner is None)
    owner = task


@action
def go(task: Task) -> None:
    require(owner is task)
    task.inside = True


@action
def leave(task: Task) -> None:
    global owner
    require(task.inside)
    task.inside = False
    owner = None


@invariant("mutex", "{a} and {b} are inside")
def mutex(a: Task, b: Task) -> bool:
    """Two at once."""
    return a is b or not (a.inside and b.inside)


@invariant("few", "too many are inside")
def few() -> bool:
    """The same, by counting."""
    return sum(1 for task in every(Task) if task.inside) <= 1
