# SPDX-License-Identifier: GPL-2.0-only
"""The text of a protocol as statements, routine by routine, so that two versions of it can be held beside each other.

A statement is told without its comments and layout. Of one that has others in it only the head counts.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from checker.language.tree import Position, is_python
from checker.trace.places import statement_text
from checker.trace.text_places import blanked, scopes

_LITERAL = re.compile(r"""\"(?:\\.|[^"\\\n])*\"|'(?:\\.|[^'\\\n])*'""")


@dataclass(frozen=True)
class Statement:
    """A statement. scope: the function or class that it is in, as a trace names it; empty for none. text: in one line."""

    position: Position
    scope: str
    text: str


Routines = Mapping[str, tuple[Statement, ...]]
"""The statements of a file in the order in which they stand, by scope."""


@lru_cache(maxsize=128)
def routines_of(file: str, source: str) -> Routines:
    """All statements of a file."""
    found: dict[str, list[Statement]] = {}
    for statement in _of_python(file, source) if is_python(file) else _of_c(file, source):
        found.setdefault(statement.scope, []).append(statement)
    return {scope: tuple(sorted(statements, key=_start)) for scope, statements in found.items()}


def statement_at(file: str, source: str, position: Position) -> Statement | None:
    """The statement that a place is in; None if there is none."""
    every = _in_order(file, source)
    number = bisect_right([_start(statement) for statement in every], (position.line, position.column))
    return every[number - 1] if number else None


@lru_cache(maxsize=128)
def _in_order(file: str, source: str) -> tuple[Statement, ...]:
    return tuple(sorted((one for many in routines_of(file, source).values() for one in many), key=_start))


def _start(statement: Statement) -> tuple[int, int]:
    return statement.position.line, statement.position.column


def _of_python(file: str, source: str) -> Iterator[Statement]:
    def of(body: ast.AST, scope: str) -> Iterator[Statement]:
        for node in ast.iter_child_nodes(body):
            if isinstance(node, ast.stmt):
                own = scope
                if isinstance(node, ast.FunctionDef | ast.ClassDef):
                    own = f"{scope}.{node.name}" if scope else node.name
                if not _is_docstring(node):
                    yield Statement(Position(file, node.lineno, node.col_offset + 1), own, statement_text(node))
                yield from of(node, own)
            elif isinstance(node, ast.match_case | ast.ExceptHandler):
                yield from of(node, scope)

    return of(ast.parse(source), "")


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _of_c(file: str, source: str) -> Iterator[Statement]:
    """Up to each `;`, `{` or `}` outside parentheses; a directive is a statement of its own."""
    text = blanked(source)
    where = scopes(source)
    plain = _LITERAL.sub(lambda found: "x" * len(found[0]), text)
    starts = [0, *(found.end() for found in re.finditer("\n", text))]

    def statement(begin: int, end: int) -> Iterator[Statement]:
        words = text[begin:end].split()
        if words:
            at = begin + len(text[begin:end]) - len(text[begin:end].lstrip())
            line = bisect_right(starts, at)
            yield Statement(Position(file, line, at - starts[line - 1] + 1), where[line - 1], " ".join(words))

    begin = depth = 0
    for found in re.finditer(r"[;{}()\n]", plain):
        char, at = found[0], found.start()
        if char == "\n":
            if plain[begin:at].lstrip().startswith("#") and not plain[begin:at].endswith("\\"):
                yield from statement(begin, at)
                begin, depth = at + 1, 0
            continue
        depth = max(0, depth + (char == "(") - (char == ")"))
        if char in ";{}" and depth == 0:
            yield from statement(begin, at)
            begin = at + 1
    yield from statement(begin, len(text))
