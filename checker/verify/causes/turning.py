# SPDX-License-Identifier: GPL-2.0-only
"""What a counterexample turns on, which is what makes two of them one cause."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from checker.language.tree import Position
from checker.report.finding import RAISED, in_protocol
from checker.trace.data import Place, Step, Trace
from checker.verify.causes.decisive import Decisive, Role
from checker.verify.causes.dependence import of_protocol, place_of

UNNAMED = "somewhere"
"""A place of a trace that does not tell what stands there."""


@dataclass(frozen=True)
class Turning:
    """What a run turns on, in words that no line number is part of. The first that there is of: a write that an early return
    leaves out; a stale load; a call that is answered so and not otherwise; the statements after which (or else before which) an
    event strikes; and else the statements without which the violation does not come about, with the property. A violation that
    the protocol raises turns on the statement that does it, too. omits: whether it is what is not done."""

    words: tuple[str, ...]
    omits: bool = False

    @property
    def identity(self) -> str:
        """A short digest."""
        return hashlib.sha256("\n".join(self.words).encode()).hexdigest()[:12]


def turning_of(trace: Trace, decisive: tuple[Decisive, ...]) -> Turning:
    """What the run turns on; two counterexamples are one cause if it is the same for both."""
    named = names(trace)

    def words(kind: str, chosen: Iterable[Decisive]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(f"{kind} {named.get(p, UNNAMED)}" for p in _places(trace, chosen)))

    raised: tuple[str, ...] = ()
    if trace.violation.kind in RAISED and trace.steps and of_protocol(trace.steps[-1]):
        raised = (f"raised {named.get(place_of(trace.steps[-1]), '')}",)
    missed = [one.missed for one in decisive if one.missed is not None]
    if missed:
        return Turning((*raised, *dict.fromkeys(f"missed {one.routine.name}: {one.variable}" for one in missed)), True)
    stale = [one for one in decisive if one.role is Role.STALE]
    if stale:
        return Turning((*raised, *words("stale", stale)))
    choices = [one for one in decisive if one.role is Role.CHOICE and of_protocol(trace.steps[one.step])]
    if choices:
        answered = [f"answer {trace.steps[one.step].name}" for one in choices]
        return Turning((*raised, *answered, *words("answered", choices)))
    for role in (Role.AFTER, Role.BEFORE):
        bounds = [one for one in decisive if one.role is role]
        bounds = [one for one in bounds if _does_something(trace.steps[one.step])] or bounds
        if bounds:
            return Turning((*raised, *words(role.name.lower(), bounds)))
    return Turning((trace.violation.property, *_rest(trace, decisive, named)))


def _rest(trace: Trace, decisive: tuple[Decisive, ...], named: Mapping[Position, str]) -> tuple[str, ...]:
    """The statements of the protocol without which it does not come about; if there are none, the events, and where it ends."""
    own = {p for p in _places(trace, decisive) if in_protocol(p)}
    if own:
        return tuple(sorted(named.get(p, UNNAMED) for p in own))
    end = trace.violation.position
    events = sorted({trace.steps[one.step].name for one in decisive})
    return (*events, named.get(end, UNNAMED))


def _does_something(step: Step) -> bool:
    """Else an event that must not come before it only has to wait until its own conditions hold."""
    return bool(step.reads or step.changes)


def _places(trace: Trace, chosen: Iterable[Decisive]) -> list[Position]:
    return [place_of(trace.steps[one.step]) for one in chosen]


def names(trace: Trace) -> dict[Position, str]:
    """What stands at each place that the trace names: routine, text, and which of those with this text it is."""
    places: tuple[Place, ...] = () if trace.origin is None else trace.origin.places
    return {place.position: f"{place.scope}: {place.text} #{place.number}" for place in places}
