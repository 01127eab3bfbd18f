# SPDX-License-Identifier: GPL-2.0-only
"""Values of a record as source text, laid out as Python's formatters leave them: at most 130 columns, else one entry a line."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Sequence

WIDTH = 130
"""The longest line, in columns."""

INDENT = "    "

Item = tuple[str, str]
"""A key of a dictionary and the source text of its value."""


def width(text: str) -> int:
    """Columns that a line takes."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def quoted(text: str) -> str:
    """A text as Python's source, in the quotes that need fewer escapes; double ones if either do."""
    inner = json.dumps(text, ensure_ascii=False)[1:-1]
    if text.count('"') > text.count("'"):
        return "'" + inner.replace('\\"', '"').replace("'", "\\'") + "'"
    return f'"{inner}"'


def number(value: int) -> str:
    """A number as Python's source, digits in groups of three."""
    return f"{value:_}"


def lengths(violated: Iterable[tuple[str, int]]) -> list[Item]:
    """property -> length of a counterexample, as items."""
    return [(name, number(length)) for name, length in violated]


def digits(recorded: Iterable[tuple[str, str]]) -> list[Item]:
    """name -> digits of a hash, as items."""
    return [(name, quoted(text)) for name, text in recorded]


def on_a_line(items: Sequence[Item]) -> str:
    """A dictionary on one line."""
    return "{" + ", ".join(f"{quoted(name)}: {value}" for name, value in items) + "}"


def dictionary(items: Sequence[Item], before: str, after: str) -> str:
    """A dictionary between what stands before and after it in its lines: on one line if it fits, else an entry a line."""
    one = on_a_line(items)
    if not items or width(f"{before}{one}{after}") <= WIDTH:
        return one
    return spread(items, indentation(before))


def spread(items: Sequence[Item], indent: str) -> str:
    """A dictionary with an entry a line. indent: of the line that it begins in."""
    if not items:
        return "{}"
    lines = [f"{indent}{INDENT}{quoted(name)}: {value},\n" for name, value in items]
    return "".join(["{\n", *lines, indent, "}"])


def indentation(line: str) -> str:
    """The white space that a line begins with."""
    return line[: len(line) - len(line.lstrip(" \t"))]


def literal(value: object) -> str:
    """A constant of an entry on one line: a number, a name, a dictionary of these or a tuple of names."""
    if isinstance(value, dict):
        return on_a_line([(name, literal(part)) for name, part in value.items()])
    if isinstance(value, tuple):
        return "(" + ", ".join(map(literal, value)) + (",)" if len(value) == 1 else ")")
    if isinstance(value, str):
        return quoted(value)
    return number(value) if isinstance(value, int) and not isinstance(value, bool) else repr(value)


def call(function: str, arguments: Sequence[str], before: str, after: str, *, open_: bool = False) -> str:
    """A call between what stands before and after it in its lines: on one line if it fits, else an argument a line. open_: the
    latter in any case."""
    one = f"{function}({', '.join(arguments)})"
    if not open_ and width(f"{before}{one}{after}") <= WIDTH:
        return one
    indent = indentation(before)
    return "".join([f"{function}(\n", *(f"{indent}{INDENT}{argument},\n" for argument in arguments), indent, ")"])
