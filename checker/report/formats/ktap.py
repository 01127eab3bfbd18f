# SPDX-License-Identifier: GPL-2.0-only
"""KTAP, version 1, the kernel's test protocol (Documentation/dev-tools/ktap.rst): a test for each configuration, with a subtest
for each property."""

from __future__ import annotations

from checker.report.formats.document import Case, Document, Group, Outcome
from checker.report.formats.line import counted_levels, further, line, place, sentence

VERSION = "KTAP version 1"
INDENT = "  "
"""Of a subtest."""


def ktap(document: Document) -> str:
    """The document as KTAP. What is not known is skipped, with the reason; the exit status still tells it from what passed."""
    lines = [VERSION, f"1..{len(document.groups)}"]
    for number, group in enumerate(document.groups, 1):
        lines += _group(number, group)
    for finding in document.findings:
        lines.append(f"# {place(finding)}: {finding.level.value}: {sentence(finding)}")
        lines += [f"#   {text}" for text in further(finding)]
    totals = {"pass": Outcome.PASSED, "skip": Outcome.UNKNOWN}
    failed = document.count(Outcome.FAILED) + document.count(Outcome.ERROR)
    counts = {word: document.count(outcome) for word, outcome in totals.items()}
    total = counts["pass"] + counts["skip"] + failed
    lines.append(f"# Totals: pass:{counts['pass']} fail:{failed} skip:{counts['skip']} total:{total}")
    if counted_levels(document.findings):
        lines.append(f"# {counted_levels(document.findings)}")
    if document.incomplete:
        lines.append(f"# incomplete: {line(document.incomplete)}")
    return "\n".join(lines) + "\n"


def _group(number: int, group: Group) -> list[str]:
    lines = [f"{INDENT}{VERSION}", f"{INDENT}# Subtest: {_name(group.name)}", f"{INDENT}1..{len(group.cases)}"]
    for index, case in enumerate(group.cases, 1):
        if case.outcome in (Outcome.FAILED, Outcome.ERROR):
            lines.append(f"{INDENT}# {line(case.detail)}")
        lines.append(f"{INDENT}{_result(index, case.name, case.outcome, case)}")
    return [*lines, _result(number, group.name, group.outcome)]


def _result(number: int, name: str, outcome: Outcome, case: Case | None = None) -> str:
    ok = "ok" if outcome in (Outcome.PASSED, Outcome.UNKNOWN) else "not ok"
    why = f" # SKIP {_name(case.detail) if case is not None else 'not known'}" if outcome is Outcome.UNKNOWN else ""
    return f"{ok} {number} {_name(name)}{why}"


def _name(text: str) -> str:
    """A name or a reason: # would begin a directive, and a dash at the beginning would be taken for the line's own."""
    return line(text).replace("#", "\\x23").lstrip("- ") or "unnamed"
