# SPDX-License-Identifier: GPL-2.0-only
"""RECORDED in a model's text with other properties and assumptions."""

from __future__ import annotations

import ast

from checker.language.errors import ModelError
from checker.language.python.source.modules import LANGUAGE
from checker.language.python.wording import Wording
from checker.language.tree import Position
from checker.mutation.source import Edit
from checker.verify.record.layout import WIDTH, Item, digits, spread, width
from checker.verify.record.text import Text

_FORM = "Recorded"


def with_wording(source: str, now: Wording, display: str) -> str:
    """A model's text whose RECORDED says this. One that is not there is put above EXPECTED, and imported. display: the file in
    messages. ModelError where it cannot be imported."""
    text = Text(source)
    statement = text.assigned("RECORDED")
    if statement is None:
        return _added(text, now, display)
    assert isinstance(statement.value, ast.Call)
    wanted = {"properties": _items(now.properties), "assumptions": _items(now.assumptions)}
    given = {str(k.arg): k.value for k in statement.value.keywords}
    same = all(
        isinstance(node := given[name], ast.Dict) and sorted(ast.literal_eval(node)) == [key for key, _ in items]
        for name, items in wanted.items()
    )
    if same or text.has_comment(statement):
        edits = [edit for name, items in wanted.items() for edit in _edits(text, given[name], items)]
    else:
        edits = [text.replace(statement.value, _recorded(text.source.text(statement.value.func), now))]
    return text.edited(edits)


def _edits(text: Text, node: ast.expr, items: list[Item]) -> list[Edit]:
    assert isinstance(node, ast.Dict)
    return text.entries(node, items)


def _items(recorded: dict[str, str]) -> list[Item]:
    return digits(sorted(recorded.items()))


def _recorded(function: str, now: Wording) -> str:
    return (
        f"{function}(\n    properties={spread(_items(now.properties), '    ')},\n"
        f"    assumptions={spread(_items(now.assumptions), '    ')},\n)"
    )


def _added(text: Text, now: Wording, display: str) -> str:
    statement = text.assigned("EXPECTED")
    assert statement is not None
    function, edits = _import(text, display)
    start = text.line_start(text.source.span(statement)[0])
    lines = text.content.splitlines()  # comments right above EXPECTED are about it
    place = text.source.starts.index(start)
    while place > 0 and lines[place - 1].startswith(b"#"):
        place -= 1
    start = text.source.starts[place]
    return text.edited([*edits, Edit(start, start, f"RECORDED = {_recorded(function, now)}\n\n")])


def _import(text: Text, display: str) -> tuple[str, list[Edit]]:
    """The name that Recorded has in a model, and the edits that import it."""
    imports = [node for node in text.parsed.body if isinstance(node, ast.ImportFrom) and node.module == LANGUAGE]
    for alias in (alias for node in imports for alias in node.names):
        if alias.name == _FORM:
            return alias.asname or _FORM, []
    for node in text.parsed.body:
        if _FORM in _defined(node):
            raise ModelError(
                Position(display, node.lineno, node.col_offset + 1),
                f"this gives another meaning to {_FORM}, which RECORDED needs from {LANGUAGE}; rename it",
            )
    if not imports:
        raise ModelError(Position(display, 1, 1), f"RECORDED is to be added; import {_FORM} from {LANGUAGE}")
    return _FORM, _imported(text, imports[-1])


def _defined(node: ast.stmt) -> set[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return {name}
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return {name}
        case ast.ImportFrom(names=names):
            return {alias.asname or alias.name for alias in names}
    return set()


def _imported(text: Text, node: ast.ImportFrom) -> list[Edit]:
    """Edits that import Recorded: in that statement, sorted as its names are, or in one of its own where that is not simple."""
    start, end = text.source.span(node)
    names = [text.source.content[slice(*text.source.span(alias))].decode() for alias in node.names]
    place = sum(1 for alias in node.names if _order(alias.name) < _order(_FORM))
    head = f"from {LANGUAGE} import "
    written = text.content[start:end].decode()
    if written == head + ", ".join(names):
        names.insert(place, _FORM)
        line = head + ", ".join(names)
        if width(line + text.after(end)) <= WIDTH:
            return [Edit(start, end, line)]
        return [Edit(start, end, "".join([f"{head}(\n", *(f"    {name},\n" for name in names), ")"]))]
    spans = [text.source.span(alias) for alias in node.names]
    if written.endswith(")") and all(text.begins_line(first) for first, _ in spans):
        if place > 0:
            return text.inserted(spans, place - 1, end - 1, [_FORM])
        first = text.line_start(spans[0][0])
        return [Edit(first, first, f"    {_FORM},\n")]
    line_end = text.line_end(end)
    return [Edit(line_end, line_end, f"\nfrom {LANGUAGE} import {_FORM}")]


def _order(name: str) -> tuple[int, str]:
    """By what imports are sorted: constants, then classes, then the rest."""
    kind = 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2
    return kind, name
