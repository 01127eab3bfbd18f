# SPDX-License-Identifier: GPL-2.0-only
"""What cannot happen with the events that are on, and is left out: actions that require what is false, the routines that nobody
calls or enters then, and what is assumed of runs in which something happens that then never does."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator

from checker.language import tree
from checker.language.walking import nodes, parts, walk


def without_dormant(program: tree.Program) -> tree.Program:
    """The program without the actions that are never possible, without the routines that then nobody calls or enters, and without
    the assumptions that are then never given."""
    actions = {name: action for name, action in program.actions.items() if not _never(program, action)}
    live: set[str] = set()
    pending: list[object] = [*(action.body for action in actions.values()), program.initial]
    pending += [program.executes, program.invariants, program.eventualities, program.assumptions, program.constraints]
    while pending:
        for node in list(nodes(pending.pop())):
            name = node.callee if isinstance(node, tree.Call) else node.routine if isinstance(node, tree.Enter) else None
            if name is not None and name not in live:
                live.add(name)
                pending.append((program.routines.get(name) or program.functions[name]).body)
    routines = {name: routine for name, routine in program.routines.items() if name in live}
    dormant = {name: routine for name, routine in program.routines.items() if name not in live}
    dropped = [action.body for name, action in program.actions.items() if name not in actions]
    dropped += [routine.body for routine in dormant.values()]
    left_out = program.left_out + tuple(statement.position for body in dropped for statement in walk(body))
    found = dataclasses.replace(program, actions=actions, routines=routines, dormant=dormant, left_out=left_out)
    written = set(_written(found))
    assumed = tuple(
        a for a in program.assumptions if a.given is None or not _is_false(found, a.given, written, _instances(a.parameters))
    )
    return dataclasses.replace(found, assumptions=assumed)


def _written(program: tree.Program) -> Iterator[tuple[str | None, str]]:
    """The variables and fields that something, `@initial` code too, assigns another value than the one they begin with."""
    for body in (*(r.body for r in program.routines.values()), *(a.body for a in program.actions.values()), program.initial):
        for statement in walk(body):
            if isinstance(statement, tree.Assign) and isinstance(statement.target, tree.Place):
                place, value = statement.target, statement.value
                if statement.operator or not isinstance(value, tree.Constant) or value.value != place.variable.initial:
                    yield place.record, place.variable.name


def _is_false(program: tree.Program, e: tree.Expression, written: set[tuple[str | None, str]], sound: frozenset[str]) -> bool:
    """Whether a condition is false in every state, as it asks for what begins as false and nothing makes true. False where that
    takes more than looking at its parts, or where evaluating it may go wrong before."""
    match e:
        case tree.Constant():
            return not e.value
        case tree.Read(place=tree.Place(record=record, variable=variable)):
            return (record, variable.name) not in written and not variable.initial and not _may_stop(program, e, sound)
        case tree.InRoutine(routine=routine):
            return routine not in program.routines and not _may_stop(program, e, sound)
        case tree.Logical(operator="and", operands=operands):
            for operand in operands:
                if _is_false(program, operand, written, sound):
                    return True
                if _may_stop(program, operand, sound):
                    return False
        case tree.Call(callee=callee, arguments=arguments) if callee in program.functions:
            function = program.functions[callee]
            given = zip(function.parameters, arguments, strict=True)
            good = frozenset(parameter.name for parameter, argument in given if _points(argument, sound))
            fitting = all(_fits(a.type, p.type) for p, a in zip(function.parameters, arguments, strict=True))
            return fitting and not _may_stop(program, arguments, sound) and _is_false(program, function.body, written, good)
    return False


def _never(program: tree.Program, action: tree.Action) -> bool:
    """Whether an action comes to a requirement that is false, and to nothing before it that could stop it otherwise: where an
    earlier requirement meets a wild pointer or a value out of range, that is what happens."""
    sound = _instances(action.parameters)
    for statement in action.body:
        if not isinstance(statement, tree.Require):
            return False
        if isinstance(statement.condition, tree.Constant) and not statement.condition.value:
            return True
        if _may_stop(program, statement.condition, sound):
            return False
    return False


def _instances(bindings: Iterable[tree.Binding]) -> frozenset[str]:
    """The names of those bindings that run over the instances of a record."""
    return frozenset(b.local.name for b in bindings if isinstance(b.domain, tree.ArenaDomain))


def _may_stop(program: tree.Program, part: object, sound: frozenset[str]) -> bool:
    """Whether to evaluate a part of an expression may meet a wild pointer or a value out of range. sound: locals that are
    certain to point to an instance, allocated or not."""
    match part:
        case tree.Place(variable=variable, record=record, base=base, indices=indices):
            if base is not None and record is not None and not _followed(program, record, base, sound):
                return True
            for index, limit in zip(indices, variable.shape, strict=True):
                if not (_points(index, sound) if isinstance(limit, str) else _within(index.type, limit)):
                    return True
        case tree.Quantifier(bindings=bindings):
            sound |= {b.local.name for b in bindings if isinstance(b.domain, tree.ArenaDomain)}
        case tree.IsAllocated(operand=operand):
            if not _points(operand, sound):
                return True
        case tree.InRoutine(record=record, owner=owner) | tree.HasFrames(record=record, owner=owner):
            if not _followed(program, record, owner, sound):
                return True
        case tree.Call(callee=callee) if callee not in program.functions:
            return True
        case tree.Call(callee=callee, arguments=arguments, type=result):
            function = program.functions[callee]
            given = zip(function.parameters, arguments, strict=True)
            good = frozenset(parameter.name for parameter, argument in given if _points(argument, sound))
            fitting = all(_fits(a.type, p.type) for p, a in zip(function.parameters, arguments, strict=True))
            if not fitting or not _fits(function.body.type, result) or _may_stop(program, function.body, good):
                return True
        case tree.Cast(operand=operand, type=type_):
            if not isinstance(type_, tree.ReferenceType) and not _fits(operand.type, type_):
                return True
    return any(_may_stop(program, inner, sound) for inner in parts(part))


def _followed(program: tree.Program, record: str, pointer: tree.Expression, sound: frozenset[str]) -> bool:
    """Whether a pointer can certainly be followed."""
    return _points(pointer, sound) and not program.records[record].allocated


def _points(e: tree.Expression, sound: frozenset[str]) -> bool:
    """Whether a reference certainly points to an instance."""
    return isinstance(e, tree.LocalRead) and e.name in sound


def _within(type_: tree.Type, length: int) -> bool:
    return isinstance(type_, tree.IntType) and type_.low >= 0 and type_.high < length


def _fits(have: tree.Type, wanted: tree.Type) -> bool:
    """Whether every value of one type is one of the other, so that nothing is checked when the value is there."""
    if isinstance(have, tree.IntType):
        return isinstance(wanted, tree.IntType) and wanted.low <= have.low and have.high <= wanted.high
    return True
