# SPDX-License-Identifier: GPL-2.0-only
"""What is known of a file: pieces of it, or all, and what a hunk makes of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from checker.language.c.source import Fragment, PatchedFile, RemovedLine, SourceLine


class KnownLine(NamedTuple):
    """A line without its number: text, line of the mail or None, whether a patch added it."""

    text: str
    mail_line: int | None
    added: bool


@dataclass(frozen=True)
class Piece:
    """Consecutive lines of a file, the first of which has the number `start`; heading as in Fragment."""

    start: int
    heading: str
    lines: Sequence[KnownLine]

    @property
    def end(self) -> int:
        """The number behind the last line."""
        return self.start + len(self.lines)


@dataclass(frozen=True)
class KnownFile:
    """A file after some patches. pieces: in order; no two touch. whole: they are all of the file. newline: the last line ends in
    one; of a file that is not whole it says nothing. exact: no blank of it was lost, so that its hash means something. of_base:
    its lines come from the base. old_path: the path it had before the patches, None if it was not there."""

    path: str
    pieces: tuple[Piece, ...] = ()
    whole: bool = False
    newline: bool = True
    exact: bool = True
    of_base: bool = False
    deleted: bool = False
    removed: tuple[RemovedLine, ...] = field(default=())

    def source(self) -> PatchedFile:
        """The file as the front end has it."""
        fragments = tuple(
            Fragment(
                self.path,
                "" if self.whole else piece.heading,
                tuple(SourceLine(*_numbered(line, number)) for number, line in enumerate(piece.lines, piece.start)),
            )
            for piece in self.pieces
        )
        return PatchedFile(self.path, fragments, self.whole and not self.deleted, self.removed, self.deleted)

    def blob(self) -> bytes:
        """The bytes of a whole file."""
        texts = [line.text for piece in self.pieces for line in piece.lines]
        return ("\n".join(texts) + ("\n" if texts and self.newline else "")).encode("utf-8", "surrogatepass")


def _numbered(line: KnownLine, number: int) -> tuple[str, int, int | None, bool]:
    return line.text, number, line.mail_line, line.added


def whole_file(path: str, lines: Sequence[KnownLine], newline: bool = True, of_base: bool = False) -> KnownFile:
    """A file all of whose lines are known."""
    pieces = (Piece(1, "", lines),) if lines else ()
    return KnownFile(path, pieces, whole=True, newline=newline, of_base=of_base)


def joined(pieces: Iterator[Piece]) -> tuple[Piece, ...]:
    """Pieces in order, of which those that touch become one with the heading of the first; empty ones go."""
    found: list[Piece] = []
    parts: list[Sequence[KnownLine]] = []
    end = 0

    def close() -> None:
        if len(parts) > 1:
            lines: list[KnownLine] = []
            for part in parts:
                lines.extend(part)  # at the speed of memory: a large file may be changed by each patch of a series
            found[-1] = replace(found[-1], lines=lines)
        parts.clear()

    for piece in pieces:
        if not piece.lines:
            continue
        if not parts or piece.start != end:
            close()
            found.append(piece)
        parts.append(piece.lines)
        end = piece.end
    close()
    return tuple(found)


def has_hash(blob: bytes, abbreviated: str) -> bool:
    """Whether git's hash of a blob, of SHA-1 or SHA-256, begins with these digits."""
    data = b"blob %d\0" % len(blob) + blob
    return any(
        digest.startswith(abbreviated)
        for digest in (hashlib.sha1(data, usedforsecurity=False).hexdigest(), hashlib.sha256(data).hexdigest())
    )
