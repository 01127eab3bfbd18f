# SPDX-License-Identifier: GPL-2.0-only
"""What `diff` found, as a document for every format."""

from __future__ import annotations

from collections.abc import Mapping

from checker.counting import counted
from checker.report.formats.document import Case, Document, Finding, Group, Level, Outcome, Since
from checker.result.comparison import Change, Comparison, Line

SINCE: Mapping[Change, Since | None] = {
    Change.NEW: Since.NEW,
    Change.UNKNOWN: None,
    Change.LONGER: Since.UPDATED,
    Change.STILL: Since.UNCHANGED,
    Change.FIXED: Since.ABSENT,
}
OUTCOMES: Mapping[Level, Outcome] = {
    Level.ERROR: Outcome.FAILED,
    Level.WARNING: Outcome.UNKNOWN,
    Level.NOTE: Outcome.PASSED,
}


def document_of(comparison: Comparison) -> Document:
    """A document with a finding for each property and cause. Only what got worse is an error, and what is not known any more a
    warning."""
    findings = [_finding(line) for line in comparison.lines]
    cases = [
        Case(
            f"{line.first.property} {line.first.cause}".strip(),
            OUTCOMES[finding.level],
            f"{line.change.value}: {finding.message}",
        )
        for line, finding in zip(comparison.lines, findings, strict=True)
    ]
    if comparison.held or not cases:
        cases.append(Case("satisfied on both sides", Outcome.PASSED, f"{comparison.held} verdicts"))
    findings += [
        Finding(Level.NOTE, "one-side-only", None, f"{one.configuration}: only of {one.side}: {one.why}")
        for one in comparison.only_one
    ]
    incomplete = "interrupted" if comparison.interrupted else ""
    group = Group(f"{comparison.old} -> {comparison.new}", tuple(cases))
    return Document("diff", comparison.status, (group,), tuple(findings), incomplete)


def _finding(line: Line) -> Finding:
    first = line.first
    level = Level.NOTE
    if line.worse:
        worse = {difference.change for difference in line.differences if difference.worse}
        level = Level.ERROR if Change.NEW in worse else Level.WARNING
    steps = ""
    if first.old is not None and first.new is not None and first.old != first.new:
        steps = f" ({first.old} -> {counted(first.new, 'step')})"
    reason = "".join(f"; {text}" for text in (first.through_text(), first.reason) if text)
    at = dict.fromkeys(f"{difference.change.value} at {difference.configuration}" for difference in line.differences)
    return Finding(
        level,
        first.property,
        first.position,
        f"{line.change.value}: {first.message}{steps}{reason}",
        details=tuple(text.removesuffix(" at ") for text in at),
        identity=first.cause,
        since=SINCE[line.change],
    )
