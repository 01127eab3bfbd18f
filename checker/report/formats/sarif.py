# SPDX-License-Identifier: GPL-2.0-only
"""SARIF 2.1.0 (OASIS, Static Analysis Results Interchange Format), as GitHub's code scanning and editors read it.

A finding is a result; its run is a code flow with one thread flow for each CPU, the number of a step being its executionOrder.
`partialFingerprints` has the identity of the cause, so that a bug is the same one after lines moved.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from urllib.parse import quote

from checker.counting import counted
from checker.language.tree import Position
from checker.report.finding import columns
from checker.report.formats.document import Document, Finding, Since
from checker.report.formats.line import line, sentence
from checker.report.told import told_trace
from checker.result.verdict import Status
from checker.trace.data import Step, Trace

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
FINGERPRINT = "stackproofCause/v1"
BASE = "%SRCROOT%"
"""The folder that relative addresses are in: who reads the file knows which one."""
ELSEWHERE = "kernel"
"""The thread flow of the steps that are on no CPU."""

_SINCE = {since: since.value for since in Since}
_FAILED = (Status.USAGE, Status.INTERNAL)


def sarif(document: Document) -> str:
    """The document as JSON, in ASCII."""
    rules = list(dict.fromkeys(finding.rule for finding in document.findings))
    run = {
        "tool": {
            "driver": {
                "name": "stackproof",
                "semanticVersion": _version(),
                "rules": [{"id": line(rule) or "unnamed", "name": line(rule) or "unnamed"} for rule in rules],
            }
        },
        "invocations": [_invocation(document)],
        "results": [_result(finding, rules.index(finding.rule)) for finding in document.findings],
        "columnKind": "unicodeCodePoints",
        "properties": {"command": document.command, "incomplete": line(document.incomplete)},
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1) + "\n"


def _version() -> str:
    try:
        return version("stackproof")
    except PackageNotFoundError:  # a folder that is not installed
        return "0.0.0"


def _invocation(document: Document) -> dict[str, object]:
    notifications = []
    if document.incomplete:
        notifications.append({"level": "warning", "message": _message(f"incomplete: {line(document.incomplete)}")})
    return {
        "executionSuccessful": document.status not in _FAILED and not document.incomplete,
        "exitCode": document.status.value,
        "exitCodeDescription": document.status.name.lower().replace("_", " "),
        "toolExecutionNotifications": notifications,
    }


def _result(finding: Finding, rule: int) -> dict[str, object]:
    result: dict[str, object] = {
        "ruleId": line(finding.rule) or "unnamed",
        "ruleIndex": rule,
        "level": finding.level.value,
        "message": _message("\n".join([sentence(finding), *(line(detail) for detail in finding.details)])),
        "locations": [] if finding.position is None else [_location(finding.position)],
    }
    if finding.notes:
        result["relatedLocations"] = [
            {"id": number, **_location(note.position, note.text)} for number, note in enumerate(finding.notes, 1)
        ]
    if finding.trace is not None and finding.trace.steps:
        result["codeFlows"] = [_code_flow(told_trace(finding.trace), finding.decisive)]
    if finding.identity:
        result["partialFingerprints"] = {FINGERPRINT: line(finding.identity)}
    if finding.since is not None:
        result["baselineState"] = _SINCE[finding.since]
    return result


def _code_flow(trace: Trace, decisive: Sequence[int]) -> dict[str, object]:
    flows: dict[str, list[dict[str, object]]] = {name: [] for name in columns(trace)}
    for number, step in enumerate(trace.steps, 1):
        flows.setdefault(step.column or ELSEWHERE, []).append(_step(number, step, number in decisive))
    found = [{"id": line(name), "locations": locations} for name, locations in flows.items() if locations]
    return {"message": _message(f"{counted(len(trace.steps), 'step')}, in the order of executionOrder"), "threadFlows": found}


def _step(number: int, step: Step, decisive: bool) -> dict[str, object]:
    changes = "; ".join(f"{change.cell}: {change.before} -> {change.after}" for change in step.changes)
    what = " > ".join(activation.routine for activation in step.activations) if step.processor is not None else step.name
    found: dict[str, object] = {
        "location": _location(step.at, f"{what}: {changes}" if changes else what),
        "executionOrder": number,
        "importance": "essential" if decisive else "important" if step.changes else "unimportant",
        "nestingLevel": max(len(step.activations) - 1, 0),
    }
    if step.changes:
        found["state"] = {line(change.cell): _message(line(change.after)) for change in step.changes}
    return found


def _location(position: Position, text: str = "") -> dict[str, object]:
    artifact = {"uri": address(position.file)}
    if not artifact["uri"].startswith("file:"):
        artifact["uriBaseId"] = BASE
    found: dict[str, object] = {
        "physicalLocation": {"artifactLocation": artifact, "region": {"startLine": max(position.line, 1)}}
    }
    if text:
        found["message"] = _message(line(text))
    return found


def address(file: str) -> str:
    """A file's address: relative, and percent-encoded, so that no part of its name is taken for a scheme or a query."""
    escaped = quote(file.encode("utf-8", "surrogatepass"), safe="/")
    return f"file://{escaped}" if escaped.startswith("/") else escaped


def _message(text: str) -> dict[str, str]:
    """Plain text: in SARIF a bracket begins a link, and braces stand for arguments."""
    for character in "\\[]":
        text = text.replace(character, f"\\{character}")
    return {"text": text.replace("{", "{{").replace("}", "}}") or "-"}
