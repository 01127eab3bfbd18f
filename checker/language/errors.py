# SPDX-License-Identifier: GPL-2.0-only
"""Errors that a user can fix, each one line, with the line of a model's text that it points at."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from checker.language.tree import Position, line_of

IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")
"""What names a property or an event: it becomes the name of a file, and is printed, quoted and typed."""

NAMED_VALUE = re.compile(r"(?=[A-Za-z])" + IDENTIFIER.pattern)
"""What names a value of a parameter. It begins with a letter, so that no number is one."""


class UsageError(Exception):
    """What was asked for cannot be done: the message says what is wrong and what to do. Exit status 2. Prints as
    `error: message`, or as `at: error: message`.

    at: the file, or the place in one, that is to blame. position: the place in a model's text that it points at, if it points
    at one. line: the text of that line, None where nobody knows it, empty where a whole file is meant.
    """

    def __init__(self, message: str, at: object = None, position: Position | None = None, line: str | None = None) -> None:
        super().__init__(message, at, position, line)
        self.message = message
        self.at = at
        self.position = position
        self.line = line

    def __str__(self) -> str:
        return f"error: {self.message}" if self.at is None else f"{self.at}: error: {self.message}"


class ModelError(UsageError):
    """Something is wrong in a model's text. Prints as `file:line:column: error: what, and what to do`.

    others: what else is wrong with the text, if that was looked for, in its order."""

    position: Position

    def __init__(self, position: Position, message: str, line: str | None = None) -> None:
        super().__init__(message, position, position, line)
        self.args = position, message, line  # of which a copy in another process is made
        self.others: tuple[ModelError, ...] = ()

    def quote(self, sources: Mapping[str, str]) -> None:
        """Take the line that it points at from these texts, unless it has it already."""
        if self.line is None:
            self.line = line_of(sources.get(self.position.file, ""), self.position.line)


@contextmanager
def quoting(sources: Mapping[str, str]) -> Iterator[None]:
    """Whatever is wrong in a model's text while the context lasts carries the line that it points at. sources: the text of each
    file, by the name that positions have it under. Of contexts around each other the inner ones come first."""
    try:
        yield
    except ModelError as error:
        error.quote(sources)
        raise


def similar(name: str, known: Iterable[str]) -> str:
    """A hint at a name that may have been meant; of names that differ in case only, and in - and _, each is like the other."""
    folded = {each.lower().replace("_", "-"): each for each in known}
    matches = difflib.get_close_matches(name.lower().replace("_", "-"), list(folded), 1)
    return f"; did you mean `{folded[matches[0]]}`?" if matches else ""
