# SPDX-License-Identifier: GPL-2.0-only
"""Whatever happens to the solver's process, it is UNKNOWN with a reason, and what was told before stays."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import psutil
import pytest

import checker.verify.bounded
from checker.cli.main import run
from checker.ir.lowering.lower import lower
from checker.language.front.load import load_program
from checker.project import PROJECT
from checker.stopping import Stop, Why, seconds_limit
from checker.symbolic.bmc.problem import bounded_problem
from checker.symbolic.bmc.question import Counterexample, Problem, Reached, Stopped
from checker.symbolic.process import messages
from checker.symbolic.relation.transition import step_relation
from checker.symbolic.solvers.solvers import SOLVERS, Z3
from tests.support.systems.small_programs import program_of

DKS = PROJECT / "models/dks.py"
COUNTER = """
Count = Annotated[int, Range(0, 99)]
n: Count = 0
@action
def more() -> None:
    global n
    require(n < 99)
    n = n + 1
@invariant("small", "{n}")
def small() -> bool:
    'Test.'
    return n < 7
"""


def dks_problem(depth: int, solver: str = Z3) -> Problem:
    system = lower(load_program(DKS, {"C": 2, "T": 2, "S": 3}))
    return bounded_problem(step_relation(system), frozenset(system.properties), depth, solver)


def test_a_shortest_run_is_found() -> None:
    system = lower(program_of(COUNTER))
    told = list(messages(bounded_problem(step_relation(system), frozenset({"small"}), 9), 60.0, None))
    (counterexample,) = [message for message in told if isinstance(message, Counterexample)]
    assert [state[0] for state in counterexample.states] == list(range(8))
    assert told[-1] == Reached(9)


def test_time_runs_out() -> None:
    told = list(messages(dks_problem(500), 2.5, None))
    assert told[-1] == Stopped(seconds_limit(2.5))
    assert Reached(0) in told


@pytest.mark.parametrize("solver", SOLVERS)
def test_memory_runs_out(solver: str) -> None:
    told = list(messages(dks_problem(500, solver), 60.0, 24 << 20))
    assert isinstance(told[-1], Stopped)
    assert "memory" in told[-1].why.text


def test_the_process_is_killed() -> None:
    with closing(messages(dks_problem(500), 60.0, None)) as told:
        for message in told:
            if message == Reached(1):
                break
        (child,) = psutil.Process().children()
        child.send_signal(signal.SIGKILL)
        left = list(told)
    assert left[-1] == Stopped(Stop(Why.SOLVER, "the solver's process was killed by SIGKILL; perhaps memory ran out"))


def test_no_process_is_left() -> None:
    with closing(messages(dks_problem(500), 60.0, None)) as told:
        next(told)
    assert psutil.Process().children() == []


@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_an_interrupted_run_tells_what_it_has(number: signal.Signals) -> None:
    arguments = ["check", str(DKS), "--set", "C=2", "--engine", "z3", "--depth", "500", "--property", "I1", "--format", "json"]
    process = subprocess.Popen([sys.executable, "-m", "checker", *arguments], stdout=subprocess.PIPE, text=True)
    children: list[psutil.Process] = []
    while not children or children[0].cpu_times().user < 0.5:
        time.sleep(0.05)
        assert process.poll() is None
        children = psutil.Process(process.pid).children()
    process.send_signal(number)
    printed = json.loads(process.communicate()[0])
    assert process.returncode == 3
    assert printed["stopped"] == "interrupted"
    assert printed["properties"][0]["message"].startswith("interrupted; nothing violates it at depth <= ")
    assert not psutil.pid_exists(children[0].pid)


@pytest.mark.parametrize("solver", SOLVERS)
def test_status_and_verdicts(capsys: pytest.CaptureFixture[str], solver: str) -> None:
    arguments = ["check", str(DKS), "--set", "C=1", "--engine", solver, "--depth", "9", "--format", "json"]
    assert run(arguments) == 1
    printed = json.loads(capsys.readouterr().out)
    assert {p["id"]: (p["verdict"], p["length"]) for p in printed["properties"]} == {
        "I1": ("BOUNDED", None),
        "I2": ("VIOLATED", 9),
        "I3": ("VIOLATED", 9),
        "I4": ("BOUNDED", None),
        "I5": ("BOUNDED", None),
        "I6": ("BOUNDED", None),
    }
    assert printed["engine"] == solver
    assert printed["properties"][0]["bound"].startswith("depth <= 9, at C = 1")


def test_what_finds_it_again_names_the_solver(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(DKS), "--set", "C=1", "--engine", "z3", "--depth", "9", "--property", "I2"]) == 1
    command = capsys.readouterr().out.partition("the whole run, 9 steps: ")[2].splitlines()[0].split()
    assert command[:2] == ["stackproof", "check"]
    assert command[-7:] == ["--engine", "z3", "--depth", "9", "--property", "I2", "--trace"]
    assert run(command[1:]) == 1


def test_a_depth_that_is_not_reached_is_inconclusive(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["check", str(DKS), "--set", "C=2", "--engine", "z3", "--depth", "500", "--timeout", "3"]
    assert run([*arguments, "--property", "I1"]) == 3
    assert "UNKNOWN(the limit of 3 seconds; nothing violates it at depth <= " in capsys.readouterr().out


def test_a_run_that_the_other_engine_does_not_have_is_a_disagreement(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    original = checker.verify.bounded.messages

    def wrong(*arguments: object) -> object:
        for message in original(*arguments):  # type: ignore[arg-type]
            if isinstance(message, Counterexample):
                message.states[-1][0] ^= 1
            yield message

    monkeypatch.setattr(checker.verify.bounded, "messages", wrong)
    assert run(["check", str(DKS), "--set", "C=1", "--engine", "z3", "--depth", "9"]) == 4
    assert "the portable engine does not" in capsys.readouterr().err


def test_depth_is_for_z3(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(DKS), "--depth", "3"]) == 2
    assert "--engine z3" in capsys.readouterr().err
