# SPDX-License-Identifier: GPL-2.0-only
"""Lines of an input with the places they stand at, and the error that names such a place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from checker.language.errors import UsageError
from checker.language.tree import Position

MOST_BYTES = 16 << 20
"""The largest input that is read, also the largest file of a base."""
MOST_LINES = 1_000_000
"""The most lines of an input, or of a file of a base."""
SHOWN = 60
"""The most characters of a line that a message quotes."""


class PatchError(UsageError):
    """What was handed over cannot be read or does not fit. Prints as `name:line: error: what, and what to do`.

    name: of the mail, patch or file, as the user gave it. line: from 1; None where it is about the whole. text: of that line.
    """

    def __init__(self, name: str, line: int | None, message: str, text: str | None = None) -> None:
        at = name if line is None else f"{name}:{line}"
        super().__init__(message, at, None if line is None else Position(name, line, 1), text)
        self.args = name, line, message, text  # of which a copy in another process is made


@dataclass(frozen=True)
class Text:
    """Lines of the input called `name`, without their ends. numbers: the line of the input, from 1, that each begins in; a line
    of an encoded mail may begin in the same one as another."""

    name: str
    lines: Sequence[str]
    numbers: Sequence[int]

    def error(self, index: int, message: str) -> PatchError:
        """The error that names the line with this index, or the last one where there is none."""
        if not self.lines:
            return PatchError(self.name, None, message)
        index = min(index, len(self.lines) - 1)
        return PatchError(self.name, self.numbers[index], message, self.lines[index])

    def part(self, first: int, end: int) -> Text:
        """The lines from one index up to another."""
        return Text(self.name, self.lines[first:end], self.numbers[first:end])


def split_lines(text: str) -> list[str]:
    """The lines of a text: only a newline ends one, as git and the C compiler have it, and the last one need not have it. Where
    each line ends in carriage return and newline, both go."""
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    if lines and all(line.endswith("\r") for line in lines[:-1]) and (len(lines) > 1 or lines[0].endswith("\r")):
        lines = [line.removesuffix("\r") for line in lines]
    return lines


def quoted(text: str) -> str:
    """A line as a message quotes it: blanks in one, cut where it is long."""
    shown = " ".join(text.split())
    return f"`{shown if len(shown) <= SHOWN else shown[: SHOWN - 3] + '...'}`"
