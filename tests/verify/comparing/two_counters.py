# SPDX-License-Identifier: GPL-2.0-only
"""A protocol in which either of two counters, or both, can lose what an interrupt has counted: one property, two bugs."""

from __future__ import annotations

HEAD = '''# SPDX-License-Identifier: GPL-2.0-only
"""Two counters that a task and an interrupt count up."""

from __future__ import annotations

from typing import Annotated

from checker.language import Range, action, atomic, enter, executes, initial, instance, invariant, processor, record, require, routine

Few = Annotated[int, Range(0, 4)]
first: Few = 0
second: Few = 0
begun: Few = 0
ended: Few = 0


@record(count=1, frames=2)
class Cpu:
    struck: bool = False


@executes
def running(cpu: Cpu) -> Cpu | None:
    return None


@routine
def work() -> None:
    global first, second, begun, ended
    with atomic("one instruction"):
        begun += 1
'''
TAIL = '''    with atomic("one instruction"):
        ended += 1


@action(interrupt=True)
def interrupt(cpu: Cpu) -> None:
    """A device interrupts the CPU, once."""
    require(not cpu.struck)
    cpu.struck = True
    enter(cpu, work)


@initial
def boot() -> None:
    enter(instance(Cpu, 0), work)


@invariant("counted", "{first} and {second} of {ended}")
def is_counted() -> bool:
    """Each one counts."""
    return begun != ended or (first == ended and second == ended)
'''
FIRST = "    before = first\n    first = before + 1\n"
SECOND = "    last = second\n    second = last + 1\n"
FIRST_AT_ONCE = '    with atomic("one instruction"):\n        first += 1\n'
SECOND_AT_ONCE = '    with atomic("one instruction"):\n        second += 1\n'


def text(*statements: str) -> str:
    """The model with these statements."""
    return HEAD + "".join(statements) + TAIL


FIRST_LOSES = text(FIRST, SECOND_AT_ONCE)
SECOND_LOSES = text(FIRST_AT_ONCE, SECOND)
BOTH_LOSE = text(FIRST, SECOND)
MOVED = text(SECOND_AT_ONCE, FIRST)
CHANGED = text(FIRST.replace("before = first", "before = first + 0").replace("before + 1", "1 + before"), SECOND_AT_ONCE)
RENAMED = FIRST_LOSES.replace("work", "count_up")
LAID_OUT = text("\n    # first comes first\n    before = (\n        first\n    )\n    first = before + 1\n", SECOND_AT_ONCE)
GOOD = text(FIRST_AT_ONCE, SECOND_AT_ONCE)
