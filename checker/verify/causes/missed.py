# SPDX-License-Identifier: GPL-2.0-only
"""Writes at the end of a routine that a return in the middle of it leaves out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from checker.language.tree import Allocate, Assign, Call, Choose, LocalRead, Program, Read, Routine
from checker.language.walking import nodes, walk
from checker.trace.data import Trace
from checker.trace.parse import parse_value
from checker.verify.causes.dependence import positions
from checker.verify.causes.visits import Anatomy


@dataclass(frozen=True)
class Missed:
    """A write that every way through a routine comes to but those that return early. step: the last one, from 0, of the frame
    that returned early. arguments: of the routine, by name. before: what sets the locals that the statement reads. variable:
    what would be written, or which part of a record."""

    step: int
    routine: Routine
    statement: Assign
    variable: str
    arguments: Mapping[str, int]
    before: tuple[Assign, ...]


def missed_writes(program: Program, trace: Trace, anatomy: Anatomy) -> Iterator[Missed]:
    """The writes to the shared state that frames of the protocol returned without. Only those of which the arguments of the
    routine tell what they would have written."""
    for frame in sorted(anatomy.ended):
        steps = [number for number, other in anatomy.frames.items() if other == frame]
        first = trace.steps[steps[0]].activations[0]
        routine = program.routines.get(first.routine)
        if routine is None or not routine.protocol:
            continue
        types = {parameter.name: parameter.type for parameter in routine.parameters}
        texts = dict(first.arguments)
        if types.keys() != texts.keys():
            continue
        ran = {trace.steps[number].activations[0].position for number in steps}
        arguments = {name: parse_value(program, types[name], text) for name, text in texts.items()}
        for statement, variable, before in _told_writes(routine):
            if not ran & {*positions(statement)}:
                yield Missed(max(steps), routine, statement, variable, arguments, before)


def _told_writes(routine: Routine) -> Iterator[tuple[Assign, str, tuple[Assign, ...]]]:
    """The writes that the arguments tell, each with the name of what it writes, and with what sets the locals that it reads."""
    assigned = [one.target for one in walk(routine.body) if isinstance(one, Assign) and isinstance(one.target, str)]
    known = {parameter.name for parameter in routine.parameters}.difference(assigned)
    before: list[Assign] = []
    for statement in routine.body:
        if not isinstance(statement, Assign) or not _told_by(statement, known):
            continue
        if isinstance(statement.target, str):
            reads = any(isinstance(part, Read) for part in nodes(statement))  # what it reads may be another by then
            if not reads and assigned.count(statement.target) == 1:
                known.add(statement.target)
                before.append(statement)
            continue
        variable = statement.target.variable
        if not variable.ghost and not variable.constant:  # else no step runs it
            yield statement, variable.name, tuple(before)


def _told_by(statement: Assign, names: Collection[str]) -> bool:
    """Whether these locals say what it writes, and where."""
    parts = list(nodes(statement))
    return not any(isinstance(part, Call | Choose | Allocate) for part in parts) and all(
        part.name in names for part in parts if isinstance(part, LocalRead)
    )
