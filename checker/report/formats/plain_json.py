# SPDX-License-Identifier: GPL-2.0-only
"""A document as JSON, for the commands that have no JSON of their own; docs/reference/formats.md describes it."""

from __future__ import annotations

import json

from checker.language.tree import Position
from checker.report.formats.document import Document, Finding, Group
from checker.trace.store import trace_to_json

VERSION = 1


def document_json(document: Document) -> str:
    """The document as JSON, with the schema `stackproof-COMMAND`."""
    found = {
        "schema": f"stackproof-{document.command}",
        "version": VERSION,
        "exit_status": document.status.value,
        "incomplete": document.incomplete or None,
        "groups": [_group(group) for group in document.groups],
        "findings": [_finding(finding) for finding in document.findings],
    }
    return json.dumps(found, indent=2) + "\n"


def _group(group: Group) -> dict[str, object]:
    return {
        "name": group.name,
        "seconds": round(group.seconds, 3),
        "cases": [{"name": case.name, "outcome": case.outcome.value, "detail": case.detail} for case in group.cases],
    }


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "level": finding.level.value,
        "rule": finding.rule,
        "position": None if finding.position is None else place_json(finding.position),
        "message": finding.message,
        "from": finding.came_from or None,
        "notes": [
            {"position": place_json(note.position), "step": note.step or None, "text": note.text} for note in finding.notes
        ],
        "details": list(finding.details),
        "identity": finding.identity or None,
        "since": None if finding.since is None else finding.since.value,
        "trace": None if finding.trace is None else trace_to_json(finding.trace),
        "decisive": list(finding.decisive),
    }


def place_json(position: Position) -> str:
    """A position as stored traces have it: `file:line:column`."""
    return str(position)
