# SPDX-License-Identifier: GPL-2.0-only
"""Whether a cause of the old version and one of the new version are one: if they turn on the same statements, in the same way.

The statements are compared as the texts correspond, so that it does not matter where one stands now. One that was changed is the
same statement still, and told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from checker.language.tree import Position
from checker.result.review import Turn
from checker.verify.comparing.correspondence import Correspondence, How
from checker.verify.comparing.shown import Shown
from checker.verify.comparing.statements import Statement


class Sameness(Enum):
    """UNTOLD: the texts cannot be held beside each other, as one of them is not there or they are in two languages."""

    SAME = "one cause"
    OTHER = "two causes"
    UNTOLD = "not told"


@dataclass(frozen=True)
class Match:
    """Of two causes. through: where they are the same, each of their statements that was changed or moved, as it was and as it
    is."""

    sameness: Sameness
    through: tuple[tuple[Position, Position], ...] = ()


def match(old: Shown, new: Shown, texts: Correspondence) -> Match:
    """Hold two causes of one property beside each other."""
    if old.cause == new.cause:
        return Match(Sameness.SAME)
    if not texts.known:
        alike = bool(old.routines) and old.routines == new.routines
        return Match(Sameness.UNTOLD if alike else Sameness.OTHER)
    through = _matched(old, new, texts)
    if through is None:  # a diff need not be the same in both directions, and a swap of the two must not change the answer
        back = _matched(new, old, texts.reversed)
        through = None if back is None else tuple((before, after) for after, before in back)
    return Match(Sameness.OTHER) if through is None else Match(Sameness.SAME, through)


_Through = tuple[tuple[Position, Position], ...]


def _matched(old: Shown, new: Shown, texts: Correspondence) -> _Through | None:
    befores = [_statements(turns, texts) for turns in old.turns]
    for turns in new.turns:
        after = _as_before(turns, texts)
        if after is not None and after[0] in befores:
            return after[1]
    return None


_Turned = frozenset[tuple[str, Statement | None]]


def _statements(turns: Sequence[Turn], texts: Correspondence) -> _Turned:
    """What a run of the old version turns on."""
    return frozenset((turn.kind, None if turn.position is None else texts.in_old(turn.position)) for turn in turns)


def _as_before(turns: Sequence[Turn], texts: Correspondence) -> tuple[_Turned, _Through] | None:
    """What a run of the new version turns on, in statements of the old one, and those of them that are others now; None if one
    was not there."""
    found: list[tuple[str, Statement | None]] = []
    through: dict[tuple[Position, Position], None] = {}
    for turn in turns:
        if turn.position is None:
            found.append((turn.kind, None))
            continue
        was = texts.counterpart(turn.position)
        if was is None:
            return None
        found.append((turn.kind, was.statement))
        if was.how is not How.SAME:
            through[was.statement.position, turn.position] = None
    return frozenset(found), tuple(through)


def first_match(olds: Iterable[Shown], new: Shown, texts: Correspondence) -> tuple[Shown, Match] | None:
    """The first of the old causes that the new one is, one with the same identity before all others; None if there is none."""
    return _first((match(old, new, texts), old) for old in olds)


def first_match_of_old(old: Shown, news: Iterable[Shown], texts: Correspondence) -> tuple[Shown, Match] | None:
    """The same for a cause of the old version."""
    return _first((match(old, new, texts), new) for new in news)


def _first(pairs: Iterator[tuple[Match, Shown]]) -> tuple[Shown, Match] | None:
    same = [(shown, found) for found, shown in pairs if found.sameness is Sameness.SAME]
    return min(same, key=lambda one: len(one[1].through), default=None)


def only_new(new: Shown, texts: Correspondence) -> tuple[Position, ...]:
    """The statements that a cause of the new version turns on and that the old version does not have."""
    if not texts.known:
        return ()
    places = dict.fromkeys(turn.position for turns in new.turns[:1] for turn in turns if turn.position is not None)
    return tuple(place for place in places if texts.counterpart(place) is None)
