# SPDX-License-Identifier: GPL-2.0-only
"""What a counterexample turns on, which is what makes two of them one cause."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from checker.language.tree import Position
from checker.report.finding import RAISED, in_protocol
from checker.result.review import Turn
from checker.trace.data import Place, Trace
from checker.verify.causes.decisive import Decisive, Role
from checker.verify.causes.dependence import of_protocol, place_of

UNNAMED = "somewhere"
"""A place of a trace that does not tell what stands there."""

RAISES = "raised"
MATTERS = ""
"""Kinds of turns: of the statement that raises a violation, and of one of which no more is to be said."""


@dataclass(frozen=True)
class Turning:
    """What a run turns on, in words that no line number is part of. The first that there is of: a stale load; a call that is
    answered so and not otherwise, with what stores the answer; the statements after which (or else before which) an event
    strikes; and else the statements without which the violation does not come about, with the property. A violation that the
    protocol raises turns on the statement that does it, too. turns: the same, with places in place of names."""

    words: tuple[str, ...]
    turns: tuple[Turn, ...] = field(default=(), compare=False)

    @property
    def identity(self) -> str:
        """A short digest."""
        return hashlib.sha256("\n".join(self.words).encode()).hexdigest()[:12]


def turning_of(trace: Trace, decisive: tuple[Decisive, ...]) -> Turning:
    """What the run turns on; two counterexamples are one cause if it is the same for both."""
    named = names(trace)
    turns = tuple(_turns(trace, decisive, named))
    return Turning(tuple(_word(turn, named) for turn in turns), turns)


def _word(turn: Turn, named: Mapping[Position, str]) -> str:
    if turn.position is None:
        return turn.kind
    name = named.get(turn.position, "" if turn.kind == RAISES else UNNAMED)
    return name if turn.kind == MATTERS else f"{turn.kind} {name}"


def _turns(trace: Trace, decisive: tuple[Decisive, ...], named: Mapping[Position, str]) -> Iterator[Turn]:
    def turns(kind: str, chosen: Iterable[Decisive]) -> Iterator[Turn]:
        by_name: dict[str, Position] = {}
        for place in _places(trace, chosen):
            by_name.setdefault(named.get(place, UNNAMED), place)
        return (Turn(kind, place) for place in by_name.values())

    if trace.violation.kind in RAISED and trace.steps and of_protocol(trace.steps[-1]):
        raised = [Turn(RAISES, place_of(trace.steps[-1]))]
    else:
        raised = []
    if stale := [one for one in decisive if one.role is Role.STALE]:
        yield from (*raised, *turns("stale", stale))
        return
    if choices := [one for one in decisive if one.role is Role.CHOICE and of_protocol(trace.steps[one.step])]:
        answered = [Turn(f"answer {trace.steps[one.step].name}") for one in choices]
        yield from (*raised, *answered, *turns("answered", choices), *turns("stores", _stores(trace, decisive, choices)))
        return
    for role in (Role.AFTER, Role.BEFORE):
        if bounds := [one for one in decisive if one.role is role]:
            yield from (*raised, *turns(role.name.lower(), bounds))
            return
    yield Turn(trace.violation.property)
    yield from _rest(trace, decisive, named)


def _rest(trace: Trace, decisive: tuple[Decisive, ...], named: Mapping[Position, str]) -> Iterator[Turn]:
    """The statements of the protocol without which it does not come about; if there are none, the events, and where it ends."""
    own = {p for p in _places(trace, decisive) if in_protocol(p)}
    if own:
        yield from (Turn(MATTERS, place) for place in sorted(own, key=lambda place: named.get(place, UNNAMED)))
        return
    yield from map(Turn, sorted({trace.steps[one.step].name for one in decisive}))
    yield Turn(MATTERS, trace.violation.position)


def _stores(trace: Trace, decisive: tuple[Decisive, ...], choices: list[Decisive]) -> list[Decisive]:
    """The first decisive write after each of the choices, of the same owner."""
    found = []
    for choice in choices:
        owner = trace.steps[choice.step].owner
        after = (one for one in decisive if one.role is Role.WRITE and one.step > choice.step)
        found += [one for one in after if trace.steps[one.step].owner == owner and of_protocol(trace.steps[one.step])][:1]
    return found


def _places(trace: Trace, chosen: Iterable[Decisive]) -> list[Position]:
    return [place_of(trace.steps[one.step]) for one in chosen]


def names(trace: Trace) -> dict[Position, str]:
    """What stands at each place that the trace names: routine, text, and which of those with this text it is."""
    places: tuple[Place, ...] = () if trace.origin is None else trace.origin.places
    return {place.position: f"{place.scope}: {place.text} #{place.number}" for place in places}
