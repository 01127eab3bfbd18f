# SPDX-License-Identifier: GPL-2.0-only
"""Workflow commands of GitHub Actions, which its runner shows as annotations of a change:
`::error file=F,line=N,title=T::message`.

The escapes are those of the runner: in a message of %, carriage return and newline, in a property of `:` and `,` too.
"""

from __future__ import annotations

from checker.report.formats.document import Document, Finding, Level
from checker.report.formats.line import further, line, sentence

COMMANDS = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}


def github_annotations(document: Document) -> str:
    """A line for each finding. Its notes are in the same annotation, since GitHub shows ten of a step."""
    lines = [_annotation(finding) for finding in document.findings]
    if document.incomplete:
        lines.append(f"::warning title=stackproof::{_data('incomplete: ' + line(document.incomplete))}")
    return "".join(text + "\n" for text in lines)


def _annotation(finding: Finding) -> str:
    properties = [f"title={_property(f'stackproof: {finding.rule}')}"]
    if finding.position is not None:
        properties = [f"file={_property(finding.position.file)}", f"line={finding.position.line}", *properties]
    message = _data("\n".join([sentence(finding), *further(finding)]))
    return f"::{COMMANDS[finding.level]} {','.join(properties)}::{message}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(line(text)).replace(":", "%3A").replace(",", "%2C")
