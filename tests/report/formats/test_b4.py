# SPDX-License-Identifier: GPL-2.0-only
"""What b4 itself makes of the formats that it reads."""

from __future__ import annotations

import json
import shlex
import sys
from email.message import EmailMessage
from pathlib import Path

import b4
import pytest
from b4.review.checks import run_perpatch_checks
from hypothesis import given

from checker.report.formats.b4 import b4 as b4_json
from checker.report.formats.checkpatch import checkpatch
from checker.report.formats.document import Document
from tests.report.formats.documents import CLEAN, DOCUMENT, FEWER, documents


def printing(folder: Path, text: str, status: int) -> str:
    """A command that prints that."""
    script = folder / "check.py"
    script.write_text(f"import sys\nsys.stdin.read()\nsys.stdout.write({text!r})\nsys.exit({status})\n")
    return shlex.join([sys.executable, str(script)])


def patch() -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = "[PATCH] fork: something"
    message["Message-Id"] = "<1@example.org>"
    message.set_content("text\n")
    return message


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """b4 keeps a cache in the user's folders."""
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setattr(b4, "MAIN_CONFIG", dict(b4.DEFAULT_CONFIG))


def reviewed(tmp_path: Path, document: Document) -> list[dict[str, str]]:
    command = printing(tmp_path, b4_json(document), document.status.value)
    return run_perpatch_checks([("<1@example.org>", patch())], [command], str(tmp_path))["<1@example.org>"]


def test_b4_review_takes_a_finding_as_a_failure(tmp_path: Path) -> None:
    (result,) = reviewed(tmp_path, DOCUMENT)
    assert (result["tool"], result["status"]) == ("stackproof", "fail")
    assert result["summary"] == "1 error, 1 warning; incomplete: a limit of 5 s"
    first, second = json.loads(result["details"])
    assert first["status"] == "fail"
    assert first["description"].startswith("models/rfc_v1.py:88: single-hole: two pages at one index (rfc10.mbox:363); ")
    assert second["status"] == "warn"


def test_b4_review_takes_no_finding_as_a_pass(tmp_path: Path) -> None:
    (result,) = reviewed(tmp_path, CLEAN)
    assert (result["status"], result["summary"], result["details"]) == ("pass", "nothing is violated (1 verdict)", "")


@FEWER
@given(documents)
def test_any_document_is_one_result(document: Document) -> None:
    (result,) = json.loads(b4_json(document))
    assert set(result) == {"tool", "status", "summary", "url", "details"}
    assert all(isinstance(value, str) for value in result.values())
    assert result["status"] in ("pass", "warn", "fail")
    assert len(json.loads(result["details"] or "[]")) == len(document.findings)


@pytest.mark.parametrize(("document", "flags"), [(DOCUMENT, ["fail", "warning"]), (CLEAN, ["success"])], ids=["findings", "none"])
def test_b4_prep_counts_the_terse_lines(
    document: Document, flags: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    command = shlex.split(printing(tmp_path, checkpatch(document), document.status.value))
    found = b4.LoreMessage.run_local_check(command, "0123", patch(), nocache=True)
    assert [flag for flag, _ in found] == flags
