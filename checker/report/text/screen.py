# SPDX-License-Identifier: GPL-2.0-only
"""What text is shown on, and how it is broken into lines there."""

from __future__ import annotations

import os
import textwrap
from dataclasses import dataclass

NO_TERMINAL = 110
"""Columns of tables and traces where there is no terminal."""

STDOUT = 1

LEAST = 20
"""Lines are never made shorter than this."""


def terminal_size() -> os.terminal_size:
    """Columns and lines of the terminal that standard output is, or what COLUMNS and LINES say; NO_TERMINAL where it is none."""
    try:
        found = os.get_terminal_size(STDOUT)
    except OSError:
        found = os.terminal_size((NO_TERMINAL, 24))
    columns, lines = (_number(name) or value for name, value in zip(("COLUMNS", "LINES"), found, strict=True))
    return os.terminal_size((columns or NO_TERMINAL, lines or 24))


def _number(name: str) -> int:
    value = os.environ.get(name, "")
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 6 else 0


def terminal_width() -> int:
    """Columns of text to print, within reason."""
    return max(LEAST, min(terminal_size().columns, 160))


@dataclass(frozen=True)
class Screen:
    """width: columns that a line may have; None for a pipe, whose reader wants each message on one line. colour: ANSI colours."""

    width: int | None = None
    colour: bool = False

    def wrap(self, text: str, hanging: int = 4) -> list[str]:
        """The text in lines, the later ones indented; no word is broken unless it is longer than a line."""
        if self.width is None:
            return [text]
        return textwrap.wrap(
            text, max(self.width, LEAST), subsequent_indent=" " * hanging, break_on_hyphens=False, drop_whitespace=True
        ) or [""]

    def fit(self, text: str) -> str:
        """The text with each line that is too long broken, and what follows of it indented further than it is."""
        if self.width is None:
            return text
        lines = []
        for line in text.split("\n"):
            indent = len(line) - len(line.lstrip())
            lines += [line] if len(line) <= self.width else self._broken(line, indent)
        return "\n".join(lines)

    def _broken(self, line: str, indent: int) -> list[str]:
        assert self.width is not None
        indents = " " * indent, " " * (indent + 2)
        width = max(self.width, LEAST + indent)
        return textwrap.wrap(line.strip(), width, initial_indent=indents[0], subsequent_indent=indents[1], break_on_hyphens=False)
