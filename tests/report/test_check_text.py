# SPDX-License-Identifier: GPL-2.0-only
"""The end of what a check prints."""

from __future__ import annotations

from pathlib import Path

from checker.report.finding import headline
from checker.report.text.check_text import summary_text
from checker.result.checked import Checked
from checker.result.verdict import Configuration, Run, Statistics, Subject, Verdict, VerdictKind
from tests.report.samples import multi_page


def run() -> Run:
    configuration = Configuration((("CPUS", 1),), ("touch",))
    verdict = Verdict("single-hole", VerdictKind.VIOLATED, "", multi_page())
    return Run(Subject("models/rfc_v1.py", configuration, {}), (verdict,), Statistics(9, 9, 9, 0.1, 2**20, 0), None, (), ())


def test_saved_files_stand_at_the_very_end_below_their_findings() -> None:
    first, second = headline(multi_page()), "models/rfc_v1.py:9: error: other violated: \x1b[1m"
    saved = [(first, Path("out/a.json")), (first, Path("out/a.svg")), (second, Path("out/b.json"))]
    text = summary_text(Checked((run(),)), saved)
    assert text.startswith(summary_text(Checked((run(),))) + "\n\nSaved\n")
    assert text.partition("\n\nSaved\n")[2].splitlines() == [
        f"  {first}",
        "    out/a.json",
        "    out/a.svg",
        "  models/rfc_v1.py:9: error: other violated: ?[1m",
        "    out/b.json",
    ]


def test_without_saved_files_there_is_no_such_part() -> None:
    assert "Saved" not in summary_text(Checked((run(),)))
