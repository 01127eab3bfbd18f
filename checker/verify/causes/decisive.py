# SPDX-License-Identifier: GPL-2.0-only
"""The decisive steps of a counterexample: those that it cannot do without, found by taking each away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from checker.report.finding import RAISED
from checker.trace.data import Trace
from checker.verify.causes.altered import Alteration, Late, Subject, TooMuch, comes_about
from checker.verify.causes.answers import goes_well
from checker.verify.causes.dependence import Load, of_protocol, stale_loads, writers
from checker.verify.causes.missed import Missed, missed_writes
from checker.verify.causes.visits import Anatomy, anatomy_of


class Role(Enum):
    """What a decisive step contributes: without it, or with it done otherwise, the run does not end in the violation."""

    EVENT = "the event does not happen"
    CHOICE = "something else is chosen"
    MISSED = "the routine that returns with it first does what it does elsewhere at its end"
    STALE = "it loads what the cell holds later"
    WRITE = "it writes nothing"
    AFTER = "the event that follows it happens before it"
    BEFORE = "the event that comes before it happens after it"
    END = "the run ends before it"


@dataclass(frozen=True)
class Decisive:
    """A decisive step, from 0. event: the action that it bounds. load: what is stale. missed: what is left out. hands: how many
    hands what it writes goes through until the violation reads it."""

    step: int
    role: Role
    event: int | None = None
    load: Load | None = None
    missed: Missed | None = None
    hands: int = 0


MOST = 8
"""As many steps as a reader takes in at a glance."""

ENOUGH = 6
"""With as many, what the violation reads through other hands is not looked for any more."""

FARTHEST = 12
"""How far an event is moved to find out between which steps it has to happen."""


@dataclass
class _Found:
    subject: Subject
    anatomy: Anatomy
    steps: dict[int, Decisive] = field(default_factory=dict)

    def add(self, one: Decisive) -> None:
        self.steps.setdefault(one.step, one)


def decisive_steps(subject: Subject) -> tuple[Decisive, ...]:
    """In the order in which they run. If the budget is used up, those that were found until then."""
    found = _Found(subject, anatomy_of(subject))
    searches: tuple[Callable[[_Found], None], ...] = (_missed, _end, _events, _choices, _loads, _nearest, _windows, _farther)
    try:
        for search in searches:
            search(found)
    except TooMuch:
        pass
    return tuple(sorted(found.steps.values(), key=lambda one: one.step))


def _all(subject: Subject) -> tuple[int, ...]:
    return tuple(range(len(subject.trace.steps)))


def _missed(found: _Found) -> None:
    """Returns that leave out a write at the end of their routine."""
    for missed in missed_writes(found.subject.program, found.subject.trace, found.anatomy):
        late = Late(missed.routine, missed.statement, missed.arguments, missed.before)
        if not comes_about(found.subject, Alteration(_all(found.subject), late={missed.step: late})):
            found.add(Decisive(missed.step, Role.MISSED, missed=missed))


def _end(found: _Found) -> None:
    """The last step, where it is what makes the condition fail."""
    trace = found.subject.trace
    read = {cell for cell, _ in trace.violation.reads}
    last = trace.steps[-1]
    tells = trace.violation.kind != "invariant" or not read or any(change.cell in read for change in last.changes)
    if trace.cycle is None and tells and not comes_about(found.subject, Alteration(_all(found.subject)[:-1])):
        found.add(Decisive(len(trace.steps) - 1, Role.END))


def _events(found: _Found) -> None:
    for action, visit in found.anatomy.visits.items():
        order = tuple(number for number in _all(found.subject) if number not in visit)
        if not comes_about(found.subject, Alteration(order)):
            found.add(Decisive(action, Role.EVENT))


def _choices(found: _Found) -> None:
    for step, others in found.anatomy.others.items():
        if goes_well(found.subject.trace.steps[step]):
            continue
        altered = (Alteration(_all(found.subject), choices={step: other}) for other in others)
        if others and not any(comes_about(found.subject, one) for one in altered):
            found.add(Decisive(step, Role.CHOICE))
            stored = _next_write(found.subject.trace, step)
            if stored is not None and of_protocol(found.subject.trace.steps[step]):
                _writes(found, [(stored, 0)], MOST)


def _next_write(trace: Trace, step: int) -> int | None:
    """The next step of the same owner in which the protocol writes something."""
    owner = trace.steps[step].owner
    rest = range(step + 1, len(trace.steps))
    return next(
        (n for n in rest if trace.steps[n].owner == owner and trace.steps[n].changes and of_protocol(trace.steps[n])), None
    )


def _loads(found: _Found) -> None:
    for load in stale_loads(found.subject.program, found.subject.trace, found.anatomy):
        shown = {load.step: {load.cell: load.later}}
        if not comes_about(found.subject, Alteration(_all(found.subject), shown=shown)):
            found.add(Decisive(load.step, Role.STALE, load=load))


def _nearest(found: _Found) -> None:
    """The writes that the violation itself reads, those of the protocol first."""
    near = [(step, hands) for step, hands in writers(found.subject.trace) if hands == 0]
    for own in (True, False):
        begun = min(found.steps, default=0)  # what the kernel does before that only sets the scene
        chosen = [one for one in near if of_protocol(found.subject.trace.steps[one[0]]) is own and (own or one[0] > begun)]
        _writes(found, chosen, MOST if own else ENOUGH)


def _farther(found: _Found) -> None:
    """Writes of the protocol that it reads through other hands, until there are enough."""
    rest = sorted((hands, step) for step, hands in writers(found.subject.trace) if hands > 0)
    _writes(found, [(step, hands) for hands, step in rest if of_protocol(found.subject.trace.steps[step])], ENOUGH)


def _writes(found: _Found, candidates: list[tuple[int, int]], most: int) -> None:
    for step, hands in candidates:
        if len(found.steps) >= most:
            return
        if step in found.steps or _raises(found.subject.trace, step):
            continue
        if not comes_about(found.subject, Alteration(_all(found.subject), undone=frozenset({step}))):
            found.add(Decisive(step, Role.WRITE, hands=hands))


def _raises(trace: Trace, step: int) -> bool:
    return step == len(trace.steps) - 1 and trace.violation.kind in RAISED


# --- between which steps an event has to happen ---------------------------------------------------------------------------


def _windows(found: _Found) -> None:
    """For each event that interrupts something: the last step that has to come before it, the first that has to come after."""
    for action, visit in found.anatomy.visits.items():
        if action not in found.steps or not _strikes(found.subject, action):
            continue
        rest = [number for number in _all(found.subject) if number not in visit]
        place = sum(number < action for number in rest)
        earlier = _farthest(found, rest, visit, range(place - 1, max(place - 1 - FARTHEST, -1), -1))
        nested = action in found.anatomy.inside and _strikes(found.subject, found.anatomy.inside[action])
        if earlier is not None and not (nested and not of_protocol(found.subject.trace.steps[rest[earlier]])):
            found.add(Decisive(rest[earlier], Role.AFTER, event=action))
        later = _farthest(found, rest, visit, range(place + 1, min(place + 1 + FARTHEST, len(rest) + 1)))
        if later is not None and not (nested and not of_protocol(found.subject.trace.steps[rest[later - 1]])):
            found.add(Decisive(rest[later - 1], Role.BEFORE, event=action))


def _strikes(subject: Subject, action: int) -> bool:
    """Whether an event comes from outside, so that it could as well have come a step earlier or later."""
    return subject.program.actions[subject.schedule.transitions[action].action].interrupt


def _farthest(found: _Found, rest: list[int], visit: tuple[int, ...], places: range) -> int | None:
    """The first of these places at which the event with all it brings does not lead to the violation any more."""
    for place in places:
        if not comes_about(found.subject, Alteration((*rest[:place], *visit, *rest[place:]))):
            return place
    return None
