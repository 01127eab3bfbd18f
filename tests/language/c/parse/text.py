# SPDX-License-Identifier: GPL-2.0-only
"""C text for tests: files and hunks made of plain strings, and what is in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

from checker.language.c.parse import ConfigValue, Others, ScannedFile, parse_chunk, scan_file
from checker.language.c.source import Fragment, PatchedFile, SourceLine
from checker.language.c.syntax import Expression, FunctionDefinition, Node, Return, Statement, TopLevel, Type, Unparsed

PATH = "kernel/stack.c"
Config = Mapping[str, ConfigValue]


def whole_file(text: str) -> PatchedFile:
    lines = tuple(SourceLine(line, number, None, False) for number, line in enumerate(text.split("\n"), start=1))
    return PatchedFile(PATH, (Fragment(PATH, "", lines),), True)


def hunk(heading: str, text: str, first: int = 101, mail_first: int = 11) -> Fragment:
    """A hunk: lines that are added begin with a plus, others with a dot; four blanks in front of text are a tab."""
    lines = [(line[0] == "+", line[1:]) for line in text.split("\n") if line]
    found = []
    for at, (added, line) in enumerate(lines):
        code = line.lstrip(" ")
        indent = len(line) - len(code)
        found.append(SourceLine("\t" * (indent // 4) + " " * (indent % 4) + code, first + at, mail_first + at, added))
    return Fragment(PATH, heading, tuple(found))


def scan(text: str, config: Config | None = None) -> ScannedFile:
    return scan_file(whole_file(text), config or {})


def scan_hunks(*hunks: Fragment, config: Config | None = None) -> ScannedFile:
    return scan_file(PatchedFile(PATH, hunks, False), config or {})


def parsed(scanned: ScannedFile, others: Others | None = None) -> list[TopLevel]:
    return [node for chunk in scanned.chunks for node in parse_chunk(chunk, others or Others())]


def parse(text: str, config: Config | None = None) -> list[TopLevel]:
    """Everything in a whole file. What is not understood fails the test."""
    found = parsed(scan(text, config))
    wrong = [f"{node.at}: {node.reason}" for node in found if isinstance(node, Unparsed)]
    assert not wrong, wrong
    return found


def refusal(text: str, config: Config | None = None) -> str:
    """Why the only chunk of a file cannot be parsed, as an error prints it."""
    (node,) = parsed(scan(text, config))
    assert isinstance(node, Unparsed), node
    return f"{node.at}: error: {node.reason}"


def statements(text: str, config: Config | None = None) -> tuple[Statement, ...]:
    """The statements of a function's body."""
    (function,) = [node for node in parse(f"void f(void)\n{{\n{text}\n}}", config) if isinstance(node, FunctionDefinition)]
    return function.body.statements


def expression(text: str) -> Expression:
    (statement,) = statements(f"return {text};")
    assert isinstance(statement, Return)
    assert statement.value is not None
    return statement.value


def shape(node: object) -> object:
    """A tree without its positions, as nested tuples that begin with the name of the node: readable where two differ."""
    if isinstance(node, Node):
        parts = [getattr(node, part.name) for part in fields(node) if part.name not in ("position", "end", "configured")]
        if isinstance(node, Type) and not node.qualifiers:
            parts = parts[1:]
        return (type(node).__name__, *map(shape, parts))
    if isinstance(node, tuple):
        return [shape(part) for part in node]
    return node
