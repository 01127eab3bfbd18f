# SPDX-License-Identifier: GPL-2.0-only
"""Code that has a name: functions, routines, actions."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from checker.language.tree.declarations import Local
from checker.language.tree.expressions import Binding, Constant, Expression
from checker.language.tree.position import Position
from checker.language.tree.statements import Atomic, Check, Require, Statement, While
from checker.language.tree.types import Type


@dataclass(frozen=True)
class Function:
    """A named expression without side effects."""

    name: str
    parameters: tuple[Local, ...]
    body: Expression
    position: Position


@dataclass(frozen=True)
class Routine:
    """noinline: a call pushes a frame; otherwise it runs within its caller's frame. protocol: it is the protocol's own
    text, not the kernel's. hook: the name of the hook it implements or is the default of, if any."""

    name: str
    parameters: tuple[Local, ...]
    locals: tuple[Local, ...]
    result: Type | None
    body: tuple[Statement, ...]
    noinline: bool
    protocol: bool
    hook: str | None
    position: Position


@dataclass(frozen=True)
class Action:
    """One atomic transition for each choice of arguments, possible where every Require reached in it holds. interrupt:
    it comes from outside, so that a state in which nothing else is possible is still a deadlock."""

    name: str
    parameters: tuple[Binding, ...]
    locals: tuple[Local, ...]
    body: tuple[Statement, ...]
    interrupt: bool
    position: Position


def leading_requirements(action: Action) -> tuple[Statement, ...]:
    """What an action requires before it does anything else."""
    return tuple(itertools.takewhile(lambda statement: isinstance(statement, Require), action.body))


def enters_a_loop(routine: Routine) -> bool:
    """Whether a routine begins with an endless loop that begins with an atomic statement. What comes between its entry and that
    statement does nothing, so that a frame stands at the statement as soon as it is entered."""
    match routine.body:
        case (While(test=Constant(value=test), body=(Atomic() | Require() | Check(), *_)), *_):
            return bool(test)
    return False
