# SPDX-License-Identifier: GPL-2.0-only
"""What b4 reads of a check command of `b4 review` (review-perpatch-check-cmd, review-series-check-cmd): a JSON list of objects
with tool, status, summary, url and details."""

from __future__ import annotations

import json

from checker.counting import counted
from checker.report.formats.document import Document, Level, Outcome
from checker.report.formats.line import counted_levels, further, line, place, sentence

TOOL = "stackproof"
WORDS = {Level.ERROR: "fail", Level.WARNING: "warn", Level.NOTE: "pass"}


def b4(document: Document) -> str:
    """One object: b4 keeps one result of a tool for each patch, and details that are a JSON list are shown as a table."""
    levels = {finding.level for finding in document.findings}
    status = "fail" if Level.ERROR in levels else "warn" if Level.WARNING in levels or document.incomplete else "pass"
    passed = document.count(Outcome.PASSED)
    summary = counted_levels(document.findings) or f"nothing is violated ({counted(passed, 'verdict')})"
    if document.incomplete:
        summary += f"; incomplete: {line(document.incomplete)}"
    details = [
        {"status": WORDS[finding.level], "description": "; ".join([f"{place(finding)}: {sentence(finding)}", *further(finding)])}
        for finding in document.findings
    ]
    result = {"tool": TOOL, "status": status, "summary": summary, "url": "", "details": json.dumps(details) if details else ""}
    return json.dumps([result], indent=2) + "\n"
