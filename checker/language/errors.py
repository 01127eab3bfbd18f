# SPDX-License-Identifier: GPL-2.0-only
"""Errors that a user can mend, each one line."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from checker.language.tree import Position

IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")
"""What names a property or an event: it becomes the name of a file, and is printed, quoted and typed."""


class UsageError(Exception):
    """What was asked for cannot be done: the message says what is wrong and what to do. Exit status 2."""


class ModelError(UsageError):
    """Something is wrong in a model's text. Prints as `file:line:column: error: what, and what to do`."""

    def __init__(self, position: Position, message: str) -> None:
        super().__init__(f"{position}: error: {message}")
        self.position = position
        self.message = message


def similar(name: str, known: Iterable[str]) -> str:
    """A hint at a name that may have been meant."""
    matches = difflib.get_close_matches(name, list(known), 1)
    return f"; did you mean `{matches[0]}`?" if matches else ""
