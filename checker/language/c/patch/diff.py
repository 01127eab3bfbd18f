# SPDX-License-Identifier: GPL-2.0-only
"""A unified diff as data."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import NamedTuple

from checker.language.errors import UsageError

C_SUFFIXES = (".c", ".h")
"""Names of files that hold C; what else a patch changes is kept as text."""


class Change(enum.Enum):
    """What a patch does to a line."""

    CONTEXT = " "
    ADDED = "+"
    REMOVED = "-"


class HunkLine(NamedTuple):
    """A line of a hunk: its text without the mark, and its line in the mail, from 1."""

    change: Change
    text: str
    mail_line: int


@dataclass(frozen=True)
class Choice:
    """What the counts of a damaged hunk leave open: `plus` of its lines with + and `minus` of those with - are context. error:
    what to say where nothing decides which."""

    plus: int
    minus: int
    error: UsageError


@dataclass(frozen=True)
class Hunk:
    """Consecutive lines of a file before and after.

    old: the line, from 1, that the first of its old lines has (or would have, if it shows none); old_count: how many old lines it
    shows; new and new_count likewise. heading: what stands behind `@@ ... @@`. mail_line: of its header. damaged: leading blanks
    were lost, and put back. choice: what is open of that; each line stands as its mark says then. cuts: indices of the lines
    that have no newline, as the marker below them says.
    """

    old: int
    old_count: int
    new: int
    new_count: int
    heading: str
    lines: tuple[HunkLine, ...]
    mail_line: int
    damaged: bool = False
    choice: Choice | None = None
    cuts: tuple[int, ...] = ()

    @property
    def old_cut(self) -> bool:
        """Whether its last old line is the file's last and has no newline."""
        return any(self.lines[index].change is not Change.ADDED for index in self.cuts)

    @property
    def new_cut(self) -> bool:
        """Whether its last new line is the file's last and has no newline."""
        return any(self.lines[index].change is not Change.REMOVED for index in self.cuts)


@dataclass(frozen=True)
class FileDiff:
    """What a patch does to one file.

    old_path, new_path: None where the file is not there before or after. copied: the file with the old path stays. hash_before,
    hash_after: abbreviated git blob hashes of its `index` line, None where there is none. binary: it changes what is not text.
    mail_line: of its header.
    """

    old_path: str | None
    new_path: str | None
    hunks: tuple[Hunk, ...]
    mail_line: int
    copied: bool = False
    binary: bool = False
    hash_before: str | None = None
    hash_after: str | None = None

    @property
    def path(self) -> str:
        """The file as messages name it."""
        return self.new_path or self.old_path or ""

    @property
    def damaged(self) -> bool:
        return any(hunk.damaged for hunk in self.hunks)


def holds_c(path: str) -> bool:
    """Whether the name of a file in a patch is that of a C file or header."""
    return path.endswith(C_SUFFIXES)
