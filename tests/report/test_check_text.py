# SPDX-License-Identifier: GPL-2.0-only
"""The end of what a check prints."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from checker.report.text.review_text import review_text
from checker.report.text.screen import Screen
from checker.result.checked import Checked
from checker.result.verdict import Configuration, Run, Statistics, Subject, Verdict, VerdictKind
from checker.verify.causes.review import review_of
from tests.report.samples import multi_page


def run() -> Run:
    configuration = Configuration((("CPUS", 1),), ("touch",))
    verdict = Verdict("single-hole", VerdictKind.VIOLATED, "", multi_page())
    return Run(Subject("models/rfc_v1.py", configuration, {}), (verdict,), Statistics(9, 9, 9, 0.1, 2**20, 0), None, (), ())


def test_hooks_without_implementation_are_listed_once_for_all_configurations() -> None:
    runs = tuple(
        replace(run(), subject=replace(run().subject, notes=("a note",), hooks=hooks))
        for hooks in (("irq_work_run", "switch_prepare"), ("irq_work_run", "task_forked", "switch_prepare"))
    )
    text = review_text(review_of(Checked(runs)), [], Screen())
    assert text.count("Hooks that the model does not implement") == text.count("a note") == 1
    assert "Hooks that the model does not implement: irq_work_run, switch_prepare, task_forked\n" in text


def test_what_was_saved_is_told_in_one_line_at_the_end() -> None:
    review = review_of(Checked((run(),)))
    saved = [(review.causes[0].trace, [Path("out\x1b/a.json"), Path("out\x1b/a.svg")])]
    text = review_text(review, saved, Screen())
    assert text.endswith("\nSaved: 1 counterexample and the picture of each, in out\\x1b")
    assert "28 steps: stackproof show $'out\\033/a.json'\n" in text
    assert "Saved" not in review_text(review, [], Screen())
