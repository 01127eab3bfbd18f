# SPDX-License-Identifier: GPL-2.0-only
"""The output of `stackproof check --format json`; docs/reference/formats.md describes it."""

from __future__ import annotations

from checker.report.json.translation_json import translation_json
from checker.result.review import Cause, Review
from checker.result.verdict import Run, Verdict, VerdictKind
from checker.trace.store import trace_to_json

SCHEMA = "stackproof-check"
VERSION = 1


def check_json(review: Review) -> dict[str, object]:
    """All of one call. Where one configuration was asked for, what is said of it also stands at the top."""
    checked = review.checked
    listed = [_run(run) for run in checked.runs]
    top: dict[str, object] = {"schema": SCHEMA, "version": VERSION, "exit_status": checked.status.value}
    if checked.asked == 1 and listed:
        top |= listed[0]
    left = [
        {"configuration": dict(asked.settings), "events": None if asked.events is None else list(asked.events)}
        for asked in checked.left
    ]
    return top | {
        "stopped": None if checked.stopped is None else str(checked.stopped),
        "not_searched": left,
        "causes": [_cause(cause) for cause in review.causes],
        "runs": listed,
    }


def _cause(cause: Cause) -> dict[str, object]:
    """One distinct bug. Its trace is that of the first symptom, in `runs`."""
    symptoms = [
        {
            "property": symptom.property,
            "configuration": dict(symptom.configuration.settings),
            "events": list(symptom.configuration.events),
            "length": symptom.length,
            "message": symptom.message,
        }
        for symptom in cause.symptoms
    ]
    return {
        "identity": cause.identity,
        "position": str(cause.position),
        "why": cause.why or None,
        "decisive": list(cause.decisive),
        "notes": [{"position": str(note.position), "step": note.step, "text": note.text} for note in cause.notes],
        "symptoms": symptoms,
    }


def _run(run: Run) -> dict[str, object]:
    s = run.statistics
    return {
        "model": run.subject.model,
        "configuration": dict(run.subject.configuration.settings),
        "events": list(run.subject.configuration.events),
        "reduce": ",".join(run.reductions) or "none",
        "dropped_reductions": dict((*run.dropped, *run.unused)),
        "omission_probability": run.omission,
        "engine": run.engine,
        "remark": run.remark,
        "properties": [verdict_json(verdict) | {"shortest": verdict.shortest} for verdict in run.verdicts],
        "statistics": {
            "states": s.states,
            "initial_states": run.initials,
            "transitions": s.transitions,
            "depth": s.depth,
            "seconds": round(s.seconds, 3),
            "frontier": s.frontier,
            "memory_bytes": s.memory,
        },
        "stopped": None if run.stopped is None else str(run.stopped),
        "error": None if run.error is None else verdict_json(run.error),
        "cuts": dict(run.cuts),
        "outside": dict(run.outside),
        "unreached": list(run.unreached),
        "notes": list(run.subject.remarks),
        "translation": translation_json(run.subject.translation),
    }


def verdict_json(verdict: Verdict) -> dict[str, object]:
    """The verdict on one property."""
    fairly = f", under fairness: {'; '.join(verdict.fairness)}" if verdict.fairness else ""
    held = verdict.kind in (VerdictKind.BOUNDED, VerdictKind.PROVED)
    return {
        "id": verdict.property,
        "verdict": verdict.kind.value,
        "bound": verdict.detail + fairly if held else None,
        "message": None if held else verdict.detail,
        "fairness": list(verdict.fairness),
        "length": len(verdict.trace.steps) if verdict.trace is not None else None,
        "trace": trace_to_json(verdict.trace) if verdict.trace is not None else None,
    }
