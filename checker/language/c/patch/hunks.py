# SPDX-License-Identifier: GPL-2.0-only
"""Hunks: as many lines as the header counts, and what is done where a mail program took leading blanks away.

A line of a hunk that begins with none of ` `, `+`, `-` is context that lost its blank. One that begins with + or - may be such a
line as well. Where the hunk ends is known, as a rule: another hunk, another file, git's signature or the end of the text is next.
Then the counts decide: of a hunk of `n` lines, exactly `n - old count` are added and `n - new count` removed; as the rest of
those with that mark have to be context. So how many blanks were lost is certain, and the repair is unique if it says so of all
lines with a mark, or of none; else the hunk is refused. Only where other text stands behind the hunk, several ends may fit: the
cheapest repair (fewest blanks put back) is taken, if there is one. All of this takes one pass, with no search.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from checker.counting import counted
from checker.language.c.patch.diff import Change, Choice, Hunk, HunkLine
from checker.language.c.patch.text import PatchError, Text
from checker.language.c.source import Repair

_HEADER = re.compile(r"@@ -([0-9]+)(?:,([0-9]+))? \+([0-9]+)(?:,([0-9]+))? @@(.*)")
LARGEST_COUNT = 10_000_000
"""The largest number in a hunk's header: more lines than an input or a file may have."""
SIGNATURE = re.compile(r"-- ?$|_{5,}$")
"""Ends a mail's text: git's signature, or the line above what a mailing list adds."""
NARROWEST_WRAP = 56
"""Mail programs that wrap lines do it here at the least."""
_MARKS = ("+", "-", " ", "\\", "")
SAVE_RAW = "save the raw mail, as with `b4 am`"


@dataclass(frozen=True)
class Header:
    """What a hunk's header says; lines are counted as in Hunk."""

    old: int
    old_count: int
    new: int
    new_count: int
    heading: str


@dataclass(frozen=True)
class Reading:
    """One way to read a hunk: it ends before the line with index `end`; `added` lines that begin with + are added, `removed` ones
    that begin with - removed, all others context; `cost` blanks were lost. ways: how many choices of such lines there are."""

    end: int
    added: int
    removed: int
    cost: int
    ways: int


def read_header(text: Text, index: int) -> Header:
    """The header `@@ -old,count +new,count @@ heading` at an index."""
    match = _HEADER.fullmatch(text.lines[index])
    if match is None:
        raise text.error(index, f"not a hunk's header of the form `@@ -1,2 +1,3 @@`; {SAVE_RAW}")
    numbers = [int(number[:9]) if number else 1 for number in match.groups()[:4]]
    if max(numbers) > LARGEST_COUNT or any(len(number or "") > 9 for number in match.groups()[:4]):
        raise text.error(index, f"a number of this hunk's header is above {LARGEST_COUNT:,}; no such file is read")
    old, old_count, new, new_count = numbers
    for start, count in ((old, old_count), (new, new_count)):
        if count and not start:
            raise text.error(index, "this hunk begins at line 0; lines count from 1")
    return Header(old + (not old_count), old_count, new + (not new_count), new_count, match[5].strip())


def read_hunk(text: Text, index: int, boundary: Callable[[int], bool]) -> tuple[Hunk, int, Repair | None]:
    """The hunk whose header is at an index, the index behind it, and what was repaired.

    boundary: whether the line with an index begins another hunk or file. Takes time linear in the lines up to the next boundary.
    PatchError where the counts fit no reading; where they leave open which lines are context, the hunk has that choice.
    """
    header = read_header(text, index)
    strict = _strict(text, index + 1, header)
    if strict is not None and _tail_fits(text, strict.end, boundary):
        return _hunk(text, index, header, strict), strict.end, None
    end = next((i for i in range(index + 1, len(text.lines)) if boundary(i) or _signature(text, i)), len(text.lines))
    readings = list(_readings(text, index + 1, end, header))
    if end < len(text.lines) or any(reading.end == end for reading in readings):
        readings = [reading for reading in readings if reading.end == end]
    else:
        readings = [reading for reading in readings if _tail_fits(text, reading.end, boundary)]
        if _wrap(text, index + 1, end) is not None:
            readings = []  # the rest of a wrapped line, counted in place of an empty line at the end
    if not readings:
        raise _misfit(text, index, end, header)
    cheapest = min(reading.cost for reading in readings)
    best = [reading for reading in readings if reading.cost == cheapest]
    if len(best) > 1:
        raise text.error(index, f"leading blanks were lost in this hunk, and its counts do not say where it ends; {SAVE_RAW}")
    hunk = _hunk(text, index, header, best[0])
    return hunk, best[0].end, _repair(text, index, best[0], hunk)


