# SPDX-License-Identifier: GPL-2.0-only
"""Where the places that a trace names are now: found by routine and statement, as lines move whenever somebody adds a comment."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from checker.language.schedule import Call
from checker.language.tree import Position, Program, is_python
from checker.trace.data import Origin, Place, Stack, Step, Trace
from checker.trace.text_places import found_again, place_at, without_comments

Spots = Mapping[str, tuple[tuple[int, int, str], ...]]
"""For each function and class of a file (for what is in none: the empty name) what is in it: line, column and text."""


class Gone(Exception):
    """A place that the trace names is not in the model any more: one line that says which."""


def with_origin(trace: Trace, program: Program) -> Trace:
    """The trace with what has to be known of the model's text to find its places again."""
    places = {}
    for position in positions(trace):
        if position.file in program.sources and position not in places:
            place = _place(position, program.sources[position.file])
            came_from = program.origins.get(position.file, {}).get(position.line, "")
            places[position] = replace(place, came_from=came_from) if place is not None and came_from else place
    digests = tuple(sorted((file, _digest(file, text)) for file, text in program.sources.items()))
    return replace(trace, origin=Origin(digests, tuple(place for place in places.values() if place is not None)))


def changed_files(trace: Trace, program: Program) -> tuple[str, ...]:
    """The files of the model that have been added, removed, or changed in more than comments, docstrings and layout since the
    trace was made. None if the trace does not tell."""
    if trace.origin is None:
        return ()
    before = dict(trace.origin.digests)
    after = {file: _digest(file, text) for file, text in program.sources.items()}
    return tuple(sorted(file for file in before.keys() | after.keys() if before.get(file) != after.get(file)))


def moved(trace: Trace, program: Program) -> Trace:
    """The trace with its places where they are in the model now. Raises Gone if one of them is nowhere."""
    if trace.origin is None:
        return trace
    now = {place.position: _found(place, program.sources.get(place.position.file)) for place in trace.origin.places}
    if any(before != after for before, after in now.items()):
        trace = _mapped(trace, lambda position: now.get(position, position))
    return _with_lines_of_patch(trace, program)


def carried(trace: Trace, program: Program) -> Trace:
    """The trace as one of another model, with its places where the same stands there: in the file of that name, else in the
    model's own, else in any other. Raises Gone if one is nowhere."""
    if trace.origin is None:
        return replace(trace, model=program.model)
    now = {place.position: _in_any(place, program) for place in trace.origin.places}
    return replace(_mapped(trace, lambda position: now.get(position, position)), model=program.model)


def _in_any(place: Place, program: Program) -> Position:
    files = dict.fromkeys((place.position.file, program.model, *program.sources))
    for file in files:
        try:
            if file in program.sources:
                return _found(replace(place, position=replace(place.position, file=file)), program.sources[file])
        except Gone:
            continue
    raise _gone(place)


def positions(trace: Trace) -> Iterator[Position]:
    """All places that a trace names, some of them again and again."""
    for choice in trace.choices:
        yield choice.at
    for step in trace.steps:
        yield step.at
        for call in step.calls:
            yield call.position
        for activation in step.ran:
            yield activation.position
    yield trace.violation.position
    for stack in trace.violation.stacks:
        for frame in stack.frames:
            for call in frame:
                yield call.position


def _with_lines_of_patch(trace: Trace, program: Program) -> Trace:
    """The trace with its places where they are in the patch now, if the program is one."""
    assert trace.origin is not None
    places = tuple(
        replace(place, came_from=program.origins.get(place.position.file, {}).get(place.position.line, ""))
        for place in trace.origin.places
    )
    return trace if places == trace.origin.places else replace(trace, origin=replace(trace.origin, places=places))


def _mapped(trace: Trace, to: Callable[[Position], Position]) -> Trace:
    def calls(before: tuple[Call, ...]) -> tuple[Call, ...]:
        return tuple(Call(call.routine, to(call.position)) for call in before)

    def step(before: Step) -> Step:
        ran = tuple(replace(activation, position=to(activation.position)) for activation in before.ran)
        return replace(before, at=to(before.at), calls=calls(before.calls), ran=ran)

    choices = tuple(replace(choice, at=to(choice.at)) for choice in trace.choices)
    stacks = tuple(Stack(stack.owner, tuple(map(calls, stack.frames))) for stack in trace.violation.stacks)
    violation = replace(trace.violation, position=to(trace.violation.position), stacks=stacks)
    origin = trace.origin
    if origin is not None:
        places = tuple(replace(place, position=to(place.position)) for place in origin.places)
        origin = replace(origin, places=places)
    return replace(trace, choices=choices, steps=tuple(map(step, trace.steps)), violation=violation, origin=origin)


