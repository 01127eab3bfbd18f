# SPDX-License-Identifier: GPL-2.0-only
"""The review of all that `stackproof check models/rfc_v1.py` finds, compared with the bugs that are known."""

from __future__ import annotations

import re

import pytest

from checker.explicit.engines import Method
from checker.explicit.search.results import Limits
from checker.project import PROJECT
from checker.report.finding import in_protocol
from checker.report.text.review_text import review_text
from checker.report.text.screen import Screen
from checker.result.checked import Checked
from checker.result.review import Cause, Review
from checker.trace.data import Trace
from checker.verify.causes.review import review_of
from checker.verify.configuration import check_configuration
from checker.verify.ladder import ladder
from checker.verify.request import Request
from tools.findings.finding import load_findings
from tools.findings.looking import lines_of
from tools.findings.signature import labels_of

MODEL = PROJECT / "models" / "rfc_v1.py"
FINDINGS = load_findings(PROJECT / "models" / "rfc_v1.findings.toml")
REACHED = {"1", "2", "6", "8", "9", "10", "11", "12", "13", "14", "N2", "N3", "N4", "N5"}
"""The bugs of which the first run of some property in the ladder is one."""

ELSEWHERE = {"N3", "11"}
"""Bugs whose block names no line of the finding: no statement of the protocol leads to N3, and those of 11 are the place of the
hook in __schedule and a return, which no step stands at."""


def bugs_of(trace: Trace, sources: dict[str, str]) -> set[str]:
    """The numbers of the bugs whose signature a run has."""
    labels = labels_of(trace, sources)
    return {
        re.sub("[a-z]$", "", finding.bug)
        for finding in FINDINGS
        if finding.property == trace.violation.property
        and re.search(finding.message, trace.violation.message)
        and finding.signature.fits(labels)
    }


@pytest.mark.slow
def test_each_bug_that_the_ladder_reaches_is_shown_once(monkeypatch: pytest.MonkeyPatch) -> None:
    method = Method("auto", 1, frozenset({"pages", "symmetry"}))
    runs = tuple(check_configuration(request, method, Limits()) for request in ladder(Request(MODEL, {}, None)))
    review = review_of(Checked(runs))
    sources = {run.subject.configuration: dict(run.subject.sources) for run in runs}
    traces = {(v.property, run.subject.configuration): v.trace for run in runs for v in run.verdicts}
    causes_of: dict[str, set[str]] = {}
    for cause in review.causes:
        assert 1 <= len(cause.decisive) <= 10
        for symptom in cause.symptoms:
            trace = traces[symptom.property, symptom.configuration]
            assert trace is not None
            for bug in bugs_of(trace, sources[symptom.configuration]):
                causes_of.setdefault(bug, set()).add(cause.identity)
    assert causes_of.keys() == REACHED
    assert all(len(causes) == 1 for causes in causes_of.values()), causes_of
    assert len({cause for causes in causes_of.values() for cause in causes}) == len(REACHED), causes_of
    assert len(review.causes) == 18
    assert all(in_protocol(cause.position) for cause in review.causes)
    monkeypatch.setenv("COLUMNS", "80")
    narrow = review_text(review, [], Screen(80)).splitlines()
    assert len(narrow) < 150
    assert max(map(len, narrow)) <= 80
    shown = {cause.identity: lines_shown(cause, most) for cause, most in zip(review.causes, shares(review), strict=True)}
    for bug, (identity,) in causes_of.items():
        if bug in ELSEWHERE:
            continue
        program = runs[0].program
        assert program is not None
        sides = [finding for finding in FINDINGS if re.sub("[a-z]$", "", finding.bug) == bug]
        wrong = {line.split(" ")[0] for side in sides for line in lines_of(program, side)}
        assert wrong & shown[identity] or wrong & {before(place) for place in shown[identity]}, bug


def shares(review: Review) -> list[int]:
    """How many steps of each cause the command shows. It keeps within its lines, without having too few."""
    text = review_text(review, [], Screen())
    assert text.count("\n") < 140
    blocks = text.split("\n\n")[: len(review.causes)]
    found = [len(block.splitlines()) - 2 for block in blocks]
    for cause, count in zip(review.causes, found, strict=True):
        assert count == len(cause.telling) or 4 <= count <= 8
    return found


def before(place: str) -> str:
    """The line before a line: the `if` of a branch of one statement."""
    file, line = place.rsplit(":", 1)
    return f"{file}:{int(line) - 1}"


def lines_shown(cause: Cause, most: int) -> set[str]:
    """The lines that its block names: file:line."""
    notes = {note.step: note.position for note in cause.notes}
    places = [cause.position, *(notes.get(step, cause.trace.steps[step - 1].at) for step in cause.telling[:most])]
    return {f"{place.file}:{place.line}" for place in places}