def _strict(text: Text, first: int, header: Header) -> Reading | None:
    """The reading that puts no blank back; None if there is none. An empty line is empty context: some tools write it so."""
    old, new, index = header.old_count, header.new_count, first
    added = removed = 0
    while (old > 0 or new > 0) and index < len(text.lines):
        match _mark(text.lines[index]):
            case "+":
                new, added = new - 1, added + 1
            case "-":
                old, removed = old - 1, removed + 1
            case " " | "":
                old, new = old - 1, new - 1
            case "\\":
                pass
            case _:
                return None
        index += 1
    if old or new:
        return None
    return Reading(_behind_marker(text, index, len(text.lines)), added, removed, 0, 1)


def _mark(line: str) -> str:
    """The first character of a line, which says what it is in a hunk; a backslash only where it begins `\\ No newline at end of
    file`, in whatever language; nothing for an empty line."""
    return "#" if line.startswith("\\") and not line.startswith("\\ ") else line[:1]


def _behind_marker(text: Text, index: int, end: int) -> int:
    """The index behind `\\ No newline at end of file`, if that is what stands at an index."""
    return index + (index < end and _mark(text.lines[index]) == "\\")


def _readings(text: Text, first: int, end: int, header: Header) -> Iterator[Reading]:
    """Every reading that ends at or before `end` and fits the counts."""
    plus = minus = bare = count = 0
    for index in range(first, end + 1):
        added, removed = count - header.old_count, count - header.new_count
        if 0 <= added <= plus and 0 <= removed <= minus and (index == end or _mark(text.lines[index]) != "\\"):
            cost = bare + plus - added + minus - removed
            ways = 1 if added in (0, plus) and removed in (0, minus) else 2
            if bare or not cost:  # else no blank is known to be lost, and the counts are wrong
                yield Reading(index, added, removed, cost, ways)
        if index == end or added > plus or removed > minus:  # and so it stays
            return
        match _mark(text.lines[index]):
            case "\\":
                continue
            case "+":
                plus += 1
            case "-":
                minus += 1
            case " " | "":
                pass
            case _:
                bare += 1
        count += 1


def _tail_fits(text: Text, index: int, boundary: Callable[[int], bool]) -> bool:
    """Whether a hunk can end before an index: behind it are another hunk or file, the signature, the end, or text that an empty
    line sets apart. Anything else has to be of the hunk, and its header counted wrong."""
    blank = index
    while blank < len(text.lines) and not text.lines[blank].strip():
        blank += 1
    if blank == len(text.lines) or boundary(blank) or SIGNATURE.match(text.lines[blank]):
        return True
    return blank > index and text.lines[blank][0] not in "+- \t"


def _signature(text: Text, index: int) -> bool:
    """Whether git's signature begins at an index: what it writes directly behind the last hunk."""
    lines = text.lines
    if not re.fullmatch("-- ?", lines[index]):
        return False
    return index + 1 == len(lines) or re.match(r"[0-9]+\.[0-9]", lines[index + 1]) is not None


def _wrap(text: Text, first: int, end: int) -> int | None:
    """The index of the first line that looks like the rest of a wrapped one: it has no mark, and its first word would not have
    fitted into the line before."""
    for index in range(first + 1, end):
        line = text.lines[index]
        if _mark(line) not in _MARKS:
            if len(text.lines[index - 1].expandtabs()) + 1 + len("".join(line.split(maxsplit=1)[:1])) > NARROWEST_WRAP:
                return index
    return None


