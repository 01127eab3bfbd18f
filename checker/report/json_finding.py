# SPDX-License-Identifier: GPL-2.0-only
"""A counterexample as one finding of `check --format json`."""

from __future__ import annotations

from checker.report.finding import finding_position, headline
from checker.trace.data import Trace
from checker.trace.store import trace_to_json


def json_finding(trace: Trace, replay: str | None = None) -> dict[str, object]:
    """The finding as an object for `json.dumps`.

    What a tool needs to place it (file, line, severity, property, message) stands at the top; `text` is the first line
    of the text report. `trace` is the very object that a trace file holds, so that it can be saved and replayed as it
    is. replay: the command that replays it; null where there is none.
    """
    position = finding_position(trace)
    return {
        "file": position.file,
        "line": position.line,
        "severity": "error",
        "property": trace.violation.property,
        "message": trace.violation.message,
        "text": headline(trace),
        "steps": len(trace.steps),
        "replay": replay,
        "trace": trace_to_json(trace),
    }
