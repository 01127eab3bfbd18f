# SPDX-License-Identifier: GPL-2.0-only
"""A model of a test. A branch that a constant decides begins with a requirement that never holds: its lines are reached by no
engine, whether or not it runs the action to find that out."""

from checker.language import action, require

mode: bool = False
count: bool = False


@action
def change() -> None:
    global count
    count = not count


@action
def never() -> None:
    global count
    if mode:
        require(count)
        count = True
    else:
        require(count and not count)
    count = False
