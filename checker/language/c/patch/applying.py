# SPDX-License-Identifier: GPL-2.0-only
"""Applies the hunks of one file to what is known of it.

A hunk stands where its header says, never at an offset. Of its old lines those that are known have to be the same; of unknown
ones it says what they are. Texts that differ in blanks only are taken as known: mail programs lose blanks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from checker.counting import counted
from checker.language.c.patch.deciding import decided
from checker.language.c.patch.diff import Change, FileDiff, Hunk, HunkLine
from checker.language.c.patch.known import KnownFile, KnownLine, Piece, joined
from checker.language.c.patch.text import PatchError, quoted
from checker.language.c.source import RemovedLine, Repair


@dataclass
class _Work:
    """What the hunks of one file have come to: removed lines, lines that differed in blanks, by their line of the mail, and the
    last hunk, without choice."""

    name: str
    file: KnownFile
    diff: FileDiff
    removed: list[RemovedLine] = field(default_factory=list)
    respaced: list[int] = field(default_factory=list)
    last: Hunk | None = None

    def error(self, line: int, message: str) -> PatchError:
        return PatchError(self.name, line, message)


def apply_hunks(file: KnownFile, diff: FileDiff, path: str, name: str) -> tuple[KnownFile, Repair | None]:
    """The file after the hunks, under the path given, and what was repaired. name: of the input. PatchError where they do not fit
    what is known."""
    work = _Work(name, file, diff)
    pieces = joined(_patched(work))
    whole = file.whole
    newline = file.newline
    if work.last is not None and whole:
        newline = _newline_after(work, work.last, sum(len(piece.lines) for piece in file.pieces))
    exact = file.exact and not work.respaced and not diff.damaged
    known = KnownFile(path, pieces, whole, newline, exact, file.of_base, False, (*file.removed, *work.removed))
    if not work.respaced:
        return known, None
    lines = counted(len(work.respaced), "line differs", "lines differ")
    return known, Repair(work.respaced[0], f"{lines} in blanks from {_what(file)} of {path}, whose blanks were taken")


def _what(file: KnownFile) -> str:
    return "the base" if file.of_base else "earlier patches"


def _newline_after(work: _Work, last: Hunk, length: int) -> bool:
    """Whether the file, which had `length` lines, ends in a newline after the last hunk."""
    if last.old + last.old_count - 1 < length:
        return work.file.newline
    if last.old_count and last.old_cut == work.file.newline:
        has = "has a newline" if work.file.newline else "has no newline"
        raise work.error(
            last.mail_line, f"the last line of {work.file.path} {has} at its end, other than in this hunk; give the right base"
        )
    return not last.new_cut


def _patched(work: _Work) -> Iterator[Piece]:
    """The pieces of the file after the hunks: the parts of known pieces between hunks, and what hunks show."""
    pieces = work.file.pieces
    at = offset = shift = 0  # the piece, how many of its lines are done, how far lines move
    for hunk in work.diff.hunks:
        if hunk.new != hunk.old + shift:
            raise work.error(
                hunk.mail_line,
                f"this hunk begins at line {hunk.old} and comes to line {hunk.new}, and the hunks before it make that "
                f"{hunk.old + shift}; make the patch again with `git diff`",
            )
        while at < len(pieces) and pieces[at].end <= hunk.old:
            yield _rest(pieces[at], offset, len(pieces[at].lines), shift)
            at, offset = at + 1, 0
        if at < len(pieces) and pieces[at].start < hunk.old:
            yield _rest(pieces[at], offset, hunk.old - pieces[at].start, shift)
            offset = hunk.old - pieces[at].start
        end = hunk.old + hunk.old_count
        known: list[KnownLine | None] = []
        while at < len(pieces) and pieces[at].start < end:
            piece = pieces[at]
            begin = piece.start + offset
            known += [None] * (begin - hunk.old - len(known))
            stop = min(end, piece.end)
            known += piece.lines[offset : stop - piece.start]
            offset = stop - piece.start
            if stop < piece.end:
                break
            at, offset = at + 1, 0
        known += [None] * (hunk.old_count - len(known))
        yield Piece(hunk.new, hunk.heading, _lines(work, hunk, known))
        shift += hunk.new_count - hunk.old_count
    while at < len(pieces):
        yield _rest(pieces[at], offset, len(pieces[at].lines), shift)
        at, offset = at + 1, 0


def _rest(piece: Piece, first: int, end: int, shift: int) -> Piece:
    """Some lines of a piece, moved."""
    lines = piece.lines if first == 0 and end == len(piece.lines) else piece.lines[first:end]
    return Piece(piece.start + first + shift, piece.heading, lines)


def _lines(work: _Work, hunk: Hunk, known: Sequence[KnownLine | None]) -> list[KnownLine]:
    """The lines that a hunk leaves, of the old lines that are known."""
    if hunk.choice is not None:
        hunk = decided(hunk, known)
    work.last = hunk
    lines: list[KnownLine] = []
    old = 0
    for line in hunk.lines:
        if line.change is Change.ADDED:
            lines.append(KnownLine(line.text, line.mail_line, True))
            continue
        there = _agreed(work, line, hunk.old + old, known[old])
        if line.change is Change.CONTEXT:
            lines.append(there)
        else:
            work.removed.append(RemovedLine(there.text, hunk.old + old, line.mail_line))
        old += 1
    return lines


def _agreed(work: _Work, line: HunkLine, number: int, known: KnownLine | None) -> KnownLine:
    """An old line of a hunk as it is known; what a hunk shows of a base keeps its line of the mail."""
    if known is None:
        if work.file.whole:
            length = work.file.pieces[-1].end - 1 if work.file.pieces else 0
            raise work.error(
                line.mail_line,
                f"{work.file.path} has {length} lines in {_what(work.file)}, and the hunk has {quoted(line.text)} as line "
                f"{number}; give {_remedy(work.file)}",
            )
        return KnownLine(line.text, line.mail_line, False)
    if known.text != line.text:
        if known.text.split() != line.text.split():
            raise work.error(
                line.mail_line,
                f"the hunk does not apply: line {number} of {work.file.path} is {quoted(line.text)} here, and "
                f"{quoted(known.text)} in {_what(work.file)}; give {_remedy(work.file)}",
            )
        work.respaced.append(line.mail_line)
    return known if known.mail_line is not None else known._replace(mail_line=line.mail_line)


def _remedy(file: KnownFile) -> str:
    return "the base that the patch was made for" if file.of_base else "the patches of one series"
