# SPDX-License-Identifier: GPL-2.0-only
"""Groups the violations of a check by cause."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Sequence
from dataclasses import replace

from checker.explicit.search.results import Limits
from checker.language.tree import Program
from checker.result.checked import Checked
from checker.result.review import Cause, Note, Review, Symptom
from checker.result.verdict import Configuration, VerdictKind
from checker.verify.causes.analysis import MACHINE_STEPS, Analysis, analyse
from checker.verify.causes.further import Further, further_causes
from checker.verify.causes.minimal import minimal
from checker.verify.causes.notes import notes_of
from checker.verify.causes.telling import telling_position, telling_steps
from checker.verify.request import Request


def review_of(checked: Checked, steps: int = MACHINE_STEPS) -> Review:
    """The causes of the violations of a check, the first found first. steps: how many the machine may run for each
    counterexample. Without the program (Run.program), it is only looked at who wrote what the violation reads."""
    return Review(checked, causes_of(_analyses(checked, steps)))


def review_with_further(
    checked: Checked, requests: Sequence[Request], most: int, limits: Limits, steps: int = MACHINE_STEPS
) -> Review:
    """The same, and up to `most` causes of each property in each configuration, where it is violated in a state or by a step.
    requests: those of the runs, in their order. limits: seconds in all, states of each of these searches, which the portable
    engine does. Review.remarks says of each whether there are no more. Raises Disagreement, as check_configuration."""
    begun = time.monotonic()
    found = _analyses(checked, steps)
    ends: list[tuple[str, Configuration, Further]] = []
    for run, request in zip(checked.runs, requests, strict=False):
        for verdict in run.verdicts:
            if verdict.kind is not VerdictKind.VIOLATED or verdict.trace is None or verdict.trace.cycle is not None:
                continue
            if ends and ends[-1][-1].interrupted:
                break
            known = [one for one in found if (one.run.subject, one.verdict.property) == (run.subject, verdict.property)]
            rest = limits.later(time.monotonic() - begun)
            further = further_causes(request, run, verdict.property, known, most - len(known), rest, steps)
            found += further.found
            ends.append((verdict.property, run.subject.configuration, further))
    causes = causes_of(found)
    return Review(checked, causes, tuple(_remark(causes, *end) for end in ends))


def _remark(causes: Sequence[Cause], property: str, configuration: Configuration, further: Further) -> str:
    per_cause = [{(s.property, s.configuration) for s in cause.symptoms} for cause in causes]
    count = sum((property, configuration) in symptoms for symptoms in per_cause)
    ended = "no other shows before one of these" if further.complete else f"there may be others: {further.why}"
    return f"{property}{configuration.at}: {count} cause{'' if count == 1 else 's'}, {ended}"


def _analyses(checked: Checked, steps: int) -> list[Analysis]:
    return [
        analyse(run, verdict, verdict.trace, steps)
        for run in checked.runs
        for verdict in run.verdicts
        if verdict.kind is VerdictKind.VIOLATED and verdict.trace is not None
    ]


def causes_of(found: Sequence[Analysis]) -> tuple[Cause, ...]:
    """The causes of violations that were looked at."""
    return tuple(map(_cause, grouped(list(found))))


def grouped(found: list[Analysis]) -> list[list[Analysis]]:
    """Those of one cause together: that turn on the same, or of which one's run begins with the whole run of the other. But what
    a run leaves undone is no consequence of what it did before."""
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
    if one.turning.omits != other.turning.omits:
        return False
    shorter, longer = sorted((one.trace, other.trace), key=lambda trace: len(trace.steps))
    if not shorter.steps or shorter.cycle is not None or shorter.initial != longer.initial:
        return False
    return longer.steps[: len(shorter.steps)] == shorter.steps


def with_minimal(review: Review, requests: Sequence[Request], limits: Limits) -> Review:
    """The same, each cause with the smallest run to it that is found (minimal.py). requests: those of the runs, in their order.
    limits: seconds in all, states of each of these searches. Raises Disagreement, as check_configuration."""
    begun = time.monotonic()
    asked = [(run.subject.configuration, request) for run, request in zip(review.checked.runs, requests, strict=False)]
    causes = []
    for cause in review.causes:
        request = next(request for configuration, request in asked if configuration == cause.subject.configuration)
        found = minimal(request, cause.properties[0], limits.later(time.monotonic() - begun))
        same = found is not None and found.turning.identity == cause.identity
        causes.append(_told(found, cause.symptoms) if found is not None and same else cause)
    return replace(review, causes=tuple(causes))


def _cause(members: list[Analysis]) -> Cause:
    best = min(members, key=_cost)
    members = [best, *(one for one in members if one is not best)]
    return _told(best, tuple(map(_symptom, members)))


def _symptom(one: Analysis) -> Symptom:
    configuration = one.run.subject.configuration
    return Symptom(one.verdict.property, configuration, len(one.trace.steps), one.verdict.detail, one.turning.turns)


def _told(best: Analysis, symptoms: tuple[Symptom, ...]) -> Cause:
    """The cause as this run tells it."""
    notes: tuple[Note, ...] = notes_of(best.trace, best.decisive)
    position = telling_position(best.run.program, best.trace, best.decisive)
    decisive = tuple(one.step + 1 for one in best.decisive)
    why = _why(best.run.program, best.verdict.property)
    telling = telling_steps(best.run.program, best.trace, best.decisive, notes)
    return Cause(best.turning.identity, best.run.subject, best.trace, position, decisive, notes, why, symptoms, telling)


def _cost(one: Analysis) -> tuple[int, ...]:
    """What a reader has to take in: first events, then sizes, context switches and steps."""
    sizes = sum(value for _, value in one.trace.settings if isinstance(value, int))
    owners = [step.owner for step in one.trace.steps]
    switches = sum(before != after for before, after in itertools.pairwise(owners))
    return len(one.trace.events), sizes, one.trace.cycle is not None, len(one.decisive), switches, len(one.trace.steps)


def _why(program: Program | None, name: str) -> str:
    """The first sentence of what a property says it is for."""
    if program is None or name not in program.properties:
        return ""
    return re.split(r"(?<=[.!?]) (?=[A-Z])", program.properties[name].why, maxsplit=1)[0]
