# SPDX-License-Identifier: GPL-2.0-only
"""Other people's text in one line, of which no program that reads the line makes anything else."""

from __future__ import annotations

from checker.counting import counted
from checker.report.characters import escaped
from checker.report.formats.document import Finding, Level


def line(text: str) -> str:
    """The text in one line: white space is one blank, and what cannot be printed (control characters, those that change the
    direction of text, half of a pair, what XML forbids) an escape such as \\x1b."""
    return "".join(char if char.isprintable() else escaped(char) for char in " ".join(text.split()))


def ascii_line(text: str) -> str:
    """The same, with an escape for every character that is not ASCII."""
    return "".join(char if char.isascii() else escaped(char) for char in line(text))


def sentence(finding: Finding) -> str:
    """What a finding says, with its property and where its place stands in the mail."""
    came_from = f" ({finding.came_from})" if finding.came_from else ""
    return line(f"{finding.rule}: {finding.message}{came_from}")


def place(finding: Finding) -> str:
    """The finding's place as `file:line`; `stackproof` where it has none."""
    return "stackproof" if finding.position is None else line(f"{finding.position.file}:{finding.position.line}")


def further(finding: Finding) -> list[str]:
    """What there is to say below a finding, in lines: the other places, then the details."""
    notes = [f"{note.position.file}:{note.position.line}: note: {note.text}" for note in finding.notes]
    return [line(text) for text in (*notes, *finding.details)]


def counted_levels(findings: tuple[Finding, ...]) -> str:
    """How many findings there are of each level that matters: `2 errors, 1 warning`; empty without any."""
    found = []
    for level in (Level.ERROR, Level.WARNING):
        number = sum(finding.level is level for finding in findings)
        if number:
            found.append(counted(number, level.value))
    return ", ".join(found)
