# SPDX-License-Identifier: GPL-2.0-only
"""The formats of lines: GitHub's annotations, checkpatch's terse form."""

from __future__ import annotations

import re

from hypothesis import given

from checker.cli.terminal.output import harmless
from checker.report.formats.annotations import COMMANDS, github_annotations
from checker.report.formats.checkpatch import WORDS, checkpatch
from checker.report.formats.document import Document, Level
from checker.report.formats.line import sentence
from tests.report.formats.documents import CLEAN, DOCUMENT, FEWER, documents

COMMAND = re.compile(r"::(error|warning|notice) ([^:]*)::(.*)")
"""A workflow command, as the runner splits it: the properties end at the next ::, and so cannot have one."""
TERSE = re.compile(r"(.+?): (ERROR|WARNING|CHECK): (.*)")


def decoded(text: str) -> str:
    """What the runner makes of the escapes; % comes last."""
    for code, char in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, char)
    return text


def test_an_annotation_has_its_place_and_all_that_there_is_to_say() -> None:
    first, second, third = github_annotations(DOCUMENT).splitlines()
    assert first == (
        "::error file=models/rfc_v1.py,line=88,title=stackproof%3A single-hole::"
        "single-hole: two pages at one index (rfc10.mbox:363)%0A"
        "models/rfc_v1.py:80: note: writes nr_pages: 1 -> 2%0A9 steps; 1 CPU; touch"
    )
    assert second.startswith("::warning title=stackproof%3A not-known::")
    assert third == "::warning title=stackproof::incomplete: a limit of 5 s"
    assert github_annotations(CLEAN) == ""


@FEWER
@given(documents)
def test_any_annotation_is_one_command(document: Document) -> None:
    text = github_annotations(document)
    assert harmless(text) == text
    lines = text.splitlines()
    assert text == "".join(line + "\n" for line in lines)
    assert len(lines) == len(document.findings) + bool(document.incomplete)
    for line, finding in zip(lines, document.findings, strict=False):
        command = COMMAND.fullmatch(line)
        assert command is not None, line
        assert command[1] == COMMANDS[finding.level]
        properties = dict(part.split("=", 1) for part in command[2].split(","))
        assert set(properties) == ({"title"} if finding.position is None else {"title", "file", "line"})
        if finding.position is not None:
            assert properties["line"] == str(finding.position.line)
        assert decoded(command[3]).split("\n")[0] == sentence(finding)


def test_a_terse_line_is_what_checkpatch_prints() -> None:
    first, second = checkpatch(DOCUMENT).splitlines()
    assert first == (
        "models/rfc_v1.py:88: ERROR: single-hole: two pages at one index (rfc10.mbox:363); see also models/rfc_v1.py:80"
    )
    assert second == "stackproof: WARNING: not-known: 1 of 2 configurations was not searched"
    assert checkpatch(CLEAN) == ""


@FEWER
@given(documents)
def test_any_terse_line_has_one_level(document: Document) -> None:
    text = checkpatch(document)
    assert harmless(text) == text
    lines = text.splitlines()
    assert len(lines) == (len(document.findings) or bool(document.incomplete))
    for line, finding in zip(lines, document.findings, strict=False):
        terse = TERSE.fullmatch(line)
        assert terse is not None, line
        assert terse[2] == WORDS[finding.level]
        assert ("ERROR:" in line) == (finding.level is Level.ERROR), "b4 looks for the word anywhere"