def _misfit(text: Text, index: int, end: int, header: Header) -> PatchError:
    """The error for a hunk whose counts fit nothing: cut off, wrapped, or edited."""
    lines = [_mark(line) for line in text.lines[index + 1 : end]]
    there = sum(mark != "\\" for mark in lines)
    needed = max(header.old_count, header.new_count)
    promise = f"this hunk's header counts {header.old_count} old and {header.new_count} new lines"
    if there < needed or (end == len(text.lines) and there < header.old_count + lines.count("+")):
        return text.error(index, f"{promise}, but {counted(there, 'line')} follow: it was cut off or edited; {SAVE_RAW}")
    wrap = _wrap(text, index + 1, end)
    if wrap is not None:
        return text.error(
            wrap, f"this looks like the rest of a wrapped line, as the counts of its hunk fit no reading; {SAVE_RAW}"
        )
    return text.error(index, f"{promise}, which fits none of the lines behind it: a line was wrapped or edited; {SAVE_RAW}")


def _choice(text: Text, index: int, reading: Reading) -> Choice | None:
    """What a reading leaves open, with the error that names the first line that may be read in two ways."""
    marks = [(i, text.lines[i][:1]) for i in range(index + 1, reading.end)]
    plus = [i for i, mark in marks if mark == "+"]
    minus = [i for i, mark in marks if mark == "-"]
    if reading.ways == 1:
        return None
    if 0 < reading.added < len(plus):
        unclear, mark, lost = plus, "+", len(plus) - reading.added
    else:
        unclear, mark, lost = minus, "-", len(minus) - reading.removed
    ways = str(math.comb(len(unclear), lost)) if len(unclear) < 100 else "many"
    error = text.error(
        unclear[0],
        f"leading blanks were lost in this hunk: {lost} of its lines that begin with {mark} must be context, and there are "
        f"{ways} ways to choose them, this line first; {SAVE_RAW}, or give the base that the patch was made for",
    )
    return Choice(len(plus) - reading.added, len(minus) - reading.removed, error)


def _hunk(text: Text, index: int, header: Header, reading: Reading) -> Hunk:
    """The hunk as a reading has it."""
    choice = _choice(text, index, reading)
    lines: list[HunkLine] = []
    cuts: list[int] = []
    for i in range(index + 1, reading.end):
        line = text.lines[i]
        number = text.numbers[i]
        match _mark(line):
            case "\\":
                cuts += [len(lines) - 1] if lines else []
            case "+" if reading.added or choice:
                lines.append(HunkLine(Change.ADDED, line[1:], number))
            case "-" if reading.removed or choice:
                lines.append(HunkLine(Change.REMOVED, line[1:], number))
            case " ":
                lines.append(HunkLine(Change.CONTEXT, line[1:], number))
            case _:
                lines.append(HunkLine(Change.CONTEXT, line, number))
    damaged = reading.cost > 0
    counts = header.old, header.old_count, header.new, header.new_count
    return Hunk(*counts, header.heading, tuple(lines), text.numbers[index], damaged, choice, tuple(cuts))


def _repair(text: Text, index: int, reading: Reading, hunk: Hunk) -> Repair | None:
    """What was done to a hunk, if anything was."""
    if not hunk.damaged:
        return None
    what = f"of the hunk at line {hunk.mail_line} had lost the leading blank"
    if hunk.choice is not None:
        return Repair(hunk.mail_line, f"{reading.cost} context lines {what}; what was known of the file decided which")
    marks = {Change.ADDED: "+", Change.REMOVED: "-"}
    read = iter(hunk.lines)
    lost = [
        text.numbers[i]
        for i in range(index + 1, reading.end)
        if (mark := _mark(text.lines[i])) != "\\" and mark not in (marks.get(next(read).change, " "), "")
    ]
    lines = "line" if len(lost) == 1 else "lines"
    return Repair(lost[0], f"{len(lost)} context {lines} {what}")
