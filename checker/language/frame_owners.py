# SPDX-License-Identifier: GPL-2.0-only
"""`frame_owner(Record)`: the owner of a frame as a parameter of the routines that ask for it.

Whoever enters a routine knows the owner, and a call runs in a frame of the same one. So the owner is handed on like any other
argument, and what works on the program needs to know nothing of it. It cannot be found where it is asked for: a step may have
changed by then what the processor executes.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from checker.language import tree
from checker.language.errors import ModelError
from checker.language.walking import called_functions, nodes, rebuilt

Asked = Mapping[str, tuple[str, ...]]
"""Of each routine the records under which it asks for the owner of its frame, itself or through what it calls."""


def with_frame_owners(program: tree.Program) -> tree.Program:
    """The program without `tree.FrameOwner`. ModelError where no frame has an owner that could be meant."""
    asked = _asked(program)
    on_runs = (program.eventualities, program.assumptions)
    _refuse((program.functions, program.executes, program.invariants, program.constraints, on_runs), asked)
    _refuse((program.actions, program.initial), asked)
    if not any(asked.values()):
        return program
    routines = {name: _routine(routine, asked) for name, routine in program.routines.items()}
    actions, initial = _given(program.actions, asked), _given(program.initial, asked)
    return dataclasses.replace(program, routines=routines, actions=actions, initial=initial)


def _asked(program: tree.Program) -> Asked:
    bodies = {name: routine.body for name, routine in program.routines.items()}
    asked = {
        name: {node.type.record for node in nodes(body) if isinstance(node, tree.FrameOwner)} for name, body in bodies.items()
    }
    calls = {name: [callee for callee in called_functions(body) if callee in bodies] for name, body in bodies.items()}
    grown = True
    while grown:
        grown = False
        for name, callees in calls.items():
            more = set[str]().union(*(asked[callee] for callee in callees)) - asked[name]
            asked[name] |= more
            grown = grown or bool(more)
    return {name: tuple(sorted(records)) for name, records in asked.items()}


def _local(record: str) -> tree.Local:
    return tree.Local(f"frame.owner.{record}", tree.ReferenceType(record))


def _read(record: str, position: tree.Position) -> tree.LocalRead:
    local = _local(record)
    return tree.LocalRead(position, local.type, local.name)


def _routine(routine: tree.Routine, asked: Asked) -> tree.Routine:
    own = tuple(_local(record) for record in asked[routine.name])
    return dataclasses.replace(routine, parameters=(*routine.parameters, *own), body=_given(routine.body, asked))


def _given(part: Any, asked: Asked) -> Any:
    """A copy of a part of the tree in which calls and `enter` hand the owner on, and what asks for it reads the parameter."""
    if isinstance(part, tree.FrameOwner):
        return _read(part.type.record, part.position)
    given = rebuilt(part, lambda inner: _given(inner, asked))
    owners: tuple[tree.Expression, ...] = ()
    if isinstance(part, tree.Call):
        owners = tuple(_read(record, part.position) for record in asked.get(part.callee, ()))
    if isinstance(part, tree.Enter):
        owners = tuple(_entered(part, record, asked) for record in asked[part.routine])
    return dataclasses.replace(given, arguments=given.arguments + owners) if owners else given


def _entered(enter: tree.Enter, record: str, asked: Asked) -> tree.Expression:
    """The owner that a frame is pushed for, if it is an instance of the record."""
    if enter.record != record:
        return tree.Constant(enter.position, tree.ReferenceType(record), 0)
    if not isinstance(enter.owner, tree.LocalRead | tree.Constant) and any(
        isinstance(node, tree.Choose | tree.Allocate) or (isinstance(node, tree.Call) and node.callee in asked)
        for node in nodes((enter.owner, enter.arguments))
    ):
        # The owner is evaluated once more as an argument, and would be another one.
        message = f"`{enter.routine}` asks for the owner of its frame; assign the owner to a local, and enter with that"
        raise ModelError(enter.owner.position, message)
    return enter.owner


def _refuse(part: object, asked: Asked) -> None:
    """ModelError where code that runs in no frame asks for the owner of one."""
    for node in nodes(part):
        if isinstance(node, tree.FrameOwner):
            raise ModelError(node.position, "`frame_owner` is for routines; take the owner as a parameter here")
        if isinstance(node, tree.Call) and asked.get(node.callee):
            message = f"`{node.callee}` asks for the owner of its frame, and this runs in none; enter it, or give it a parameter"
            raise ModelError(node.position, message)