# --- places in a text ------------------------------------------------------------------------------------------------


def _place(position: Position, source: str) -> Place | None:
    """What stands at a position; None if nothing begins there."""
    if not is_python(position.file):
        there = place_at(source, position.line, position.column)
        return None if there is None else Place(position, *there)
    for scope, spots in _spots(source).items():
        for number, (line, column, text) in enumerate(spots):
            if (line, column) == (position.line, position.column):
                return Place(position, scope, text, sum(other == text for _, _, other in spots[: number + 1]))
    return None


def _found(place: Place, source: str | None) -> Position:
    """Where it is in the text of its file."""
    if not is_python(place.position.file):
        there = None if source is None else found_again(source, place.scope, place.text, place.number)
        if there is None:
            raise _gone(place)
        return Position(place.position.file, *there)
    spots = () if source is None else _spots(source).get(place.scope, ())
    same = [(line, column) for line, column, text in spots if text == place.text]
    if not 1 <= place.number <= len(same):
        raise _gone(place)
    return Position(place.position.file, *same[place.number - 1])


def _gone(place: Place) -> Gone:
    where = f" in `{place.scope}`" if place.scope else ""
    return Gone(f"`{place.text}`{where}, {place.position} in the trace, is not there any more")


@lru_cache(maxsize=256)
def _spots(source: str) -> Spots:
    found: dict[str, dict[tuple[int, int], str]] = {}
    _collect(ast.parse(source), "", found)
    return {scope: tuple((line, column, text) for (line, column), text in spots.items()) for scope, spots in found.items()}


def _collect(node: ast.AST, scope: str, found: dict[str, dict[tuple[int, int], str]]) -> None:
    """Of several nodes that begin in one place the outermost counts: the statement, not the name that it begins with."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        scope = f"{scope}.{node.name}" if scope else node.name
    if isinstance(node, ast.stmt | ast.expr) and not isinstance(node, ast.Constant):
        spots = found.setdefault(scope, {})
        start = (node.lineno, node.col_offset + 1)
        if start not in spots:
            spots[start] = statement_text(node)
    for child in ast.iter_child_nodes(node):
        _collect(child, scope, found)


def statement_text(node: ast.stmt | ast.expr) -> str:
    """A statement, or the head of one that has others in it: what changes in these is not a change of it."""
    match node:
        case ast.FunctionDef():
            return f"def {node.name}"
        case ast.ClassDef():
            return f"class {node.name}"
        case ast.If():
            return f"if {ast.unparse(node.test)}"
        case ast.While():
            return f"while {ast.unparse(node.test)}"
        case ast.For():
            return f"for {ast.unparse(node.target)} in {ast.unparse(node.iter)}"
        case ast.With():
            return f"with {', '.join(map(ast.unparse, node.items))}"
    return ast.unparse(node)


# --- a text without its comments ---------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def _digest(file: str, source: str) -> str:
    """Of what a text says: comments, docstrings, layout and recorded results left out."""
    if not is_python(file):
        return hashlib.sha256(without_comments(source).encode()).hexdigest()
    module = ast.parse(source)
    module.body = [statement for statement in module.body if not _is_record(statement)]
    return hashlib.sha256(repr(_form(module)).encode()).hexdigest()


def _is_record(statement: ast.stmt) -> bool:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return name in ("EXPECTED", "RECORDED")
    return False


def _form(node: object) -> object:
    """The syntax tree as plain data that is the same in all versions of Python: what newer ones add is empty."""
    if isinstance(node, list):
        return [_form(item) for item in node]
    if not isinstance(node, ast.AST):
        return node
    fields = [(name, value) for name, value in ast.iter_fields(node) if value is not None and value != []]
    if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node, clean=False) is not None:
        fields = [(name, value[1:] if name == "body" else value) for name, value in fields]
    return (type(node).__name__, [(name, _form(value)) for name, value in fields])
