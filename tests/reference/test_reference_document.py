# SPDX-License-Identifier: GPL-2.0-only
"""docs/results/workload.md shows what the command prints and draws."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from checker.cli.main import run

DOCS = Path(__file__).resolve().parents[2] / "docs" / "results"


def test_the_workload_of_the_document_is_what_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = re.search(r"^```text\n(.*?)^```", (DOCS / "workload.md").read_text(), re.MULTILINE | re.DOTALL)
    assert shown is not None
    assert run(["workload", "--plot", str(tmp_path / "plot.svg")]) == 0
    assert capsys.readouterr().out == shown[1]
    assert (tmp_path / "plot.svg").read_text() == (DOCS / "workload.svg").read_text()
