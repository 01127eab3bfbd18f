# SPDX-License-Identifier: GPL-2.0-only
"""Places in the text of a model."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Position:
    """A place in a source file: line from 1, column from 1. The column counts bytes of UTF-8, as Python's syntax tree does."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


def line_of(text: str, number: int) -> str | None:
    """The line of a text, from 1, as Python counts lines: only newlines end one. None past the end of the text."""
    lines = text.split("\n")
    return lines[number - 1] if 1 <= number <= len(lines) else None


def is_python(file: str) -> bool:
    """Whether a file of a program is Python, by the name that positions have it under. All others are of the language of the
    protocol."""
    return file.endswith(".py")
