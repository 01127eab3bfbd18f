# SPDX-License-Identifier: GPL-2.0-only
"""The output of `stackproof mutate --format json`; docs/reference/formats.md describes it."""

from __future__ import annotations

from checker.result.mutation import Fate, MutantResult, MutationReport, Reference

SCHEMA = "stackproof-mutate"
VERSION = 1


def mutation_json(report: MutationReport) -> dict[str, object]:
    """All of one call."""
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "exit_status": report.status.value,
        "model": report.model,
        "interrupted": report.interrupted,
        "seconds": round(report.seconds, 3),
        "configurations": [_reference(reference) for reference in report.references],
        "mutants": [_mutant(result) for result in report.results],
        "stale_waivers": [{"mutant": s.mutant, "file": s.file, "line": s.line, "message": s.why} for s in report.stale],
    }


def _reference(reference: Reference) -> dict[str, object]:
    o = reference.outcome
    return {
        "configuration": dict(reference.configuration.settings),
        "events": list(reference.configuration.events),
        "reduce": ",".join(o.reductions) or "none",
        "states": o.states,
        "transitions": o.transitions,
        "depth": o.depth,
        "violated": dict(o.violated),
        "judged": list(reference.judged),
        "unjudged": dict(reference.unjudged),
        "incomplete": reference.incomplete,
    }


def _mutant(result: MutantResult) -> dict[str, object]:
    return {
        "name": result.name,
        "kind": result.kind,
        "file": result.position.file,
        "line": result.position.line,
        "outcome": result.fate.value,
        "property": result.property,
        "length": result.length,
        "configuration": result.configuration,
        "message": result.detail,
        "told_apart": bool(result.differences) if result.fate is Fate.SURVIVED else None,
        "differences": [{"configuration": number, "message": what} for number, what in result.differences.items()],
        "waived": result.waived,
    }
