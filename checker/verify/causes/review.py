# SPDX-License-Identifier: GPL-2.0-only
"""Groups the violations of a check by cause."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from checker.language.tree import Program
from checker.result.checked import Checked
from checker.result.review import Cause, Note, Review, Symptom
from checker.result.verdict import Run, Verdict, VerdictKind
from checker.trace.data import Trace
from checker.verify.causes.altered import subject_of
from checker.verify.causes.decisive import Decisive, Role, decisive_steps
from checker.verify.causes.dependence import of_protocol, writers
from checker.verify.causes.notes import notes_of, telling_position
from checker.verify.causes.turning import Turning, turning_of

MACHINE_STEPS = 20_000
"""How many steps the machine runs for one counterexample at most: about two seconds."""


@dataclass(frozen=True)
class Analysis:
    """A violation, looked at. decisive: in order."""

    run: Run
    verdict: Verdict
    trace: Trace
    decisive: tuple[Decisive, ...]
    turning: Turning


def review_of(checked: Checked, steps: int = MACHINE_STEPS) -> Review:
    """The causes of the violations of a check, the first found first. steps: how many the machine may run for each
    counterexample. Without the program (Run.program), it is only looked at who wrote what the violation reads."""
    known: dict[tuple[object, ...], tuple[Decisive, ...]] = {}
    found = []
    for run in checked.runs:
        for verdict in run.verdicts:
            if verdict.kind is VerdictKind.VIOLATED and verdict.trace is not None:
                trace = verdict.trace
                key = trace.steps, trace.violation, trace.cycle
                if key not in known:
                    known[key] = find_decisive(run.program, trace, steps)
                found.append(Analysis(run, verdict, trace, known[key], turning_of(trace, known[key])))
    return Review(checked, tuple(map(_cause, grouped(found))))


def grouped(found: list[Analysis]) -> list[list[Analysis]]:
    """Those of one cause together: that turn on the same, or of which one's run begins with the whole run of the other."""
    groups: list[list[Analysis]] = []
    for one in found:
        same = [group for group in groups if any(_is_same(one, other) for other in group)]
        joined = [*(other for group in same for other in group), one]
        first = min((groups.index(group) for group in same), default=len(groups))
        groups = [group for group in groups if group not in same]
        groups.insert(first, joined)
    return groups


def _is_same(one: Analysis, other: Analysis) -> bool:
    if one.turning == other.turning:
        return True
    shorter, longer = sorted((one.trace, other.trace), key=lambda trace: len(trace.steps))
    if not shorter.steps or shorter.cycle is not None or shorter.initial != longer.initial:
        return False
    return longer.steps[: len(shorter.steps)] == shorter.steps


def find_decisive(program: Program | None, trace: Trace, steps: int = MACHINE_STEPS) -> tuple[Decisive, ...]:
    """The decisive steps of a counterexample. None of a violation in the initial state."""
    if not trace.steps:
        return ()
    found: tuple[Decisive, ...] = ()
    if program is not None:
        try:
            found = decisive_steps(subject_of(program, trace, steps))
        except ValueError:  # the model's text has changed since
            program = None
    if program is None or not found:
        direct = [step for step, hands in writers(trace) if hands == 0]
        own = [step for step in direct if of_protocol(trace.steps[step])]
        found = tuple(Decisive(step, Role.WRITE) for step in sorted(own or direct))
    return found or (Decisive(len(trace.steps) - 1, Role.WRITE),)


def _cause(members: list[Analysis]) -> Cause:
    best = min(members, key=_cost)
    members = [best, *(one for one in members if one is not best)]
    symptoms = tuple(
        Symptom(one.verdict.property, one.run.subject.configuration, len(one.trace.steps), one.verdict.detail) for one in members
    )
    notes: tuple[Note, ...] = notes_of(best.run.program, best.trace, best.decisive)
    position = telling_position(best.trace, best.decisive)
    decisive = tuple(one.step + 1 for one in best.decisive)
    why = _why(best.run.program, best.verdict.property)
    return Cause(best.turning.identity, best.run.subject, best.trace, position, decisive, notes, why, symptoms)


def _cost(one: Analysis) -> tuple[int, ...]:
    """What a reader has to take in: first sizes, then events, context switches and steps."""
    sizes = sum(value for _, value in one.trace.settings if isinstance(value, int))
    owners = [step.owner for step in one.trace.steps]
    switches = sum(before != after for before, after in itertools.pairwise(owners))
    return sizes, len(one.trace.events), len(one.decisive), switches, len(one.trace.steps)


def _why(program: Program | None, name: str) -> str:
    """The first sentence of what a property says it is for."""
    if program is None or name not in program.properties:
        return ""
    return re.split(r"(?<=[.!?]) (?=[A-Z])", program.properties[name].why, maxsplit=1)[0]
