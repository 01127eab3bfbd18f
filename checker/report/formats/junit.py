# SPDX-License-Identifier: GPL-2.0-only
"""JUnit XML, as GitLab, Jenkins and others read it: a test suite for each configuration, with a test case for each property."""

from __future__ import annotations

from xml.etree import ElementTree

from checker.report.formats.document import Case, Document, Group, Level, Outcome
from checker.report.formats.line import further, line, place, sentence


def junit(document: Document) -> str:
    """The document as XML, in ASCII. What is not known is `skipped`, with the reason; the exit status still tells it."""
    failed = [group for group in document.groups if group.outcome is not Outcome.PASSED]
    suites = ElementTree.Element("testsuites", {"name": f"stackproof {document.command}", **_counts(document.groups)})
    for group in document.groups:
        suite = ElementTree.SubElement(suites, "testsuite", {"name": line(group.name), **_counts((group,))})
        if document.incomplete:
            properties = ElementTree.SubElement(suite, "properties")
            ElementTree.SubElement(properties, "property", {"name": "incomplete", "value": line(document.incomplete)})
        for case in group.cases:
            _case(suite, group, case, document)
        if failed and group is failed[-1]:
            _findings(suite, document)
    ElementTree.indent(suites)
    text: bytes = ElementTree.tostring(suites, encoding="us-ascii", xml_declaration=True)
    return text.decode("ascii") + "\n"


def _counts(groups: tuple[Group, ...]) -> dict[str, str]:
    outcomes = [case.outcome for group in groups for case in group.cases]
    return {
        "tests": str(len(outcomes)),
        "failures": str(outcomes.count(Outcome.FAILED)),
        "errors": str(outcomes.count(Outcome.ERROR)),
        "skipped": str(outcomes.count(Outcome.UNKNOWN)),
        "time": f"{sum(group.seconds for group in groups):.3f}",
    }


def _case(suite: ElementTree.Element, group: Group, case: Case, document: Document) -> None:
    attributes = {"classname": line(group.name), "name": line(case.name)}
    position = next((f.position for f in document.findings if f.rule == case.name and f.position is not None), None)
    if case.outcome is Outcome.FAILED and position is not None:
        attributes |= {"file": line(position.file), "line": str(position.line)}
    element = ElementTree.SubElement(suite, "testcase", attributes)
    tags = {Outcome.FAILED: "failure", Outcome.ERROR: "error", Outcome.UNKNOWN: "skipped"}
    if case.outcome in tags:
        child = ElementTree.SubElement(element, tags[case.outcome], {"message": line(case.detail)})
        if case.outcome is not Outcome.UNKNOWN:
            child.set("type", line(case.name))


def _findings(suite: ElementTree.Element, document: Document) -> None:
    """All findings as text, once: the cases only say what failed."""
    lines = []
    for finding in document.findings:
        if finding.level is not Level.NOTE or finding.since is not None:
            lines += [
                f"{place(finding)}: {finding.level.value}: {sentence(finding)}",
                *(f"  {text}" for text in further(finding)),
            ]
    ElementTree.SubElement(suite, "system-out").text = "\n".join(lines)
