# SPDX-License-Identifier: GPL-2.0-only
"""Each kind of violation, in small models."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from checker.explicit.engines import Method
from checker.explicit.search.results import Limits
from checker.result.checked import Checked
from checker.result.review import Cause
from checker.result.verdict import Run
from checker.verify.causes.review import review_of
from checker.verify.configuration import check_configuration
from checker.verify.request import Request
from tests.trace.small_models import program_of

INITIAL = """
ready: bool = False
@action
def act() -> None:
    global ready
    ready = True
@invariant("rule", "not ready")
def is_ready() -> bool:
    '''For the test.'''
    return ready
"""

DEADLOCK = """
here: bool = False
there: bool = False
@record(count=2, frames=2)
class Cpu:
    own: Small = 0
@executes
def nothing(cpu: Cpu) -> Cpu | None:
    return None
@initial
def start() -> None:
    enter(instance(Cpu, 0), one)
    enter(instance(Cpu, 1), other)
@routine
def one() -> None:
    global here
    here = True
    require(not there)
@routine
def other() -> None:
    global there
    there = True
    require(not here)
"""

RAISED = """
count: Small = 0
asked: bool = False
@action
def ask() -> None:
    global asked
    asked = True
@action
def more() -> None:
    global count
    require(count < 3)
    count += 1
@action
def take() -> None:
    require(asked and count == 2)
    check(count != 2, rule, "two")
"""

LASSO = """
on: bool = False
@action
def set_on() -> None:
    global on
    require(not on)
    on = True
@eventually("goes-off", "it stays on")
def goes_off() -> bool:
    '''For the test.'''
    return not on
"""


def run_of(folder: Path, text: str, property: str) -> Run:
    program_of(folder, text)
    return check_configuration(Request(folder / "model.py", {}, None, (property,)), Method("portable"), Limits())


def causes(folder: Path, text: str, property: str) -> tuple[Cause, ...]:
    run = run_of(folder, text, property)
    return review_of(Checked((run,))).causes


def test_in_the_initial_state(tmp_path: Path) -> None:
    (cause,) = causes(tmp_path, INITIAL, "rule")
    assert (cause.trace.steps, cause.decisive, cause.notes) == ((), (), ())
    assert cause.position == cause.trace.violation.position
    assert cause.why == "test"


def test_a_deadlock(tmp_path: Path) -> None:
    (cause,) = causes(tmp_path, DEADLOCK, "no-deadlock")
    assert cause.properties == ("no-deadlock",)
    assert len(cause.decisive) == 2
    assert {note.text for note in cause.notes} >= {"sets here: false -> true"}


def test_a_check_that_fails(tmp_path: Path) -> None:
    (cause,) = causes(tmp_path, RAISED, "rule")
    names = sorted(cause.trace.steps[step - 1].name for step in cause.decisive)
    assert names == ["ask", "more", "more", "take"]


def test_a_lasso(tmp_path: Path) -> None:
    (cause,) = causes(tmp_path, LASSO, "goes-off")
    assert cause.trace.cycle is not None
    assert [cause.trace.steps[step - 1].name for step in cause.decisive] == ["set_on"]


KINDS = [(INITIAL, "rule"), (DEADLOCK, "no-deadlock"), (RAISED, "rule"), (LASSO, "goes-off")]


@pytest.mark.parametrize(("text", "property"), KINDS)
def test_without_the_program_something_is_said_all_the_same(tmp_path: Path, text: str, property: str) -> None:
    run = dataclasses.replace(run_of(tmp_path, text, property), program=None)
    (cause,) = review_of(Checked((run,))).causes
    assert bool(cause.decisive) == bool(cause.trace.steps)
    assert cause.why == ""
