# SPDX-License-Identifier: GPL-2.0-only
"""The terse form of scripts/checkpatch.pl: a line for each finding, `file:line: ERROR: message`, and no line without one.

`b4 prep --check` reads it: a line with `ERROR:` is a failure, any other one a warning.
"""

from __future__ import annotations

from checker.report.formats.document import Document, Finding, Level
from checker.report.formats.line import line, place, sentence

WORDS = {Level.ERROR: "ERROR", Level.WARNING: "WARNING", Level.NOTE: "CHECK"}


def checkpatch(document: Document) -> str:
    """The document in lines; empty if there is nothing to tell."""
    lines = [_line(finding) for finding in document.findings]
    if document.incomplete and not document.findings:
        lines.append(f"stackproof: WARNING: incomplete: {line(document.incomplete)}")
    return "".join(text + "\n" for text in lines)


def _line(finding: Finding) -> str:
    message = sentence(finding)
    others = dict.fromkeys(
        f"{note.position.file}:{note.position.line}" for note in finding.notes if note.position != finding.position
    )
    if others:
        message += line(f"; see also {', '.join(others)}")
    return f"{_word(place(finding))}: {WORDS[finding.level]}: {_word(message)}"


def _word(text: str) -> str:
    """A text that a reader of words does not take for one of the levels."""
    for word in WORDS.values():
        text = text.replace(f"{word}:", f"{word} ")
    return text
