# SPDX-License-Identifier: GPL-2.0-only
"""Two reviews -> what is new, fixed, still there, longer, or not known any more.

A cause is the same on both sides if it turns on the same statements (matching.py). A search shows one run for each property, so
what is left over in a configuration in which both sides violate the property may have been hidden by a shorter run: so it is run
on the other side, step by step, and looked for among the further causes of that side.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from checker.language.tree import Position
from checker.result.comparison import Change, Comparison, Difference, Line
from checker.result.verdict import Configuration, Run, Verdict, VerdictKind
from checker.verify.comparing.correspondence import Correspondence, Text
from checker.verify.comparing.matching import Match, Sameness, first_match, first_match_of_old, match, only_new
from checker.verify.comparing.shown import ByProperty, Others, Shown, Side, shown

SHORTER_NOW = "another run is shorter now"
HELD = (VerdictKind.BOUNDED, VerdictKind.PROVED)


def compare(old: Side, new: Side) -> Comparison:
    """Hold one review against the other. Their runs belong to each other one by one, whatever their configurations are called."""
    texts = Correspondence(_text(old), _text(new))
    olds, news = _Compared(old, shown(old.review)), _Compared(new, shown(new.review))
    found: list[Difference] = []
    held = 0
    for before, after in zip(old.review.checked.runs, new.review.checked.runs, strict=True):
        one = _OneConfiguration(olds, news, before, after, texts)
        found += one.differences()
        held += one.held
    return Comparison(old.name, new.name, _lines(found), len(old.review.checked.runs), held)


def _text(side: Side) -> Text:
    """What a side is written in: the same in all configurations."""
    runs = side.review.checked.runs
    return Text(runs[0].subject.model, runs[0].subject.sources) if runs else Text("", {})


def _lines(found: Sequence[Difference]) -> tuple[Line, ...]:
    """One line for each property and cause, the worst first."""
    groups: dict[tuple[str, str, bool], list[Difference]] = {}
    for difference in found:
        groups.setdefault((difference.property, difference.cause, difference.cause == "" and difference.worse), []).append(
            difference
        )
    ranks = {change: rank for rank, change in enumerate(Change)}

    def rank(difference: Difference) -> tuple[bool, int]:
        return not difference.worse, ranks[difference.change]

    lines = [Line(tuple(sorted(group, key=rank))) for group in groups.values()]
    return tuple(sorted(lines, key=lambda line: rank(line.first)))


@dataclass(frozen=True)
class _Compared:
    """A side, with all that it shows. more: its further causes, as far as they were asked for."""

    side: Side
    shown: ByProperty
    more: dict[tuple[Configuration, str], Others] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.side.name

    def of(self, run: Run, name: str) -> Sequence[Shown]:
        """What it shows of a property in one configuration."""
        return self.shown.get((run.subject.configuration, name), ())

    def anywhere(self, name: str) -> Iterator[Shown]:
        """What it shows of a property in any configuration."""
        return (one for (_, other), many in self.shown.items() if other == name for one in many)

    def further(self, run: Run, name: str) -> Others:
        """What further causes a property has in one configuration."""
        key = run.subject.configuration, name
        if key not in self.more:
            self.more[key] = self.side.further(*key)
        return self.more[key]

    def runs(self, one: Shown) -> bool:
        """Whether a run of the other side is one of this side too."""
        return one.trace is not None and self.side.elsewhere(one.trace)


class _OneConfiguration:
    """One configuration on both sides. held: how many properties are satisfied on both."""

    def __init__(self, old: _Compared, new: _Compared, before: Run, after: Run, texts: Correspondence) -> None:
        self.old, self.new = old, new
        self.before, self.after = before, after
        self.texts = texts
        self.configuration = after.subject.configuration
        self.held = 0

    def differences(self) -> Iterator[Difference]:
        olds = {verdict.property: verdict for verdict in self.before.verdicts}
        news = {verdict.property: verdict for verdict in self.after.verdicts}
        yield from self._errors()
        for name in dict.fromkeys((*olds, *news)):
            yield from self._property(name, olds.get(name), news.get(name))

    def _errors(self) -> Iterator[Difference]:
        """What is wrong with the models themselves."""
        before, after = self.before.error, self.after.error
        if after is not None:
            change = Change.STILL if before is not None else Change.UNKNOWN
            yield self._difference(change, "", after, f"the model is in error: {after.detail}", worse=before is None)

    def _property(self, name: str, old: Verdict | None, new: Verdict | None) -> Iterator[Difference]:
        if new is None:
            assert old is not None
            if old.kind in HELD or old.kind is VerdictKind.VIOLATED:
                yield self._difference(Change.UNKNOWN, name, old, f"{self.new.name} does not check it; it was {_was(old)}", True)
        elif new.kind is VerdictKind.VIOLATED:
            yield from self._violated(name, old)
        elif new.kind in HELD:
            if old is not None and old.kind is VerdictKind.VIOLATED:
                yield from self._gone(name)
            else:
                self.held += old is not None and old.kind in HELD
        elif old is None or old.kind in HELD or old.kind is VerdictKind.VIOLATED:
            was = "not checked" if old is None else _was(old)
            yield self._difference(Change.UNKNOWN, name, new, f"it was {was}, and is {new.kind.value}: {new.detail}", True)
        else:
            yield self._difference(Change.STILL, name, new, f"{new.kind.value} on both sides: {new.detail}")

    def _gone(self, name: str) -> Iterator[Difference]:
        """A property that was violated, and is satisfied as far as the new search went."""
        doubt = self._doubt()
        for one in self.old.of(self.before, name):
            if doubt:
                yield self._of_shown(Change.UNKNOWN, name, one, old=one.length, reason=doubt, worse=True)
            else:
                yield self._of_shown(Change.FIXED, name, one, old=one.length)

    def _doubt(self) -> str:
        """Why nothing can be called fixed; empty if the new search was complete."""
        run = self.after
        more = [constraint for constraint, _ in run.outside if constraint not in dict(self.before.outside)]
        if run.stopped is not None or run.error is not None:
            return f"{self.new.name} was not searched to its end"
        if run.cuts:
            return f"in {self.new.name} some runs end for want of room: {', '.join(dict(run.cuts))}"
        if run.omission:
            return f"in {self.new.name} states may have been left out by hash compaction"
        return f"{self.new.name} leaves out what is outside the constraint {more[0]}" if more else ""

    def _violated(self, name: str, old: Verdict | None) -> Iterator[Difference]:
        """A property that is violated, by each of its causes."""
        news = list(self.new.of(self.after, name))
        if old is None or old.kind is not VerdictKind.VIOLATED:
            yield from self._violated_now(name, news, None if old is None else old.kind)
            return
        olds = list(self.old.of(self.before, name))
        for sameness, same_identity in ((Sameness.SAME, True), (Sameness.SAME, False), (Sameness.UNTOLD, False)):
            for one in tuple(news):
                pairs = [
                    (other, match(other, one, self.texts)) for other in olds if not same_identity or other.cause == one.cause
                ]
                twin = next((pair for pair in pairs if pair[1].sameness is sameness), None)
                if twin is not None:
                    olds.remove(twin[0])
                    news.remove(one)
                    yield self._kept(name, twin[0], one, twin[1])
        for one in news:
            yield self._only_new(name, one)
        for one in olds:
            yield self._only_old(name, one)

    def _only_new(self, name: str, one: Shown) -> Difference:
        """A cause that the old side does not show in this configuration, where it shows another one of the property."""
        known = self._known_before(name, one, among_further=True)
        if known is not None:
            reason = "another run was shorter before"
            return self._of_shown(Change.STILL, name, one, new=one.length, reason=reason, through=known.through)
        places = only_new(one, self.texts)
        at = ", ".join(f"{place.file}:{place.line}" for place in places)
        lacks = f", through what {self.old.name} does not have: {at}" if at else ""
        reason = f"{self.old.name} violates {name} too, by another cause{lacks}"
        return self._of_shown(Change.NEW, name, one, new=one.length, reason=reason, worse=True)

    def _known_before(self, name: str, one: Shown, among_further: bool) -> Match | None:
        """What makes a cause of the new side one of the old side that it does not show in this configuration."""
        known = first_match(self.old.anywhere(name), one, self.texts)
        if known is None and self.old.runs(one):
            return Match(Sameness.SAME)
        if known is None and among_further:
            known = first_match(self.old.further(self.before, name).shown, one, self.texts)
        return None if known is None else known[1]

    def _only_old(self, name: str, one: Shown) -> Difference:
        """A cause that the new side does not show in this configuration, where it shows another one of the property."""
        known = first_match_of_old(one, self.new.anywhere(name), self.texts)
        if known is None and self.new.runs(one):
            return self._of_shown(Change.STILL, name, one, old=one.length, reason=SHORTER_NOW)
        further = self.new.further(self.after, name)
        if known is None:
            known = first_match_of_old(one, further.shown, self.texts)
        if known is not None:
            return self._of_shown(Change.STILL, name, one, old=one.length, reason=SHORTER_NOW, through=known[1].through)
        doubt = self._doubt()
        if not doubt and not further.complete:
            doubt = f"{self.new.name} violates {name} by another cause, which may hide this one: {further.why}"
        if doubt:
            return self._of_shown(Change.UNKNOWN, name, one, old=one.length, reason=doubt, worse=True)
        reason = f"{self.new.name} still violates {name}, by another cause"
        return self._of_shown(Change.FIXED, name, one, old=one.length, reason=reason)

    def _violated_now(self, name: str, news: Sequence[Shown], was: VerdictKind | None) -> Iterator[Difference]:
        """A property of which the old side shows no violation. was: its verdict there, None if it has none."""
        for one in news:
            if was is None:
                reason = f"{self.old.name} does not check it"
            elif was in HELD:
                reason = ""
            elif (known := self._known_before(name, one, among_further=False)) is not None:
                reason = f"{self.old.name} was UNKNOWN here"
                yield self._of_shown(Change.STILL, name, one, new=one.length, reason=reason, through=known.through)
                continue
            else:
                reason = f"{self.old.name} was {was.value} here"
            yield self._of_shown(Change.NEW, name, one, new=one.length, reason=reason, worse=True)

    def _kept(self, name: str, old: Shown, new: Shown, how: Match) -> Difference:
        if how.sameness is Sameness.UNTOLD:
            reason = (
                "in the same routines; whether through the same statements is not known, as there are no two texts to compare"
            )
            return self._of_shown(Change.UNKNOWN, name, new, old.length, new.length, reason, worse=True)
        change = Change.LONGER if new.length > old.length else Change.STILL
        return self._of_shown(change, name, new, old.length, new.length, through=how.through)

    def _of_shown(
        self,
        change: Change,
        name: str,
        one: Shown,
        old: int | None = None,
        new: int | None = None,
        reason: str = "",
        worse: bool = False,
        through: tuple[tuple[Position, Position], ...] = (),
    ) -> Difference:
        return Difference(
            change, name, one.cause, self.configuration, one.position, one.message, old, new, reason, worse, through
        )

    def _difference(self, change: Change, name: str, verdict: Verdict, message: str, worse: bool = False) -> Difference:
        at = Position(self.after.subject.model, 1, 1) if verdict.trace is None else verdict.trace.violation.position
        return Difference(change, name, "", self.configuration, at, message, worse=worse)


def _was(verdict: Verdict) -> str:
    return verdict.kind.value
