# SPDX-License-Identifier: GPL-2.0-only
"""Replacing parts of a source text so that every other line keeps its number."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass

_TO_THE_COLON = re.compile(rb"[^:#]*:")


@dataclass(frozen=True)
class Edit:
    """What takes the place of the bytes from start up to, not including, end of a source in UTF-8."""

    start: int
    end: int
    text: str


class Source:
    """A source text, and where the nodes of its syntax tree stand in it."""

    def __init__(self, text: str) -> None:
        self.content = text.encode()
        self.starts = [0, *(match.end() for match in re.finditer(rb"\r\n?|\n", self.content))]

    def offset(self, line: int, column: int) -> int:
        """The byte at a line (from 1) and a column (in bytes, from 0), as `ast` counts them."""
        return self.starts[line - 1] + column

    def span(self, node: ast.stmt | ast.expr | ast.keyword | ast.alias) -> tuple[int, int]:
        """Where a node begins and ends. That of a decorated definition begins after its decorators."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self.offset(node.lineno, node.col_offset), self.offset(node.end_lineno, node.end_col_offset)

    def text(self, node: ast.stmt | ast.expr) -> str:
        """The text of a node."""
        start, end = self.span(node)
        return self.content[start:end].decode()

    def header_end(self, last: ast.expr) -> int | None:
        """Where the head of a compound statement ends, behind its colon; last: its last expression. None: not found."""
        _, end = self.span(last)
        match = _TO_THE_COLON.match(self.content, end)
        return None if match is None else match.end()

    def replace(self, start: int, end: int, text: str) -> Edit:
        """An edit that keeps the number of lines: the new text has no more of them, and gets empty ones at its end."""
        lines = self.content.count(b"\n", start, end) - text.count("\n")
        return Edit(start, end, text + "\n" * lines)

    def edited(self, edits: Iterable[Edit]) -> str:
        """The text after edits that do not overlap."""
        content = self.content
        for edit in sorted(edits, key=lambda edit: edit.start, reverse=True):
            content = content[: edit.start] + edit.text.encode() + content[edit.end :]
        return content.decode()
