# SPDX-License-Identifier: GPL-2.0-only
"""Two reviews -> what is new, fixed, still there, longer, or not known any more.

A cause is the same on both sides if it has the same identity, or the same property fails in the same routines. What is left over
in a configuration in which both sides violate the property may have been hidden by a shorter run, as a search shows one run for
each property: so it is run on the other side, step by step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from checker.language.tree import Position
from checker.result.comparison import Change, Comparison, Difference, Line
from checker.result.review import Cause, Review
from checker.result.verdict import Configuration, Run, Verdict, VerdictKind
from checker.trace.data import Trace

HELD = (VerdictKind.BOUNDED, VerdictKind.PROVED)

Runs = Callable[[Trace], bool]
"""Whether a counterexample of one side is a run of the other side too, which ends in the same violation."""


@dataclass(frozen=True)
class Side:
    """What one side comes to. review: of the configurations that both have, in the same order. elsewhere: whether a run of the
    other side is one of this side too; of a stored report nobody can say that, so never."""

    name: str
    review: Review
    elsewhere: Runs


@dataclass(frozen=True)
class _Shown:
    """A violation of a property in one configuration, by one cause. routines: in which the cause's statements stand."""

    cause: str
    routines: tuple[str, ...]
    position: Position
    length: int
    message: str
    trace: Trace | None


def compare(old: Side, new: Side) -> Comparison:
    """Hold one review against the other. Their runs belong to each other one by one, whatever their configurations are called."""
    shown_old, shown_new = _shown(old.review), _shown(new.review)
    found: list[Difference] = []
    held = 0
    for before, after in zip(old.review.checked.runs, new.review.checked.runs, strict=True):
        one = _OneConfiguration(old, new, before, after, shown_old, shown_new)
        found += one.differences()
        held += one.held
    return Comparison(old.name, new.name, _lines(found), len(old.review.checked.runs), held)


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


Shown = Mapping[tuple[Configuration, str], Sequence[_Shown]]
"""By configuration and property."""


def _shown(review: Review) -> Shown:
    traces = {
        (r.subject.configuration, v.property): v.trace for r in review.checked.runs for v in r.verdicts if v.trace is not None
    }
    found: dict[tuple[Configuration, str], list[_Shown]] = {}
    for cause in review.causes:
        routines = _routines(cause)
        for symptom in cause.symptoms:
            key = symptom.configuration, symptom.property
            whole = traces.get(key)
            own = whole if whole is not None and len(whole.steps) == symptom.length else _own(cause, *key)
            found.setdefault(key, []).append(
                _Shown(cause.identity, routines, cause.position, symptom.length, symptom.message, own)
            )
    for key, trace in traces.items():
        if key not in found and trace.violation.property == key[1]:
            at = trace.violation.position
            found[key] = [_Shown(f"?{key[1]}", (), at, len(trace.steps), trace.violation.message, trace)]
    return found


def _own(cause: Cause, configuration: Configuration, name: str) -> Trace | None:
    of_it = cause.subject.configuration == configuration and cause.trace.violation.property == name
    return cause.trace if of_it else None


def _routines(cause: Cause) -> tuple[str, ...]:
    """The routines that a cause's statements stand in, in the order in which these ran first."""
    places = cause.trace.origin.places if cause.trace.origin is not None else ()
    scopes = {place.position: place.scope for place in places}
    return tuple(dict.fromkeys(scopes.get(note.position, str(note.position)) for note in cause.notes))


