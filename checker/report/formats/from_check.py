# SPDX-License-Identifier: GPL-2.0-only
"""What `check` found, as a document for every format."""

from __future__ import annotations

from collections.abc import Mapping

from checker.counting import counted
from checker.language.tree import Position
from checker.report.formats.document import MODEL_ERROR, NOT_KNOWN, Case, Document, Finding, Group, Level, Outcome, Remark
from checker.result.review import Cause, Review
from checker.result.verdict import Run, Verdict, VerdictKind
from checker.trace.data import Trace

OUTCOMES: Mapping[VerdictKind, Outcome] = {
    VerdictKind.PROVED: Outcome.PASSED,
    VerdictKind.BOUNDED: Outcome.PASSED,
    VerdictKind.VIOLATED: Outcome.FAILED,
    VerdictKind.UNKNOWN: Outcome.UNKNOWN,
    VerdictKind.ERROR: Outcome.ERROR,
}


def document_of(review: Review) -> Document:
    """A document of all configurations, also of those that were not searched."""
    checked = review.checked
    stopped = "" if checked.stopped is None else str(checked.stopped)
    groups = [_group(run) for run in checked.runs]
    groups += [Group(f"{left}", (Case("all properties", Outcome.UNKNOWN, f"not searched: {stopped}"),)) for left in checked.left]
    findings = [_bug(cause) for cause in review.causes]
    findings += [_error(run, run.error) for run in checked.runs if run.error is not None]
    findings += _not_known(review)
    return Document("check", checked.status, tuple(groups), tuple(findings), stopped)


def came_from(trace: Trace, position: Position) -> str:
    """Where a line of a patch stands in the mail, as `rfc10.mbox:363`; else empty."""
    places = () if trace.origin is None else trace.origin.places
    return next((place.came_from for place in places if place.position == position and place.came_from), "")


def _group(run: Run) -> Group:
    cases = [Case(verdict.property, OUTCOMES[verdict.kind], verdict.detail) for verdict in run.verdicts]
    if run.error is not None:
        cases.append(Case(MODEL_ERROR, Outcome.ERROR, run.error.detail))
    return Group(str(run.subject), tuple(cases), run.statistics.seconds)


def _bug(cause: Cause) -> Finding:
    first = cause.symptoms[0]
    others = [name for name in cause.properties if name != first.property]
    at = dict.fromkeys(map(str, (cause.subject.configuration, *(symptom.configuration for symptom in cause.symptoms))))
    details = [
        f"{counted(len(cause.trace.steps), 'step')}; {line}" if number == 0 else f"also at {line}"
        for number, line in enumerate(at)
        if line
    ]
    if others:
        details.append(f"also violates {', '.join(others)}")
    return Finding(
        Level.ERROR,
        first.property,
        cause.position,
        f"{' '.join(cause.trace.violation.message.split())}{f'; {cause.why}' if cause.why else ''}",
        came_from(cause.trace, cause.position),
        tuple(Remark(note.position, note.text, note.step) for note in cause.notes),
        tuple(details),
        cause.identity,
        None,
        cause.trace,
        cause.decisive,
    )


def _error(run: Run, verdict: Verdict) -> Finding:
    trace = verdict.trace
    if trace is None:
        return Finding(Level.ERROR, MODEL_ERROR, Position(run.subject.model, 1, 1), verdict.detail)
    position = trace.violation.position
    return Finding(
        Level.ERROR, MODEL_ERROR, position, trace.violation.message, came_from(trace, position), (), (), "", None, trace
    )


def _not_known(review: Review) -> list[Finding]:
    """One finding for each reason why something is not known, with the properties and configurations that it is about."""
    reasons: dict[tuple[str, str], dict[str, dict[str, None]]] = {}
    for run in review.checked.runs:
        for verdict in run.verdicts:
            if verdict.kind is VerdictKind.UNKNOWN:
                where = reasons.setdefault((run.subject.model, verdict.detail), {})
                where.setdefault(verdict.property, {})[str(run.subject.configuration)] = None
    found = []
    for (model, reason), properties in reasons.items():
        at = dict.fromkeys(configuration for where in properties.values() for configuration in where if configuration)
        message = f"UNKNOWN({reason}): {', '.join(properties)}"
        found.append(
            Finding(Level.WARNING, NOT_KNOWN, Position(model, 1, 1), message, details=tuple(f"at {line}" for line in at))
        )
    left = review.checked.left
    if left:
        searched = review.checked.runs[0].subject.model if review.checked.runs else None
        message = f"{len(left)} of {counted(review.checked.asked, 'configuration')} were not searched: {review.checked.stopped}"
        at_model = None if searched is None else Position(searched, 1, 1)
        found.append(
            Finding(Level.WARNING, NOT_KNOWN, at_model, message, details=tuple(f"not searched: {asked}" for asked in left))
        )
    return found
