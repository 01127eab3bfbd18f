# SPDX-License-Identifier: GPL-2.0-only
"""What a counterexample turns on, which is what makes two of them one cause."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from checker.language.tree import Position
from checker.report.finding import RAISED, in_protocol
from checker.result.review import Turn
from checker.trace.data import Place, Step, Trace
from checker.verify.causes.decisive import Decisive, Role
from checker.verify.causes.dependence import of_protocol, place_of, stand_of

UNNAMED = "somewhere"
"""A place of a trace that does not tell what stands there."""

MISSED, STALE, REACHED, ANSWERED, RAISES, MATTERS = "missed", "stale", "reached", "answered", "raised", ""
"""Kinds of turns: of a write that is left out, a load whose value is stale when it is used, a call that must not be reached,
another call, the statement that raises a violation, and one of which no more is to be said."""


@dataclass(frozen=True)
class Turning:
    """What a run turns on, in words that no line number is part of. The first that there is of: a write that an early return
    leaves out; a stale load; a call that must not be reached; one that is answered so and not otherwise; the statements after
    which (or else before which) an event strikes; and else the statements without which the violation does not come about, with
    the property. A violation that the protocol raises turns on the statement that does it, too, and on no answer. turns: the
    same, with places in place of names."""

    words: tuple[str, ...]
    turns: tuple[Turn, ...] = field(default=(), compare=False)

    @property
    def omits(self) -> bool:
        """Whether it is what is not done."""
        return any(turn.kind == MISSED for turn in self.turns)

    @property
    def identity(self) -> str:
        """A short digest."""
        return hashlib.sha256("\n".join(self.words).encode()).hexdigest()[:12]


def turning_of(trace: Trace, decisive: tuple[Decisive, ...]) -> Turning:
    """What the run turns on; two counterexamples are one cause if it is the same for both."""
    by_word: dict[str, Turn] = {}
    for word, turn in _turns(trace, decisive, names(trace)):
        by_word.setdefault(word, turn)
    return Turning(tuple(by_word), tuple(by_word.values()))


_Worded = tuple[str, Turn]


def _turns(trace: Trace, decisive: tuple[Decisive, ...], named: Mapping[Position, str]) -> Iterator[_Worded]:
    def turns(kind: str, chosen: Iterable[Decisive]) -> Iterator[_Worded]:
        return ((f"{kind} {named.get(place, UNNAMED)}", Turn(kind, place)) for place in _places(trace, chosen))

    raised: list[_Worded] = []
    if trace.violation.kind in RAISED and trace.steps and of_protocol(trace.steps[-1]):
        place = place_of(trace.steps[-1])
        raised = [(f"{RAISES} {named.get(place, '')}", Turn(RAISES, place))]
    if missed := [one.missed for one in decisive if one.missed is not None]:
        yield from raised
        for one in missed:
            yield f"{MISSED} {one.routine.name}: {one.variable}", Turn(MISSED, one.statement.position)
        return
    if stale := [one for one in decisive if one.role is Role.STALE]:
        yield from (*raised, *turns(STALE, stale))
        return
    if decisive and decisive[-1].role is Role.END and (stand := stand_of(trace)) is not None:
        yield trace.violation.property, Turn(trace.violation.property)
        yield f"{REACHED} {named.get(stand, UNNAMED)}", Turn(REACHED, stand)
        return
    if choices := [one for one in decisive if one.role is Role.CHOICE and of_protocol(trace.steps[one.step])]:
        if raised:  # whatever was answered on the way there
            yield from raised
            return
        answers = [f"answer {trace.steps[one.step].name}" for one in choices]
        yield from (*raised, *((word, Turn(word)) for word in answers), *turns(ANSWERED, choices))
        return
    for role in (Role.AFTER, Role.BEFORE):
        bounds = [one for one in decisive if one.role is role]
        if bounds := [one for one in bounds if _does_something(trace.steps[one.step])] or bounds:
            yield from (*raised, *turns(role.name.lower(), bounds))
            return
    yield trace.violation.property, Turn(trace.violation.property)
    yield from _rest(trace, decisive, named)


def _rest(trace: Trace, decisive: tuple[Decisive, ...], named: Mapping[Position, str]) -> Iterator[_Worded]:
    """The statements of the protocol without which it does not come about; if there are none, the events, and where it ends."""
    own = {p for p in _places(trace, decisive) if in_protocol(p)}
    if own:
        yield from sorted(((named.get(p, UNNAMED), Turn(MATTERS, p)) for p in own), key=lambda worded: worded[0])
        return
    yield from ((name, Turn(name)) for name in sorted({trace.steps[one.step].name for one in decisive}))
    end = trace.violation.position
    yield named.get(end, UNNAMED), Turn(MATTERS, end)


def _does_something(step: Step) -> bool:
    """Else an event that must not come before it only has to wait until its own conditions hold."""
    return bool(step.reads or step.changes)


def _places(trace: Trace, chosen: Iterable[Decisive]) -> list[Position]:
    return [place_of(trace.steps[one.step]) for one in chosen]


def names(trace: Trace) -> dict[Position, str]:
    """What stands at each place that the trace names: routine, text, and which of those with this text it is."""
    places: tuple[Place, ...] = () if trace.origin is None else trace.origin.places
    return {place.position: f"{place.scope}: {place.text} #{place.number}" for place in places}
