# SPDX-License-Identifier: GPL-2.0-only
"""C source text as it was handed over: which lines are known of each file, and where each of them came from.

A patch shows pieces of files; a tree or a C file shows all of one. Both are fragments: consecutive lines of one file. Every line
has its number in the file after the patch and, if a patch shows it, its line in the patch or mail, for errors that name both.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from checker.language.errors import ModelError
from checker.language.tree import Position


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A line of a file as it is after the patch.

    text: without its line end. number: its line in that file, from 1. mail_line: its line in the mail or patch as given, from 1;
    None where the line is that of a base file, or of a C file. added: the patch adds it (a `+` line).
    """

    text: str
    number: int
    mail_line: int | None
    added: bool


@dataclass(frozen=True, slots=True)
class RemovedLine:
    """A line that the patch removes (a `-` line).

    text: without its line end. number: its line in the file before the patch (of a series, before the patch of it that removes
    the line), from 1. mail_line: its line in the mail or patch as given, from 1.
    """

    text: str
    number: int
    mail_line: int


@dataclass(frozen=True)
class Fragment:
    """Consecutive lines of one file: what a hunk shows, several hunks that touch, or a whole file.

    path: the file, relative to the top of its tree, as the patch has it. heading: what stands behind `@@ ... @@`, as a rule the
    first line of the function that the fragment begins in; empty for a whole file.
    """

    path: str
    heading: str
    lines: tuple[SourceLine, ...]


@dataclass(frozen=True)
class PatchedFile:
    """What is known of one file. fragments: in order of their lines; no two touch. whole: all lines of the file are known, in one
    fragment (in none if the file is empty). deleted: the patch removes the file; there are no fragments then."""

    path: str
    fragments: tuple[Fragment, ...]
    whole: bool
    removed: tuple[RemovedLine, ...] = ()
    deleted: bool = False


@dataclass(frozen=True)
class Repair:
    """Damage that was repaired: what was done, in words, and the line of the mail it was done at (the first, if at several)."""

    mail_line: int
    what: str


@dataclass(frozen=True)
class CSource:
    """All that was handed over. name: the path of the mail, patch or C file, as messages show it. files: in order of their first
    mention. subjects: of the patches, in the order they apply. notes: what a verdict must say about the reading, each one
    sentence."""

    name: str
    files: tuple[PatchedFile, ...]
    repairs: tuple[Repair, ...] = ()
    subjects: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def short_name(self) -> str:
        """The name without its folders, for `(rfc10.mbox:363)` behind a place in a file of the kernel's."""
        return PurePosixPath(self.name).name


def origin_text(name: str, line: SourceLine) -> str:
    """Where a line stands in the mail or patch called `name`: ` (rfc10.mbox:363)`, to be put behind a message; empty for a line
    that no patch shows."""
    return "" if line.mail_line is None else f" ({name}:{line.mail_line})"


def source_error(name: str, path: str, line: SourceLine, column: int, message: str) -> ModelError:
    """The error `kernel/fork.c:379:5: error: message (rfc10.mbox:363)`, which carries the line's text.

    name: of the mail, patch or C file (CSource.name). path: of the file that the line belongs to (Fragment.path). column: from 1,
    in bytes of UTF-8, as in Position.
    """
    return ModelError(Position(path, line.number, column), message + origin_text(name, line), line.text)
