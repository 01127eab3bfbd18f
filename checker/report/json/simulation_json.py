# SPDX-License-Identifier: GPL-2.0-only
"""The output of `stackproof simulate --format json`; docs/reference/formats.md describes it."""

from __future__ import annotations

from checker.report.json.check_json import verdict_json
from checker.report.json.translation_json import translation_json
from checker.result.simulation import Simulated
from checker.result.verdict import status_of

SCHEMA = "stackproof-simulate"
VERSION = 1


def simulation_json(run: Simulated) -> dict[str, object]:
    """All of one call."""
    w = run.walks
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "exit_status": status_of(run.kinds).value,
        "model": run.subject.model,
        "configuration": dict(run.subject.configuration.settings),
        "events": list(run.subject.configuration.events),
        "walks": w.asked,
        "depth": w.depth,
        "swarm": w.swarm,
        "seed": w.seed,
        "properties": [verdict_json(verdict) for verdict in run.verdicts],
        "statistics": {
            "walks": w.begun,
            "steps": w.steps,
            "longest": w.longest,
            "seconds": round(w.seconds, 3),
            "memory_bytes": w.memory,
        },
        "stopped": None if run.stopped is None else str(run.stopped),
        "error": None if run.error is None else verdict_json(run.error),
        "cuts": dict(run.cuts),
        "unreached": list(run.unreached),
        "notes": list(run.subject.remarks),
        "translation": translation_json(run.subject.translation),
    }
