# SPDX-License-Identifier: GPL-2.0-only
"""The whole state of a machine as a value that can be compared: equal ones go on in the same way.

Frames run as generators, so that what they hold is read out of those: locals, dead or not, how far each loop is, and
where in the code they wait."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from types import GeneratorType

from checker.language import tree
from checker.trace.evaluation import Scope
from checker.trace.execution import Execution, Flow
from checker.trace.machine import Machine


def exact(machine: Machine) -> object:
    """The machine's cells and frames, with all that is inside them."""
    frames = tuple(
        (owner, tuple(frame.chain), frame.called, frame.local_first, frame.result, _inside(frame.code))
        for owner, stack in machine.state.frames.items()
        for frame in stack
    )
    return tuple(machine.state.memory.values()), frames


def _inside(code: object) -> object:
    """Where a suspended generator stands, its variables, and those of the generators that it waits for."""
    found = []
    while isinstance(code, GeneratorType) and code.gi_frame is not None:
        variables = tuple((name, _value(value)) for name, value in sorted(code.gi_frame.f_locals.items()))
        found.append((code.gi_code.co_name, code.gi_frame.f_lasti, variables))
        code = code.gi_yieldfrom
    return tuple(found)


def _value(value: object) -> object:
    """A variable's value. What belongs to the program's text, which does not change, is distinguished by its identity."""
    match value:
        case None | bool() | int() | str() | Flow():
            return value
        case tuple() | list() | range():
            return tuple(map(_value, value))
        case dict():
            return tuple((key, _value(inner)) for key, inner in value.items())
        case Scope(values=values, result=result):
            return "scope", _value(values), result
        case Execution():
            return "execution"
    if type(value).__module__.startswith(f"{tree.__name__}."):
        return "text", id(value)
    if isinstance(value, Iterator) and type(value).__name__ in ("range_iterator", "list_iterator", "tuple_iterator"):
        return "iterator", tuple(copy.copy(value))
    raise TypeError(f"unknown kind of variable: {type(value)}")
