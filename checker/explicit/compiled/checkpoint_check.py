# SPDX-License-Identifier: GPL-2.0-only
"""What the numbers of a checkpoint have to satisfy before the C code sees them.

The digests of a checkpoint tell damage, not intent: whoever can write the file can write its digests. So nothing in it is an
index, a count or a range until it has been looked at here. What a search can *not* tell is whether the states are all that were
reached: see docs/internals/soundness/explicit.md, "The compiled engine".
"""

from __future__ import annotations

import bisect
import dataclasses
import math
from collections.abc import Sequence

from checker.explicit.compiled.c.shared import BATCH, MOST_WORKERS, Found, Rows

MOST_NUMBER = 2**63 - 1
MOST_ROWS = 2**32 - 2**12
MOST_AGAIN = MOST_WORKERS * (BATCH + 1)
"""Rows to expand again: those of a batch of each worker, and the one at work (most_agains of expand.c)."""


class Wrong(Exception):
    """No search writes this. The text says what is wrong."""


@dataclasses.dataclass(frozen=True)
class Header:
    """key: of the search, another one for every other model, setting, property or version of the program. words: of a state.
    rows: behind the last one in use. lists: ranges in each list. findings: property, kind, row and number each. covers,
    raisers: how many there are. depth, seconds: so far. dropped: reduction -> why it was not used to the end."""

    key: str
    words: int
    rows: int
    lists: tuple[int, ...]
    states: int
    transitions: int
    expanded: int
    findings: tuple[tuple[int, int, int, int], ...]
    covers: int
    raisers: int
    depth: int
    seconds: float
    dropped: dict[str, str]

    @property
    def body(self) -> int:
        """Bytes of the body that belongs to it: ranges, marks, states with their sources."""
        return 8 * sum(self.lists) + self.raisers + self.covers + self.rows * (8 * self.words + 4)


@dataclasses.dataclass(frozen=True)
class Shape:
    """What the compiled search has. raisers, covers: how many marks. judged: of each invariant, the property that it belongs to.
    raised: of each raiser, the property that it violates, None for none. deadlock: the property of that."""

    words: int
    raisers: int
    covers: int
    judged: tuple[int, ...]
    raised: tuple[int | None, ...]
    deadlock: int | None


def header_from_json(value: object) -> Header:
    """The header that was written as this value; every number in it is one. Raises Wrong."""
    names = [field.name for field in dataclasses.fields(Header)]
    if not isinstance(value, dict) or sorted(value) != sorted(names):
        raise Wrong("its header has other fields")
    numbers = ("words", "rows", "states", "transitions", "expanded", "covers", "raisers", "depth")
    if not all(_is_number(value[name]) for name in numbers):
        raise Wrong("its header has a number that is none")
    lists, findings, seconds, dropped = (value[name] for name in ("lists", "findings", "seconds", "dropped"))
    if not isinstance(lists, list) or len(lists) != len(Rows) or not all(map(_is_number, lists)):
        raise Wrong("its header does not have four lists of ranges")
    if not isinstance(findings, list) or not all(
        isinstance(finding, list) and len(finding) == 4 and all(map(_is_number, finding)) for finding in findings
    ):
        raise Wrong("its header has findings that are none")
    if not isinstance(seconds, int | float) or isinstance(seconds, bool) or not math.isfinite(seconds) or seconds < 0:
        raise Wrong("its header has a time that is none")
    if not isinstance(value["key"], str) or not isinstance(dropped, dict):
        raise Wrong("its header does not say of which search it is")
    if not all(name == "pages" and isinstance(why, str) for name, why in dropped.items()):
        raise Wrong("its header names a reduction that is none")
    read = {**value, "lists": tuple(lists), "findings": tuple(map(tuple, findings)), "seconds": float(seconds)}
    return Header(**read)


def _is_number(value: object) -> bool:
    return type(value) is int and 0 <= value <= MOST_NUMBER


def check_header(header: Header, shape: Shape, size: int) -> None:
    """Raises Wrong unless the header fits the search and a body of that size."""
    if (header.words, header.raisers, header.covers) != (shape.words, shape.raisers, shape.covers):
        raise Wrong("its states are not those of this search")
    if header.rows > MOST_ROWS or header.body != size:
        raise Wrong("its body is not as long as its header says")
    if not header.expanded <= header.states or not header.depth <= header.states:
        raise Wrong("its counts contradict each other")
    violating: dict[int, tuple[int | None, ...]] = {
        Found.INVARIANT: shape.judged,
        Found.STEP: shape.raised,
        Found.DEADLOCK: (shape.deadlock,),
    }
    for property_, kind, row, number in header.findings:
        found = violating.get(kind, ())
        if row >= header.rows or number >= len(found) or found[number] != property_:
            raise Wrong("it has a finding that there cannot be")
    if len({finding[0] for finding in header.findings}) != len(header.findings):
        raise Wrong("it has two findings of one property")


def check_lists(header: Header, lists: Sequence[Sequence[int]]) -> list[tuple[int, int]]:
    """The ranges of rows in use, in order. Raises Wrong unless the lists (OLD_ROWS, NEW_ROWS, TO_EXPAND, AGAIN) are ranges
    of such rows, and each is in use once."""
    old, new, expand, again = ([(numbers[n], numbers[n + 1]) for n in range(0, len(numbers), 2)] for numbers in lists)
    used = _apart([*old, *new], header.rows)
    if sum(end - begin for begin, end in used) != header.states:
        raise Wrong("it has not as many rows as states")
    if (used[-1][1] if used else 0) != header.rows:
        raise Wrong("its rows go on behind the last one in use")
    within = _joined(used)
    if any(end - begin != 1 for begin, end in again) or len(again) > MOST_AGAIN:
        raise Wrong("it has too many rows to expand again")
    begins = [begin for begin, _ in within]
    for begin, end in (
        *_apart(expand, header.rows),
        *_apart(again, header.rows),
        *((r, r + 1) for _, _, r, _ in header.findings),
    ):
        found = bisect.bisect_right(begins, begin) - 1
        if found < 0 or end > within[found][1]:
            raise Wrong("it names a row that is not in use")
    return within


def _apart(ranges: Sequence[tuple[int, int]], rows: int) -> list[tuple[int, int]]:
    """The ranges in order. Raises Wrong if one is empty, goes too far, or two meet."""
    found = sorted(ranges)
    last = 0
    for begin, end in found:
        if not last <= begin < end <= rows:
            raise Wrong("it has ranges of rows that are none")
        last = end
    return found


def _joined(ranges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ranges in order, with those in one that follow each other."""
    found: list[tuple[int, int]] = []
    for begin, end in ranges:
        if found and found[-1][1] == begin:
            found[-1] = (found[-1][0], end)
        else:
            found.append((begin, end))
    return found