class _OneConfiguration:
    """One configuration on both sides. held: how many properties are satisfied on both."""

    def __init__(self, old: Side, new: Side, before: Run, after: Run, shown_old: Shown, shown_new: Shown) -> None:
        self.old, self.new = old, new
        self.before, self.after = before, after
        self.shown_old, self.shown_new = shown_old, shown_new
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
        for shown in self._of(self.shown_old, self.before, name):
            if doubt:
                yield self._of_shown(Change.UNKNOWN, name, shown, old=shown.length, reason=doubt, worse=True)
            else:
                yield self._of_shown(Change.FIXED, name, shown, old=shown.length)

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
        news = list(self._of(self.shown_new, self.after, name))
        if old is None or old.kind is not VerdictKind.VIOLATED:
            yield from self._violated_now(name, news, None if old is None else old.kind)
            return
        olds = list(self._of(self.shown_old, self.before, name))
        for matches in (_same_cause, _same_routines):
            for shown in tuple(news):
                twin = next((other for other in olds if matches(other, shown)), None)
                if twin is not None:
                    olds.remove(twin)
                    news.remove(shown)
                    yield self._kept(name, twin, shown)
        for shown in news:
            known = self._elsewhere(self.shown_old, name, shown) or _runs(self.old, shown)
            reason = "another run was shorter before" if known else f"{self.old.name} violates {name} too, by another cause"
            yield self._of_shown(
                Change.STILL if known else Change.NEW, name, shown, new=shown.length, reason=reason, worse=not known
            )
        for shown in olds:
            known = self._elsewhere(self.shown_new, name, shown) or _runs(self.new, shown)
            doubt = "" if known else self._doubt()
            change = Change.STILL if known else Change.UNKNOWN if doubt else Change.FIXED
            reason = (
                "another run is shorter now" if known else doubt or f"{self.new.name} still violates {name}, by another cause"
            )
            yield self._of_shown(change, name, shown, old=shown.length, reason=reason, worse=bool(doubt))

    def _violated_now(self, name: str, news: Sequence[_Shown], was: VerdictKind | None) -> Iterator[Difference]:
        """A property of which the old side shows no violation. was: its verdict there, None if it has none."""
        for shown in news:
            if was is None:
                reason = f"{self.old.name} does not check it"
            elif was in HELD:
                reason = ""
            elif self._elsewhere(self.shown_old, name, shown) or _runs(self.old, shown):
                yield self._of_shown(Change.STILL, name, shown, new=shown.length, reason=f"{self.old.name} was UNKNOWN here")
                continue
            else:
                reason = f"{self.old.name} was {was.value} here"
            yield self._of_shown(Change.NEW, name, shown, new=shown.length, reason=reason, worse=True)

    def _kept(self, name: str, old: _Shown, new: _Shown) -> Difference:
        change = Change.LONGER if new.length > old.length else Change.STILL
        reason = "" if old.cause == new.cause else "in the same routines, by other statements"
        return self._of_shown(change, name, new, old.length, new.length, reason)

    def _elsewhere(self, there: Shown, name: str, shown: _Shown) -> bool:
        """Whether a side shows this cause of this property in another configuration."""
        return any(
            other.cause == shown.cause for (_, property_), others in there.items() if property_ == name for other in others
        )

    @staticmethod
    def _of(shown: Shown, run: Run, name: str) -> Sequence[_Shown]:
        return shown.get((run.subject.configuration, name), ())

    def _of_shown(
        self,
        change: Change,
        name: str,
        shown: _Shown,
        old: int | None = None,
        new: int | None = None,
        reason: str = "",
        worse: bool = False,
    ) -> Difference:
        return Difference(change, name, shown.cause, self.configuration, shown.position, shown.message, old, new, reason, worse)

    def _difference(self, change: Change, name: str, verdict: Verdict, message: str, worse: bool = False) -> Difference:
        at = Position(self.after.subject.model, 1, 1) if verdict.trace is None else verdict.trace.violation.position
        return Difference(change, name, "", self.configuration, at, message, worse=worse)


def _same_cause(old: _Shown, new: _Shown) -> bool:
    return old.cause == new.cause


def _same_routines(old: _Shown, new: _Shown) -> bool:
    return bool(old.routines) and old.routines == new.routines


def _runs(side: Side, shown: _Shown) -> bool:
    return shown.trace is not None and side.elsewhere(shown.trace)


def _was(verdict: Verdict) -> str:
    return verdict.kind.value
