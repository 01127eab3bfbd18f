# SPDX-License-Identifier: GPL-2.0-only
"""What a side shows: its violations, each with the cause that it comes about by."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from checker.language.tree import Position
from checker.result.review import Cause, Review, Symptom, Turn
from checker.result.verdict import Configuration
from checker.trace.data import Trace


@dataclass(frozen=True)
class Shown:
    """A violation of a property in one configuration, by one cause. routines: in which the cause's statements stand. turns: what
    this run turns on, and what that turns on which stands for the cause; none where that is not known."""

    cause: str
    routines: tuple[str, ...]
    turns: tuple[tuple[Turn, ...], ...]
    position: Position
    length: int
    message: str
    trace: Trace | None


@dataclass(frozen=True)
class Others:
    """Violations of a property by further causes than the one that a search shows. complete: whether there is no further one that
    shows before one of these; else why that is not known."""

    shown: tuple[Shown, ...]
    complete: bool
    why: str = ""


Runs = Callable[[Trace], bool]
"""Whether a counterexample of one side is a run of the other side too, which ends in the same violation."""

Further = Callable[[Configuration, str], Others]
"""The further causes of a property in a configuration."""


@dataclass(frozen=True)
class Side:
    """What one side comes to. review: of the configurations that both have, in the same order. elsewhere: whether a run of the
    other side is one of this side too, and further: what more there is; of a stored report nobody can say either."""

    name: str
    review: Review
    elsewhere: Runs
    further: Further


ByProperty = Mapping[tuple[Configuration, str], Sequence[Shown]]
"""By configuration and property."""


def shown(review: Review) -> ByProperty:
    """All that a review shows."""
    traces = {
        (r.subject.configuration, v.property): v.trace for r in review.checked.runs for v in r.verdicts if v.trace is not None
    }
    found: dict[tuple[Configuration, str], list[Shown]] = {}
    for cause in review.causes:
        for symptom in cause.symptoms:
            key = symptom.configuration, symptom.property
            whole = traces.get(key)
            own = whole if whole is not None and len(whole.steps) == symptom.length else _own(cause, *key)
            found.setdefault(key, []).append(by_cause(cause, symptom, own))
    for key, trace in traces.items():
        if key not in found and trace.violation.property == key[1]:
            at = trace.violation.position
            found[key] = [Shown(f"?{key[1]}", (), (), at, len(trace.steps), trace.violation.message, trace)]
    return found


def by_cause(cause: Cause, symptom: Symptom, trace: Trace | None) -> Shown:
    """A violation that a cause explains."""
    turns = dict.fromkeys(turns for turns in (symptom.turns, cause.symptoms[0].turns) if turns)
    return Shown(cause.identity, _routines(cause), tuple(turns), cause.position, symptom.length, symptom.message, trace)


def _own(cause: Cause, configuration: Configuration, name: str) -> Trace | None:
    of_it = cause.subject.configuration == configuration and cause.trace.violation.property == name
    return cause.trace if of_it else None


def _routines(cause: Cause) -> tuple[str, ...]:
    """The routines that a cause's statements stand in, in the order in which these ran first."""
    places = cause.trace.origin.places if cause.trace.origin is not None else ()
    scopes = {place.position: place.scope for place in places}
    return tuple(dict.fromkeys(scopes.get(note.position, str(note.position)) for note in cause.notes))
