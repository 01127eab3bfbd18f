# SPDX-License-Identifier: GPL-2.0-only
"""Mutants of the formula of a property, and what the controls find with them.

A mutant has one condition in the formula replaced by true or by false.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator
from functools import cache

from checker.explicit.lassos import find_lassos
from checker.explicit.search.search import Search
from checker.ir.lowering.lower import lower
from checker.language import tree
from checker.language.tree import Program
from tests.properties.control import Control
from tests.properties.recorded_controls import RECORDED

ON_RUNS = ("fault-bounded", "null-retried", "refill-eventually", "task-runs")

MANY_STATES = 500
"""A sound model with more states takes part only where its control has to do with the property."""


@cache
def program_of(control: Control, planted: int) -> Program:
    return control.program(planted)


def lengths(name: str) -> Iterator[tuple[Program, int | None]]:
    """What the mutants of a property's formula are held against, with the length of its shortest violation, None where it holds: planted
    faults of the property's controls, and of others that violate it or bear on it; then sound models, also of all small controls."""
    taking_part = []
    for control in RECORDED:
        own = control.identifier == name
        found = {number: fault.length if own else fault.others.get(name) for number, fault in control.planted.items()}
        all_faults = own or name in control.bears_on
        faults = [(control, number, length) for number, length in found.items() if all_faults or length is not None]
        if faults or own or control.states < MANY_STATES:
            taking_part += [*faults, (control, 0, control.also.get(name))]
    taking_part.sort(key=lambda part: (part[1] == 0, part[0].identifier != name, part[0].states))
    for control, number, length in taking_part:
        yield program_of(control, number), length


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
    assert dataclasses.is_dataclass(node)
    assert not isinstance(node, type)
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
    for part, codes in (("routines", program.routines), ("actions", program.actions)):
        for code in codes.values():
            for check in checks(code.body, name):
                statement = at(code.body, check)
                assert isinstance(statement, tree.Check)
                if isinstance(statement.condition, tree.Constant) and statement.condition.value:
                    continue
                if isinstance(statement.condition, tree.Constant):
                    # What must not be possible at all: the formula is what the action requires last.
                    check = max(path for path in ((n,) for n, s in enumerate(code.body) if isinstance(s, tree.Require)))
                    statement = at(code.body, check)
                    assert isinstance(statement, tree.Require)
                found = conditions(statement.condition)
                yield from ((part, code.name, ("body", *check, "condition", *path)) for path in found)


def owner(program: Program, place: Place) -> tree.Function | tree.Invariant | tree.Routine | tree.Action:
    part, name, _ = place
    if part == "invariants":
        return next(invariant for invariant in program.invariants if invariant.name == name)
    if part == "actions":
        return program.actions[name]
    return program.functions[name] if part == "functions" else program.routines[name]


def mutant(program: Program, place: Place, value: int) -> Program:
    """The program with a constant for that condition."""
    _, name, path = place
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
        case tree.Action():
            return dataclasses.replace(program, actions={**program.actions, name: new})
    raise TypeError(type(new))


def told(program: Program, place: Place, value: int) -> str:
    """A mutant as the record names it: the function and the text that the constant stands for."""
    expression = at(owner(program, place), place[2])
    assert isinstance(expression, tree.Expression)
    position = expression.position
    line = program.sources[position.file].splitlines()[position.line - 1]
    return f"{place[1]}: {type(expression).__name__} -> {bool(value)}: {line[position.column - 1 :]}"


def renamed(node: object, names: dict[str, str]) -> object:
    """The tree with calls to functions of other names."""
    if isinstance(node, tuple):
        return tuple(renamed(item, names) for item in node)
    if not dataclasses.is_dataclass(node) or isinstance(node, (type, tree.Position)):
        return node
    new = dataclasses.replace(node, **{f.name: renamed(getattr(node, f.name), names) for f in dataclasses.fields(node)})
    return dataclasses.replace(new, callee=names[new.callee]) if isinstance(new, tree.Call) and new.callee in names else new


