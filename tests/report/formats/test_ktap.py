# SPDX-License-Identifier: GPL-2.0-only
"""KTAP, by the rules of Documentation/dev-tools/ktap.rst and by the reader tap.py."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from hypothesis import given
from tap.parser import Parser

from checker.report.formats.document import Document, Outcome
from checker.report.formats.ktap import ktap
from tests.report.formats.documents import CLEAN, DOCUMENT, FEWER, documents

RESULT = re.compile(r"(ok|not ok) ([0-9]+) ([^#]+?)(?: # SKIP(?: (.*))?)?")


@dataclass
class Read:
    """A test as KTAP has it."""

    name: str = ""
    ok: bool = True
    skipped: bool = False
    tests: list[Read] = field(default_factory=list)


def read(text: str) -> list[Read]:
    """The tests of a KTAP text, by its rules: every line is known, plans come first, numbers count from 1."""
    lines = text.splitlines()
    assert text == "".join(line + "\n" for line in lines), "no other line breaks"
    found, rest = _level(lines, "")
    assert not rest
    return found


def _level(lines: list[str], indent: str) -> tuple[list[Read], list[str]]:
    assert lines[0] == f"{indent}KTAP version 1"
    name = ""
    at = 1
    if lines[at].startswith(f"{indent}# Subtest: "):
        name = lines[at].removeprefix(f"{indent}# Subtest: ")
        at += 1
    plan = re.fullmatch(rf"{indent}1\.\.([0-9]+)", lines[at])
    assert plan is not None, lines[at]
    lines = lines[at + 1 :]
    tests: list[Read] = []
    inner: tuple[str, list[Read]] | None = None
    while lines and (lines[0].startswith(indent)) and len(tests) <= int(plan[1]):
        line = lines[0].removeprefix(indent)
        if line.startswith("  KTAP"):
            subtests, lines = _level(lines, indent + "  ")
            inner = (subtests.pop().name, subtests)
            continue
        if line.startswith("  "):
            break
        if not line.startswith("#"):
            result = RESULT.fullmatch(line)
            assert result is not None, line
            test = Read(result[3], result[1] == "ok", " # SKIP" in line)
            if inner is not None:
                assert inner[0] == test.name, "a result has the name of its subtests"
                test.tests = inner[1]
            inner = None
            tests.append(test)
            assert int(result[2]) == len(tests)
        lines = lines[1:]
        if indent and len(tests) == int(plan[1]):
            break
    assert len(tests) == int(plan[1]), "as many as planned"
    return ([*tests, Read(name)] if indent else tests), lines


def test_a_document_is_read() -> None:
    first, second = read(ktap(DOCUMENT))
    assert first.name == "models/rfc_v1.py: 1 CPU; touch"
    assert not first.ok
    assert [(test.name, test.ok) for test in first.tests] == [("single-hole", False), ("one-owner", True)]
    assert second.skipped
    assert second.tests[0].skipped
    assert read(ktap(CLEAN))[0].ok


def test_it_says_that_it_is_incomplete() -> None:
    assert "# incomplete: a limit of 5 s\n" in ktap(DOCUMENT)
    assert "incomplete" not in ktap(CLEAN)


def test_a_bug_names_its_place_and_the_mail() -> None:
    assert "# models/rfc_v1.py:88: error: single-hole: two pages at one index (rfc10.mbox:363)\n" in ktap(DOCUMENT)


@FEWER
@given(documents)
def test_any_document_is_well_formed(document: Document) -> None:
    text = ktap(document)
    tests = read(text)
    assert [len(test.tests) for test in tests] == [len(group.cases) for group in document.groups]
    assert [test.ok for test in tests] == [group.outcome in (Outcome.PASSED, Outcome.UNKNOWN) for group in document.groups]
    for test, group in zip(tests, document.groups, strict=True):
        assert [inner.skipped for inner in test.tests] == [case.outcome is Outcome.UNKNOWN for case in group.cases]


@FEWER
@given(documents)
def test_tap_py_reads_the_tests_of_any_document(document: Document) -> None:
    found = list(Parser().parse_text(ktap(document)))
    results = [line for line in found if line.category == "test"]
    assert [line.number for line in results] == list(range(1, len(document.groups) + 1))
    assert [line.ok for line in results] == [group.outcome in (Outcome.PASSED, Outcome.UNKNOWN) for group in document.groups]
    assert [line.skip for line in results] == [group.outcome is Outcome.UNKNOWN for group in document.groups]
    assert [line.expected_tests for line in found if line.category == "plan"] == [len(document.groups)]
    assert not any(line.category == "bail" for line in found)
