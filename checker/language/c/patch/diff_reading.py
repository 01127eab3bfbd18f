# SPDX-License-Identifier: GPL-2.0-only
"""Reads unified diffs, of git and plain, out of the text around them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from checker.language.c.patch.diff import FileDiff, Hunk, holds_c
from checker.language.c.patch.hunks import SAVE_RAW, read_hunk
from checker.language.c.patch.paths import checked, named_path, same_path, unquoted, without_prefixes
from checker.language.c.patch.text import PatchError, Text
from checker.language.c.source import Repair

_GIT = "diff --git "
_EXTENDED = re.compile(
    r"(?:(?:old|new) mode [0-7]+|(?P<deleted>deleted) file mode [0-7]+|(?P<created>new) file mode [0-7]+"
    r"|(?:dis)?similarity index [0-9]+%|(?P<move>rename|copy) (?P<end>from|to) (?P<path>.+)"
    r"|index (?P<before>[0-9a-f]{4,64})\.\.(?P<after>[0-9a-f]{4,64})(?: [0-7]+)?)"
)
_BINARY = re.compile(r"GIT binary patch$|Binary files .* differ$")
_COMBINED = re.compile(r"diff --(?:cc|combined) |@@@+ ")
_EPOCH = re.compile(r"\t(?:1970-01-01|1969-12-31) ")
_EMPTY_BLOB = re.compile(r"0+|e69de29[0-9a-f]*")
_BACKUP = re.compile(r"(?:\.(?:orig|old|new|bak)|~)$")


@dataclass
class Diffs:
    """What a text holds: the diffs in order, and what was repaired in them."""

    files: list[FileDiff]
    repairs: list[Repair]


@dataclass
class _Extended:
    """What the lines between `diff --git` and `---` say."""

    created: bool = False
    deleted: bool = False
    copied: bool = False
    binary: bool = False
    source: str | None = None
    target: str | None = None
    before: str | None = None
    after: str | None = None


def read_diffs(text: Text) -> Diffs:
    """All diffs in a text; what stands between them is skipped. PatchError where one cannot be read."""
    found = Diffs([], [])
    index = 0
    while index < len(text.lines):
        line = text.lines[index]
        if line.startswith(_GIT):
            index = _read_git(text, index, found)
        elif _plain_header(text, index):
            index = _read_plain(text, index, found)
        elif line.startswith("@@ -"):
            raise text.error(index, f"this hunk belongs to no file, as no `---` and `+++` lines are before it; {SAVE_RAW}")
        elif _COMBINED.match(line):
            raise text.error(index, "a merge's combined diff is not read; give the diff against one parent, as `git diff` does")
        elif line.startswith("*** ") and index + 1 < len(text.lines) and text.lines[index + 1].startswith("--- "):
            raise text.error(index, "a context diff is not read; make a unified one with `diff -u` or `git diff`")
        else:
            index = _skip(text, index, found)
    return found


def _skip(text: Text, index: int, found: Diffs) -> int:
    """Step over a line that is no part of a diff, or over the header of a plain diff of binary files."""
    match = re.fullmatch(r"Binary files (.+) and (.+) differ", text.lines[index])
    if match:
        paths = _plain_paths(match[1], match[2], _refusal(text, index))
        found.files.append(_finished(text, index, FileDiff(*paths, (), text.numbers[index], binary=True)))
    return index + 1


def _refusal(text: Text, index: int) -> Callable[[str], PatchError]:
    return lambda message: text.error(index, message)


def _plain_header(text: Text, index: int) -> bool:
    """Whether `---` and `+++` lines begin at an index."""
    lines = text.lines
    return lines[index].startswith("--- ") and index + 1 < len(lines) and lines[index + 1].startswith("+++ ")


def _boundary(text: Text) -> Callable[[int], bool]:
    """Whether a hunk or the diff of a file begins at an index, as far as its lines tell."""

    def begins(index: int) -> bool:
        line = text.lines[index]
        if line.startswith(("@@ -", "diff ", "Index: ")):
            return True
        return _plain_header(text, index) and index + 2 < len(text.lines) and text.lines[index + 2].startswith("@@ -")

    return begins


def _read_hunks(text: Text, index: int, path: str | None, found: Diffs) -> tuple[tuple[Hunk, ...], int]:
    """The hunks from an index on, and the index behind them."""
    hunks: list[Hunk] = []
    boundary = _boundary(text)
    while True:
        after = index
        while hunks and after < len(text.lines) and not text.lines[after].strip():
            after += 1
        if after == len(text.lines) or not text.lines[after].startswith("@@ -"):
            return tuple(hunks), index
        hunk, index, repair = read_hunk(text, after, boundary)
        if hunks and hunk.old < hunks[-1].old + hunks[-1].old_count:
            raise text.error(after, f"this hunk begins before the end of the one before it; {SAVE_RAW}")
        hunks.append(hunk)
        if repair is not None:
            found.repairs.append(replace(repair, what=f"{path}: {repair.what}"))


def _read_git(text: Text, first: int, found: Diffs) -> int:
    """Read the diff of one file that begins with `diff --git`; the index behind it."""
    refuse = _refusal(text, first)
    extended = _Extended()
    index = first + 1
    while index < len(text.lines) and (match := _EXTENDED.fullmatch(text.lines[index])):
        _note_extended(extended, match, _refusal(text, index))
        index += 1
    if index < len(text.lines) and _BINARY.match(text.lines[index]):
        extended.binary = True
        index += 1
    old: str | None
    new: str | None
    hunks: tuple[Hunk, ...] = ()
    if not extended.binary and index < len(text.lines) and _plain_header(text, index):
        old, new = without_prefixes(
            named_path(text.lines[index], _refusal(text, index)), named_path(text.lines[index + 1], refuse), refuse
        )
        hunks, index = _read_hunks(text, index + 2, new or old, found)
        if not hunks:
            raise text.error(
                min(index, len(text.lines) - 1), f"the hunks of {new or old} are missing: the patch was cut off; {SAVE_RAW}"
            )
    elif extended.source is None or extended.target is None:
        path = same_path(text.lines[first][len(_GIT) :], refuse)
        old, new = None if extended.created else path, None if extended.deleted else path
    else:
        old, new = extended.source, extended.target
    old, new = _agreed(old, new, extended, refuse)
    told = index > first + 1 and all(_EMPTY_BLOB.fullmatch(blob) for blob in (extended.before, extended.after) if blob)
    if not hunks and not extended.binary and not told:
        raise refuse(f"no hunk follows this header: the patch was cut off, or a line wrapped; {SAVE_RAW}")
    diff = FileDiff(old, new, hunks, text.numbers[first], extended.copied, extended.binary, extended.before, extended.after)
    found.files.append(_finished(text, first, diff))
    return index


def _note_extended(extended: _Extended, match: re.Match[str], refuse: Callable[[str], PatchError]) -> None:
    if match["created"]:
        extended.created = True
    elif match["deleted"]:
        extended.deleted = True
    elif match["move"]:
        path = checked(unquoted(match["path"], refuse), refuse)
        extended.copied = match["move"] == "copy"
        if match["end"] == "from":
            extended.source = path
        else:
            extended.target = path
    elif match["before"]:
        extended.before, extended.after = match["before"], match["after"]


def _agreed(
    old: str | None, new: str | None, extended: _Extended, refuse: Callable[[str], PatchError]
) -> tuple[str | None, str | None]:
    """The two paths, if all lines of the header say the same."""
    if extended.created != (old is None) or extended.deleted != (new is None):
        raise refuse(f"the lines of this header disagree on whether the file is new or deleted; {SAVE_RAW}")
    if extended.source is not None or extended.target is not None:
        if extended.source is None or extended.target is None:
            raise refuse(f"this header names one end of a rename or copy only; {SAVE_RAW}")
        return extended.source, extended.target
    if old is not None and new is not None and old != new:
        raise refuse(f"this header names two different files and no rename; {SAVE_RAW}")
    return old, new


def _read_plain(text: Text, first: int, found: Diffs) -> int:
    """Read the diff of one file that begins with `---`; the index behind it."""
    refuse = _refusal(text, first)
    old_name, new_name = named_path(text.lines[first], refuse), named_path(text.lines[first + 1], refuse)
    old, new = _plain_paths(old_name, new_name, refuse)
    hunks, index = _read_hunks(text, first + 2, new or old, found)
    if not hunks:
        raise refuse(f"no hunk follows this header: the patch was cut off; {SAVE_RAW}")
    if _EPOCH.search(text.lines[first]):  # diff -N gives a file that is not there the time 0, in the local zone
        old = None
    if _EPOCH.search(text.lines[first + 1]):
        new = None
    found.files.append(_finished(text, first, FileDiff(old, new, hunks, text.numbers[first])))
    return index


def _plain_paths(old: str, new: str, refuse: Callable[[str], PatchError]) -> tuple[str | None, str | None]:
    """The paths of a plain diff, which renames nothing."""
    before, after = without_prefixes(old, new, refuse)
    if before is not None and after is not None and before != after:
        before, after = _BACKUP.sub("", before), _BACKUP.sub("", after)
        if before != after:
            raise refuse(f"this header names two different files, {before} and {after}; give both the same name")
    return before, after


def _finished(text: Text, index: int, diff: FileDiff) -> FileDiff:
    """The diff, if it can be worked with."""
    if diff.binary and holds_c(diff.path):
        raise text.error(index, f"the patch of {diff.path} is binary; give it as text, with `git diff --text`")
    if diff.old_path is None and (len(diff.hunks) > 1 or any(hunk.old_count for hunk in diff.hunks)):
        raise text.error(index, f"{diff.path} is new, and yet a hunk shows old lines of it; {SAVE_RAW}")
    if diff.new_path is None and (len(diff.hunks) > 1 or any(hunk.new_count for hunk in diff.hunks)):
        raise text.error(index, f"{diff.path} is deleted, and yet a hunk shows new lines of it; {SAVE_RAW}")
    return diff
