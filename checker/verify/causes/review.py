# SPDX-License-Identifier: GPL-2.0-only
"""Groups the violations of a check by cause."""

from __future__ import annotations

import hashlib

from checker.language.tree import Position
from checker.result.checked import Checked
from checker.result.review import Cause, Note, Review, Symptom
from checker.result.verdict import Run, Verdict, VerdictKind
from checker.trace.data import Step, Trace


def review_of(checked: Checked) -> Review:
    """The causes of the violations of a check, the first found first."""
    groups: dict[str, list[tuple[Run, Verdict, tuple[Note, ...]]]] = {}
    for run in checked.runs:
        for verdict in run.verdicts:
            if verdict.kind is VerdictKind.VIOLATED and verdict.trace is not None:
                notes = writers(verdict.trace)
                groups.setdefault(_identity(verdict.trace, notes), []).append((run, verdict, notes))
    return Review(checked, tuple(_cause(identity, members) for identity, members in groups.items()))


def writers(trace: Trace) -> tuple[Note, ...]:
    """The last step that wrote each cell that the violation reads, in the order in which they ran."""
    last: dict[str, Note] = {}
    read = {cell for cell, _ in trace.violation.reads}
    for number, step in enumerate(trace.steps, 1):
        for change in step.changes:
            if change.cell in read:
                last[change.cell] = Note(_place(step), number, f"writes {change.cell}: {change.before} -> {change.after}")
    return tuple(sorted(last.values(), key=lambda note: note.step))


def _place(step: Step) -> Position:
    return step.activations[-1].position if step.activations else step.at


def _identity(trace: Trace, notes: tuple[Note, ...]) -> str:
    names = (
        {place.position: f"{place.scope} {place.text} {place.number}" for place in trace.origin.places} if trace.origin else {}
    )
    words = [trace.violation.property, *(names.get(note.position, str(note.position)) for note in notes)]
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:12]


def _cause(identity: str, members: list[tuple[Run, Verdict, tuple[Note, ...]]]) -> Cause:
    run, verdict, notes = members[0]
    assert verdict.trace is not None
    symptoms = tuple(
        Symptom(v.property, r.subject.configuration, len(v.trace.steps), v.detail) for r, v, _ in members if v.trace is not None
    )
    position = notes[-1].position if notes else verdict.trace.violation.position
    decisive = tuple(dict.fromkeys(note.step for note in notes))
    return Cause(identity, run.subject, verdict.trace, position, decisive, notes, "", symptoms)
