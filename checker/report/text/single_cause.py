# SPDX-License-Identifier: GPL-2.0-only
"""A counterexample by itself, as the cause of nothing but its own violation: of an error in the model, or of a random walk."""

from __future__ import annotations

from checker.report.finding import finding_position
from checker.result.review import Cause, Symptom
from checker.result.verdict import Subject
from checker.trace.data import Trace

LAST = 4
"""Steps before the end that are told where nothing says which ones matter."""


def single_cause(subject: Subject, trace: Trace) -> Cause:
    """Its decisive steps are those that last wrote what the violation reads, the last event, and the last step; where it reads
    nothing, the last ones."""
    read = {cell for cell, _ in trace.violation.reads}
    count = len(trace.steps)
    last = {change.cell: number for number, step in enumerate(trace.steps, 1) for change in step.changes if change.cell in read}
    events = [number for number, step in enumerate(trace.steps, 1) if step.processor is None]
    steps = {*last.values(), *events[-1:], *([count] if count else [])}
    if not last:
        steps.update(range(max(1, count - LAST + 1), count + 1))
    symptom = Symptom(trace.violation.property, subject.configuration, count, trace.violation.message)
    return Cause("", subject, trace, finding_position(trace), tuple(sorted(steps)), (), "", (symptom,))