def side_by_side(programs: dict[str, Program], name: str) -> Program:
    """One program with the invariants of that property from each of these, as a property of the name given to it.

    Invariants have no part in what is reached, so that one search serves all mutants of one."""
    original = next(iter(programs.values()))
    functions = dict(original.functions)
    invariants = []
    for key, program in programs.items():
        for invariant in program.invariants:
            if invariant.property == name:
                names = {function: f"{function}_{key}" for function in called(program, invariant.body)}
                for function, own in names.items():
                    functions[own] = renamed(program.functions[function], names)  # type: ignore[assignment]
                body = renamed(invariant.body, names)
                assert isinstance(body, tree.Expression)
                own = f"{invariant.name}_{key}"
                invariants.append(dataclasses.replace(invariant, property=key, name=own, body=body, message=()))
    properties = {key: dataclasses.replace(original.properties[name], identifier=key) for key in programs}
    return dataclasses.replace(
        original, functions=functions, invariants=tuple(invariants), properties={**original.properties, **properties}
    )


def lengths_of(programs: dict[str, tuple[Program, Place]], name: str) -> dict[str, int | None]:
    """The length of the shortest violation of one property in each of these mutants, which have been changed there."""
    apart = {key: program for key, (program, place) in programs.items() if place[0] in ("routines", "actions")}
    together = {key: program for key, (program, place) in programs.items() if key not in apart}
    found = {key: length_of(program, name) for key, program in apart.items()}
    if together:
        findings = Search(lower(side_by_side(together, name)), frozenset({*together, name})).run().findings
        # Under its own name the property is still raised by checks.
        for key in together:
            found[key] = min((len(findings[n].path) for n in (key, name) if n in findings), default=None)
    return found


def has_place(program: Program, other: Program, place: Place) -> bool:
    """Whether a condition of another program is one of this as well, where some events leave out what others need."""
    try:
        return told(program, place, 1) == told(other, place, 1)
    except (KeyError, StopIteration, AttributeError, IndexError, AssertionError):
        return False


def survivors(name: str) -> list[str]:
    """The mutants of a property's formula that no control tells from the original, as `told` names them."""
    own = [program_of(control, 0) for control in RECORDED if control.identifier == name]
    first = max(own, key=lambda program: sum(1 for _ in places(program, name)))
    alive = {f"mutant{n}": how for n, how in enumerate(itertools.product(places(first, name), (0, 1)))}
    assert alive
    for program, length in lengths(name):
        here = {key: how for key, how in alive.items() if has_place(program, first, how[0])}
        found = lengths_of({key: (mutant(program, *how), how[0]) for key, how in here.items()}, name)
        alive = {key: how for key, how in alive.items() if key not in here or found[key] == length}
        if not alive:
            break
    return [told(first, *how) for how in alive.values()]


# --- conditions on runs ----------------------------------------------------------------------------------------------


def lasso_length(program: Program, name: str) -> int | None:
    """The length of the lasso that violates a property, None if it holds."""
    finding = find_lassos(lower(program, liveness=True), frozenset({name})).findings.get(name)
    return None if finding is None else len(finding.path)


def replaced(program: Program, demand: tree.Eventuality, path: Path, value: int) -> Program:
    """The program with a constant for a condition in a demand on runs."""
    old = at(demand, path)
    assert isinstance(old, tree.Expression)
    new = put(demand, path, tree.Constant(old.position, old.type, value))
    demands = tuple(new if other is demand else other for other in program.eventualities)
    return dataclasses.replace(program, eventualities=demands)  # type: ignore[arg-type]


def without_assumption(program: Program, name: str) -> Program:
    fewer = tuple(assumption for assumption in program.assumptions if assumption.name != name)
    assert len(fewer) == len(program.assumptions) - 1
    return dataclasses.replace(program, assumptions=fewer)


def always_held(program: Program, name: str) -> Program:
    for demand in program.eventualities:
        if demand.property == name:
            program = replaced(program, next(e for e in program.eventualities if e.name == demand.name), ("body",), 1)
    return program
