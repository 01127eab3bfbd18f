# SPDX-License-Identifier: GPL-2.0-only
"""Small models with several initial states."""

from __future__ import annotations

COUNTER = """
n: Small = 0
limit: Small = 0
@initial
def boot() -> None:
    global n, limit
    n = choose((0, 2))
    limit = choose(range(1, 4))
    require(n <= limit)
@action
def up() -> None:
    global n
    require(n < limit)
    n += 1
@invariant("never", "n is {n}")
def never() -> bool:
    "test"
    return n != 3
"""
"""Five of the six ways to choose make a state; 3 is reached only from those with a limit of 3."""

MANY = """
a: Annotated[int, Range(0, 600)] = 0
done: bool = False
@initial
def boot() -> None:
    global a
    a = choose(range(500))
@action
def finish() -> None:
    global done
    require(not done)
    done = True
@invariant("never", "a is {a}")
def never() -> bool:
    "test"
    return not done or a != 499
"""


# -- reductions --


SYMMETRIC = """
@record(count=3, symmetric=True)
class Task:
    kind: Small = 0
    taken: bool = False
owner: Task | None = None
@initial
def boot() -> None:
    global owner
    owner = choose(every(Task))
    instance(Task, 0).kind = choose((0, 1))
@action
def take(task: Task) -> None:
    require(not task.taken)
    task.taken = True
@invariant("never", "{task}")
def never(task: Task) -> bool:
    "test"
    return not task.taken or task.kind == 0 or task is owner
"""
