# SPDX-License-Identifier: GPL-2.0-only
"""The source files of a page, each text once, whatever findings point into it."""

from __future__ import annotations

from collections.abc import Mapping

from checker.language.tree import Position
from checker.report.finding import in_protocol
from checker.report.html.embed import Json


class Sources:
    """Files by number, in the order in which they are first pointed at. Two texts of one name are two files."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str], int] = {}

    def place(self, position: Position, texts: Mapping[str, str]) -> list[Json]:
        """The number of the file, the line and the column. texts: of each file, by its name in positions."""
        file = (position.file, texts.get(position.file, ""))
        return [self._numbers.setdefault(file, len(self._numbers)), position.line, position.column]

    def json(self) -> list[Json]:
        """Each file: its name, whether it is the protocol's and not the kernel's, and its lines; none where the text is not at
        hand."""
        return [{"name": name, "own": in_protocol(Position(name, 1, 1)), "lines": lines_of(text)} for name, text in self._numbers]


def lines_of(text: str) -> list[Json]:
    """The lines of a text as positions count them; none of no text."""
    return [line.removesuffix("\r") for line in text.split("\n")] if text else []
