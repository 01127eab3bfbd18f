# SPDX-License-Identifier: GPL-2.0-only
"""Counterexamples made smaller."""

from __future__ import annotations

from pathlib import Path

from checker.explicit.engines import Method
from checker.explicit.search.results import Limits
from checker.language.front.load import load_program
from checker.project import PROJECT
from checker.trace.confirmation.replay import replay
from checker.verify.causes.minimal import fewer_switches, minimal, switches
from checker.verify.configuration import check_configuration
from checker.verify.request import Request
from tests.support.command import stackproof
from tests.trace.small_models import program_of

MODEL = PROJECT / "models" / "rfc_v1.py"

TWO = """
left: Small = 0
right: Small = 0
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
    global left
    left = 1
    left = 2
@routine
def other() -> None:
    global right
    right = 1
    right = 2
@invariant("rule", "both are done")
def not_both() -> bool:
    '''For the test.'''
    return left != 2 or right != 2
"""


def test_an_event_and_a_task_that_nobody_needs_go() -> None:
    request = Request(MODEL, {"CPUS": 1, "TASKS": 2, "STACK_PAGES": 3}, ("switch-fault", "sleep"))
    found = minimal(request, "fault-resolved", Limits(states=20_000))
    assert found is not None
    trace = found.trace
    assert trace.events == ("switch-fault",)
    assert dict(trace.settings)["TASKS"] == 1
    program = load_program(MODEL, dict(trace.settings), trace.events)
    assert replay(program, trace).ok


def test_nothing_to_begin_with() -> None:
    request = Request(MODEL, {"CPUS": 1, "TASKS": 1, "STACK_PAGES": 2}, ("switch-fault",))
    assert minimal(request, "one-owner", Limits(states=20_000)) is None


def test_steps_of_one_context_come_together(tmp_path: Path) -> None:
    program_of(tmp_path, TWO)
    path = tmp_path / "model.py"
    run = check_configuration(Request(path, {}, None), Method("portable"), Limits())
    trace = next(verdict.trace for verdict in run.verdicts if verdict.trace is not None)
    assert run.program is not None
    better = fewer_switches(run.program, trace)
    assert switches(better.steps) == 1
    assert len(better.steps) == len(trace.steps)
    assert replay(run.program, better).ok


def test_check_shows_the_smallest_configuration() -> None:
    asked = ("check", "rfc_v1", "--cpus", "1", "--tasks", "2", "--stack-pages", "3", "--events", "switch-fault,sleep")
    plain, small = stackproof(*asked), stackproof(*asked, "--minimal")
    assert (plain.returncode, small.returncode) == (1, 1)
    assert "--tasks 2 --stack-pages 3 --events switch-fault,sleep --property fault-resolved" in plain.stdout
    assert "--tasks 1 --stack-pages 2 --events switch-fault --property fault-resolved" in small.stdout
