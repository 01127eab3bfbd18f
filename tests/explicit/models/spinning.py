# SPDX-License-Identifier: GPL-2.0-only
"""Two processors that may come to wait for each other, going round in a step that changes nothing, while an action sets what is
set already: a deadlock, which none of these transitions leads away from. The third may cut its path instead."""

from checker.language import (
    action,
    allocate,
    atomic,
    choose,
    demand,
    enter,
    executes,
    initial,
    instance,
    record,
    require,
    routine,
)

no_deadlock = demand("no-deadlock", "somebody goes on")
lit: bool = False
first: bool = False
second: bool = False
boxes: bool = False


@record(count=3, frames=2)
class Cpu:
    """A processor."""


@record(count=1, allocated=True)
class Box:
    """There is one only."""

    full: bool = False


@executes
def nothing_else(cpu: Cpu) -> Cpu | None:
    """None."""
    return None


@initial
def start() -> None:
    """All three begin."""
    enter(instance(Cpu, 0), one)
    enter(instance(Cpu, 1), other)
    enter(instance(Cpu, 2), packer)


@action
def light() -> None:
    """Leads to the same state the second time."""
    global lit
    lit = True


@action(interrupt=True)
def blow_out() -> None:
    """An interrupt leads out of no deadlock."""
    global lit
    lit = False


@routine
def one() -> None:
    """Says that it waits, then waits."""
    global first
    with atomic("test"):
        first = choose((False, True))
    while second:
        pass
    first = False


@routine
def other() -> None:
    """The same."""
    global second
    second = True
    while first:
        pass
    second = False


@routine
def packer() -> None:
    """Takes the box, or two."""
    global boxes
    with atomic("test"):
        boxes = choose((False, True))
        require(boxes)
        box = allocate(Box)
        require(not box.full)
    while not lit:
        pass
    more = choose((False, True))
    if more:
        allocate(Box)
