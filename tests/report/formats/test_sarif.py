# SPDX-License-Identifier: GPL-2.0-only
"""SARIF, held against its schema: pydantic_sarif is made from that, and refuses what is not in it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from pydantic_sarif.model import StaticAnalysisResultsFormatSarifVersion210JsonSchema as Report

from checker.report.formats.document import Document
from checker.report.formats.sarif import FINGERPRINT, address, sarif
from tests.report.formats.documents import CLEAN, DOCUMENT, FEWER, TRACE, documents, name


def read(document: Document) -> dict[str, Any]:
    """The one run of a document."""
    text = sarif(document)
    assert text.isascii()
    Report.model_validate_json(text)
    runs: list[dict[str, Any]] = json.loads(text)["runs"]
    return runs[0]


def test_the_schema_refuses_what_is_not_in_it() -> None:
    wrong = json.loads(sarif(DOCUMENT))
    wrong["runs"][0]["results"][0]["colour"] = "red"
    with pytest.raises(ValidationError):
        Report.model_validate_json(json.dumps(wrong))


def test_a_bug_is_a_result_with_its_places() -> None:
    run = read(DOCUMENT)
    result, unknown = run["results"]
    assert (result["ruleId"], result["level"]) == ("single-hole", "error")
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "models/rfc_v1.py"
    assert place["region"] == {"startLine": 88}
    assert result["partialFingerprints"] == {FINGERPRINT: "0123456789ab"}
    assert result["relatedLocations"][0]["message"]["text"] == "writes nr_pages: 1 -> 2"
    assert unknown["level"] == "warning"
    assert [run["tool"]["driver"]["rules"][r["ruleIndex"]]["id"] for r in run["results"]] == ["single-hole", "not-known"]


def test_there_is_a_thread_flow_for_each_cpu_and_steps_keep_their_numbers() -> None:
    flows = read(DOCUMENT)["results"][0]["codeFlows"][0]["threadFlows"]
    assert [flow["id"] for flow in flows] == ["cpu0", "cpu1"]
    numbers = {flow["id"]: [place["executionOrder"] for place in flow["locations"]] for flow in flows}
    assert numbers == {
        cpu: [number for number, step in enumerate(TRACE.steps, 1) if step.column == cpu] for cpu in ("cpu0", "cpu1")
    }
    assert flows[0]["locations"][0]["importance"] == "essential"


def test_it_says_whether_it_is_complete() -> None:
    assert read(DOCUMENT)["invocations"][0]["executionSuccessful"] is False
    assert read(DOCUMENT)["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"] == "incomplete: a limit of 5 s"
    assert read(CLEAN)["invocations"][0]["executionSuccessful"] is True
    assert read(CLEAN)["results"] == []


@FEWER
@given(documents)
def test_any_document_is_what_the_schema_wants(document: Document) -> None:
    run = read(document)
    assert len(run["results"]) == len(document.findings)
    for result, finding in zip(run["results"], document.findings, strict=True):
        assert result.get("baselineState") == (None if finding.since is None else finding.since.value)


@given(st.one_of(name, name.map("/".__add__)))
def test_an_address_is_the_file_and_nothing_else(file: str) -> None:
    parts = urlsplit(address(file))
    assert parts.scheme == ("file" if file.startswith("/") else "")
    assert (parts.netloc, parts.query, parts.fragment) == ("", "", "")
    assert unquote(parts.path, errors="surrogatepass") == file
