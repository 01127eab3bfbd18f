# SPDX-License-Identifier: GPL-2.0-only
"""The controls hold every property's formula in place: whatever part of one is taken out, a control comes out differently.

A mutant of a formula has one condition in it replaced by true or by false. A weaker formula has to miss a planted fault or find it
later, a stronger one has to find fault with a sound protocol or find a planted fault sooner. The formula of no-deadlock and of most of
no-wild-pointer is the engine's own, and is tested at the end.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from functools import cache

import pytest
from recorded_controls import RECORDED, Control

from checker.explicit.search import Search
from checker.ir.lower import lower
from checker.language import tree
from checker.language.tree import Program

PROPERTIES = sorted({control.property for control in RECORDED})

EQUIVALENT: dict[str, str] = {}


MANY_STATES = 5_000
"""A control with more states takes part where its own property is concerned only."""


@cache
def program_of(control: Control, planted: int) -> Program:
    return control.program(planted)


def lengths(name: str) -> Iterator[tuple[Program, int | None]]:
    """The controls, those of the property first, with the length of its shortest violation in each; None where it holds."""
    for control in sorted(RECORDED, key=lambda control: control.property != name):
        if control.property == name:
            for number, fault in control.planted.items():
                yield program_of(control, number), fault.length
            yield program_of(control, 0), None
        elif control.states < MANY_STATES:
            for number, fault in control.planted.items():
                yield program_of(control, number), fault.others.get(name)
            yield program_of(control, 0), None


def length_of(program: Program, name: str) -> int | None:
    """The length of the shortest violation of one property, None if it holds."""
    finding = Search(lower(program), frozenset({name})).run().findings.get(name)
    return None if finding is None else len(finding.path)


# --- mutants of expressions ------------------------------------------------------------------------------------------

Path = tuple[str | int, ...]
"""Where in a tree of dataclasses and tuples something is: names of fields and positions in tuples, from the root."""


def at(node: object, path: Path) -> object:
    for part in path:
        node = node[part] if isinstance(node, tuple) and isinstance(part, int) else getattr(node, str(part))
    return node


def put(node: object, path: Path, new: object) -> object:
    """The tree with something else at that place."""
    if not path:
        return new
    part, rest = path[0], path[1:]
    if isinstance(node, tuple) and isinstance(part, int):
        return (*node[:part], put(node[part], rest, new), *node[part + 1 :])
    assert dataclasses.is_dataclass(node) and not isinstance(node, type)
    return dataclasses.replace(node, **{str(part): put(getattr(node, str(part)), rest, new)})


def conditions(node: object, path: Path = ()) -> Iterator[Path]:
    """The places of all conditions in a tree, without constants."""
    if isinstance(node, tree.Expression) and node.type == tree.BoolType() and not isinstance(node, tree.Constant):
        yield path
    if isinstance(node, tuple):
        for number, item in enumerate(node):
            yield from conditions(item, (*path, number))
    elif dataclasses.is_dataclass(node) and not isinstance(node, (type, tree.Position)):
        for part in dataclasses.fields(node):
            yield from conditions(getattr(node, part.name), (*path, part.name))


def checks(node: object, name: str, path: Path = ()) -> Iterator[Path]:
    """The places of all checks of a property in a routine's body."""
    if isinstance(node, tree.Check) and node.property == name:
        yield path
    if isinstance(node, tuple):
        for number, item in enumerate(node):
            yield from checks(item, name, (*path, number))
    elif isinstance(node, tree.Statement):
        for part in dataclasses.fields(node):
            yield from checks(getattr(node, part.name), name, (*path, part.name))


def called(program: Program, node: object) -> set[str]:
    """The functions that an expression uses, directly or not."""
    found: set[str] = set()
    waiting = [node]
    while waiting:
        item = waiting.pop()
        if isinstance(item, tree.Call) and item.callee not in found:
            found.add(item.callee)
            waiting.append(program.functions[item.callee].body)
        if isinstance(item, tuple):
            waiting.extend(item)
        elif dataclasses.is_dataclass(item) and not isinstance(item, (type, tree.Position)):
            waiting.extend(getattr(item, part.name) for part in dataclasses.fields(item))
    return found


Place = tuple[str, str, Path]
"""A condition of a program: in one of its functions, invariants or routines, of which name, and where in it."""


def places(program: Program, name: str) -> Iterator[Place]:
    """All conditions that make up a property's formula."""
    functions: set[str] = set()
    for invariant in program.invariants:
        if invariant.property == name:
            yield from (("invariants", invariant.name, ("body", *path)) for path in conditions(invariant.body))
            functions |= called(program, invariant.body)
    for function in sorted(functions):
        yield from (("functions", function, ("body", *path)) for path in conditions(program.functions[function].body))
    for routine in program.routines.values():
        for check in checks(routine.body, name):
            statement = at(routine.body, check)
            assert isinstance(statement, tree.Check)
            found = conditions(statement.condition)
            yield from (("routines", routine.name, ("body", *check, "condition", *path)) for path in found)


def owner(program: Program, place: Place) -> tree.Function | tree.Invariant | tree.Routine:
    part, name, _ = place
    if part == "invariants":
        return next(invariant for invariant in program.invariants if invariant.name == name)
    return program.functions[name] if part == "functions" else program.routines[name]


def mutant(program: Program, place: Place, value: int) -> Program:
    """The program with a constant for that condition."""
    part, name, path = place
    whole = owner(program, place)
    old = at(whole, path)
    assert isinstance(old, tree.Expression)
    new = put(whole, path, tree.Constant(old.position, old.type, value))
    match new:
        case tree.Invariant():
            return dataclasses.replace(program, invariants=tuple(new if i.name == name else i for i in program.invariants))
        case tree.Function():
            return dataclasses.replace(program, functions={**program.functions, name: new})
        case tree.Routine():
            return dataclasses.replace(program, routines={**program.routines, name: new})
    raise TypeError(type(new))


def told(program: Program, place: Place, value: int) -> str:
    """A mutant as the record names it: the function and the text that the constant stands for."""
    expression = at(owner(program, place), place[2])
    assert isinstance(expression, tree.Expression)
    position = expression.position
    line = program.sources[position.file].splitlines()[position.line - 1]
    return f"{place[1]}: {type(expression).__name__} -> {bool(value)}: {line[position.column - 1 :]}"


def survivors(name: str) -> Iterator[str]:
    """The mutants of a property's formula that no control tells from the original."""
    controls = list(lengths(name))
    first = controls[0][0]
    for place in places(first, name):
        for value in (0, 1):
            for number, (program, length) in enumerate(controls):
                if length_of(mutant(program, place, value), name) != length:
                    controls.insert(0, controls.pop(number))  # What told one mutant is likely to tell the next.
                    break
            else:
                yield told(first, place, value)


@pytest.mark.parametrize("name", PROPERTIES)
def test_no_mutant_of_the_formula_survives(name: str) -> None:
    assert sorted(survivors(name)) == sorted(mutant for mutant in EQUIVALENT if mutant.startswith(name))
