# SPDX-License-Identifier: GPL-2.0-only
"""The causes that are found of the known bugs of the RFC, compared with what models/rfc_v1.findings.toml says of these."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

import pytest

from checker.language.front.load import load_program
from checker.language.tree import Position
from checker.project import PROJECT
from checker.trace.data import Step, Trace
from checker.trace.places import moved
from checker.trace.store import load_trace
from checker.verify.causes.analysis import find_decisive
from checker.verify.causes.decisive import Decisive
from checker.verify.causes.notes import notes_of
from checker.verify.causes.telling import telling_position
from checker.verify.causes.turning import Turning, turning_of
from tools.findings.finding import Finding, load_findings
from tools.findings.looking import lines_of

MODEL = "models/rfc_v1.py"
FINDINGS = {finding.bug: finding for finding in load_findings(PROJECT / "models" / "rfc_v1.findings.toml")}
ONE_TURN = {("2", "3"), ("4", "5"), ("3", "11"), ("8", "N9")}
"""Bugs that the runs with the fewest events do not tell apart: docs/internals/causes.md, "What that does not promise"."""


@functools.cache
def looked_at(bug: str) -> tuple[Trace, tuple[Decisive, ...]]:
    finding = FINDINGS[bug]
    program = load_program(PROJECT / MODEL, dict(finding.settings), finding.events)
    trace = moved(load_trace(PROJECT / "counterexamples" / "rfc_v1" / f"{finding.stem}.json"), program)
    return trace, find_decisive(program, trace)


def number(bug: str) -> str:
    """The bug, whatever side of it."""
    return re.sub("[a-z]$", "", bug)


def lines(steps: Iterable[Step], more: Iterable[Position] = ()) -> set[tuple[str, int]]:
    """The lines at which steps stand."""
    places = [*(a.position for step in steps for a in step.activations), *(step.at for step in steps), *more]
    return {(place.file, place.line) for place in places}


def code_of(finding: Finding) -> set[tuple[str, int]]:
    program = load_program(PROJECT / MODEL, dict(finding.settings), finding.events)
    places = [line.split(" ")[0].rsplit(":", 1) for line in lines_of(program, finding)]
    return {(file, int(line)) for file, line in places}


@pytest.mark.parametrize("bug", FINDINGS)
def test_the_notes_are_at_the_lines_that_are_wrong(bug: str) -> None:
    trace, decisive = looked_at(bug)
    at_all = code_of(FINDINGS[bug]) & lines(trace.steps)
    notes = notes_of(trace, decisive)
    noted = [trace.steps[note.step - 1] for note in notes]
    if at_all:  # else no step of the run stands at one of them
        assert at_all & lines(noted, [telling_position(None, trace, decisive), *(note.position for note in notes)])


@pytest.mark.parametrize("bug", FINDINGS)
def test_a_few_steps_are_decisive_and_they_begin_with_an_event(bug: str) -> None:
    trace, decisive = looked_at(bug)
    assert 1 <= len(decisive) <= 10
    assert [one.step for one in decisive] == sorted({one.step for one in decisive})
    assert any(trace.steps[one.step].processor is None or trace.steps[one.step].choices for one in decisive)


def test_sides_of_a_bug_that_say_so_are_one_cause() -> None:
    def turning(bug: str) -> Turning:
        return turning_of(*looked_at(bug))

    assert turning("1a") == turning("1b") == turning("1c")
    assert turning("6a") == turning("6b") == turning("6c")


def test_different_bugs_are_different_causes() -> None:
    same = set()
    for one in FINDINGS:
        for other in FINDINGS:
            if number(one) != number(other) and turning_of(*looked_at(one)) == turning_of(*looked_at(other)):
                same.add((number(one), number(other)))
    assert {pair for pair in same if pair not in ONE_TURN and pair[::-1] not in ONE_TURN} == set()
