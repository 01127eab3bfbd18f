# SPDX-License-Identifier: GPL-2.0-only
"""Where `users` is 0 it underflows, and another step raises a violation as near."""

from typing import Annotated

from checker.language import Range, action, check, demand, invariant

late_put = demand("late-put", "nobody puts what nobody has")
users: Annotated[int, Range(0, 3)] = 2


@action
def put() -> None:
    """Let go without asking."""
    global users
    users -= 1


@action
def put_asking() -> None:
    """Let go, and be told off."""
    global users
    check(users > 0, late_put, "nobody has it")
    users -= 1


@invariant("in-use", "there are {users} users")
def in_use() -> bool:
    """Violated earlier."""
    return users > 1
