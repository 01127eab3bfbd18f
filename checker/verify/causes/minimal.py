# SPDX-License-Identifier: GPL-2.0-only
"""Makes a counterexample smaller: fewer CPUs, tasks and other sizes, fewer events, then fewer context switches.

The search gives a shortest run of its configuration already. What is left is done here, within limits.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace

from checker.explicit.engines import Method
from checker.explicit.search.results import Limits
from checker.language.errors import ModelError, UsageError
from checker.language.tree import Position, Program
from checker.result.verdict import USUAL, Run, VerdictKind
from checker.trace.confirmation.build import Claim, Disagreement, build_trace
from checker.trace.confirmation.replay import replay
from checker.trace.data import Step, Trace
from checker.trace.machine import Transition
from checker.verify.causes.altered import Subject, subject_of
from checker.verify.causes.analysis import Analysis, analyse
from checker.verify.configuration import check_configuration
from checker.verify.request import Request

METHOD = Method("portable", reductions=frozenset({"pages", "symmetry"}))

MOST_SWAPS = 200
"""So many exchanges of neighbouring steps are tried."""


def minimal(request: Request, property: str, limits: Limits) -> Analysis | None:
    """The smallest counterexample of a property that is found from that of the request's configuration on, with the same
    cause: with one size less or one event less as long as that is possible, and then with its steps in an order with fewer
    context switches. None if there is none to begin with. limits: of each search. Every candidate is searched for and
    replayed."""
    best = _found(replace(request, properties=(property,)), property, limits)
    if best is None:
        return None
    smaller: tuple[Request, Analysis] | None = best
    while smaller is not None:
        best = smaller
        candidates = (_found(candidate, property, limits) for candidate in _smaller(best[0], best[1].run))
        turning = best[1].turning
        smaller = next((one for one in candidates if one is not None and one[1].turning == turning), None)
    found = best[1]
    shortest = fewer_switches(found.run.program, found.trace)
    return found if shortest is found.trace else analyse(found.run, found.verdict, shortest)


def _found(request: Request, property: str, limits: Limits) -> tuple[Request, Analysis] | None:
    try:
        run = check_configuration(request, METHOD, limits)
    except (ModelError, UsageError):  # no such size, or no such property without that event
        return None
    for verdict in run.verdicts:
        if verdict.property == property and verdict.kind is VerdictKind.VIOLATED and verdict.trace is not None:
            return request, analyse(run, verdict, verdict.trace)
    return None


def _smaller(request: Request, run: Run) -> Iterator[Request]:
    """The same configuration with one size less, or one event less. What has its usual value keeps it: another one would be
    something more to take in."""
    assert run.program is not None
    for parameter in run.program.parameters:
        if parameter.value == USUAL.get(parameter.name):
            continue
        if not parameter.names and isinstance(parameter.value, int) and parameter.value > parameter.low:
            yield replace(request, settings={**request.settings, parameter.name: parameter.value - 1})
    events = [event.name for event in run.program.events if event.enabled]
    for event in events:
        yield replace(request, events=tuple(other for other in events if other != event))


def switches(steps: Sequence[Step]) -> int:
    """How often a run goes from one context to another."""
    return sum(one.owner != other.owner for one, other in itertools.pairwise(steps))


def fewer_switches(program: Program | None, trace: Trace) -> Trace:
    """The trace with neighbouring steps exchanged where that makes for fewer context switches and the run ends in the same
    violation, as the replayer finds. Runs without end stay as they are."""
    if program is None or trace.cycle is not None or len(trace.steps) < 2:
        return trace
    subject = subject_of(program, trace, 0)
    order = list(range(len(trace.steps)))
    owners = [step.owner for step in trace.steps]
    best, tried, gained = trace, 0, True
    while gained:
        gained = False
        for first in range(len(order) - 2):
            for length in (1, 2, 3):
                other = order[:first] + order[first + length : first + length + 1] + order[first : first + length]
                other += order[first + length + 1 :]
                if len(other) != len(order) or _count(other, owners) >= _count(order, owners) or tried >= MOST_SWAPS:
                    continue
                tried += 1
                found = _in_that_order(subject, other)
                if found is not None:
                    best, order, gained = found, other, True
    return best


def _count(order: Sequence[int], owners: Sequence[str | None]) -> int:
    return sum(owners[one] != owners[other] for one, other in itertools.pairwise(order))


def _in_that_order(subject: Subject, order: Sequence[int]) -> Trace | None:
    """The trace with its steps in that order, if it is one of the same violation."""
    violation = subject.trace.violation
    schedule: list[Transition] = [subject.schedule.transitions[number] for number in order]
    position: Position = violation.position
    claim = Claim(violation.kind, violation.property, position, subject.binding)
    try:
        trace = build_trace(subject.program, schedule, claim, subject.schedule.initial).trace
    except Disagreement:
        return None
    same = (trace.violation.property, trace.violation.kind) == (violation.property, violation.kind)
    return trace if same and replay(subject.program, trace).ok else None
