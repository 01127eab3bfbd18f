# SPDX-License-Identifier: GPL-2.0-only
"""JUnit XML, read by junitparser."""

from __future__ import annotations

from hypothesis import given
from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from checker.report.formats.document import Document, Outcome
from checker.report.formats.junit import junit
from tests.report.formats.documents import DOCUMENT, FEWER, documents

RESULTS = {Outcome.FAILED: [Failure], Outcome.ERROR: [Error], Outcome.UNKNOWN: [Skipped], Outcome.PASSED: []}


def read(document: Document) -> list[TestSuite]:
    text = junit(document)
    assert text.isascii()
    return list(JUnitXml.fromstring(text.encode()))


def cases(suite: TestSuite) -> list[TestCase]:
    return list(suite)


def test_a_document_is_read() -> None:
    first, second = read(DOCUMENT)
    failed, passed = cases(first)
    assert (first.name, first.tests, first.failures, first.time) == ("models/rfc_v1.py: 1 CPU; touch", 2, 1, 0.5)
    assert failed.name == "single-hole"
    assert failed.result[0].message == "two pages"
    assert passed.is_passed
    assert cases(second)[0].is_skipped
    system_out = second._elem.findtext("system-out")
    assert "models/rfc_v1.py:88: error: single-hole: two pages at one index (rfc10.mbox:363)" in system_out


def test_it_says_that_it_is_incomplete() -> None:
    assert [(p.name, p.value) for p in read(DOCUMENT)[0].properties()] == [("incomplete", "a limit of 5 s")]


@FEWER
@given(documents)
def test_any_document_is_well_formed(document: Document) -> None:
    suites = read(document)
    for suite, group in zip(suites, document.groups, strict=True):
        assert [[type(result) for result in case.result] for case in cases(suite)] == [
            RESULTS[case.outcome] for case in group.cases
        ]
        counts = {outcome: sum(case.outcome is outcome for case in group.cases) for outcome in Outcome}
        assert (suite.tests, suite.failures) == (len(group.cases), counts[Outcome.FAILED])
        assert (suite.errors, suite.skipped) == (counts[Outcome.ERROR], counts[Outcome.UNKNOWN])
