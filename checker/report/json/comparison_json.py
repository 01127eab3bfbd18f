# SPDX-License-Identifier: GPL-2.0-only
"""The output of `stackproof diff --format json`; docs/reference/formats.md describes it."""

from __future__ import annotations

from checker.result.comparison import Comparison, Difference, Line
from checker.result.verdict import Configuration

SCHEMA = "stackproof-diff"
VERSION = 1


def comparison_json(comparison: Comparison) -> dict[str, object]:
    """All of one call."""
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "exit_status": comparison.status.value,
        "old": comparison.old,
        "new": comparison.new,
        "compared": comparison.compared,
        "held": comparison.held,
        "interrupted": comparison.interrupted,
        "searches": comparison.searches,
        "cached": comparison.cached,
        "lines": [_line(line) for line in comparison.lines],
        "only_one": [{**_configuration(only.configuration), "side": only.side, "why": only.why} for only in comparison.only_one],
        "notes": list(comparison.notes),
    }


def _line(line: Line) -> dict[str, object]:
    first = line.first
    return {
        "change": line.change.value,
        "worse": line.worse,
        "property": first.property,
        "cause": first.cause,
        "file": first.position.file,
        "line": first.position.line,
        "column": first.position.column,
        "message": first.message,
        "configurations": [_difference(difference) for difference in line.differences],
    }


def _difference(difference: Difference) -> dict[str, object]:
    return {
        **_configuration(difference.configuration),
        "change": difference.change.value,
        "worse": difference.worse,
        "old_length": difference.old,
        "new_length": difference.new,
        "reason": difference.reason,
        "through": [{"old": f"{old.file}:{old.line}", "new": f"{new.file}:{new.line}"} for old, new in difference.through],
    }


def _configuration(configuration: Configuration) -> dict[str, object]:
    return {"configuration": dict(configuration.settings), "events": list(configuration.events)}
