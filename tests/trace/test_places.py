# SPDX-License-Identifier: GPL-2.0-only
"""Places of stored traces are found again by what stands there, and what is not there any more is said."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from checker.cli.main import run
from checker.language.tree import Program
from checker.trace.confirmation.build import Claim, build_trace
from checker.trace.confirmation.replay import replay
from checker.trace.data import Trace
from checker.trace.machine import Machine, Outcome, Transition
from checker.trace.places import changed_files, moved, positions
from checker.trace.state import Kind
from checker.trace.store import dump_trace, parse_trace
from tests.support.command import stackproof
from tests.trace.small_models import program_of

MODEL = """
MOST = 3
x: Small = 0


@record(count=1, frames=2)
class Cpu:
    own: Small = 0


@executes
def nothing(cpu: Cpu) -> Cpu | None:
    return None


@routine
def main() -> None:
    global x
    x += 1
    if x == 1:
        x += 1
    x += 1
    check(x < 3, rule, "x is {x}")


@initial
def start() -> None:
    global x
    x = choose(range(1))
    enter(instance(Cpu, 0), main)
"""


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return program_of(tmp_path, MODEL)


@pytest.fixture
def trace(program: Program) -> Trace:
    """x is 3, and the check fails."""
    machine, schedule = Machine(program, (0,)), []
    outcome = Outcome(Kind.DONE)
    while outcome.kind is Kind.DONE:
        schedule.append(Transition(0))
        outcome = machine.take(schedule[-1])
    return build_trace(program, schedule, Claim("check", "rule", outcome.position), machine.initial).trace


def edited(tmp_path: Path, *changes: tuple[str, str]) -> Program:
    text = MODEL
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    return program_of(tmp_path, text)


def test_every_position_has_a_place_that_is_found_again(program: Program, trace: Trace) -> None:
    assert trace.origin is not None
    assert {place.position for place in trace.origin.places} == set(positions(trace))
    assert moved(trace, program) == trace
    assert parse_trace(dump_trace(trace)) == trace
    assert replay(program, trace).ok


def test_lines_may_move(tmp_path: Path, trace: Trace) -> None:
    program = edited(
        tmp_path,
        ("MOST = 3", "# one\n\n# two\nMOST = 3"),
        ("    x += 1\n    check", "\n    # three\n    x += 1  # four\n\n    check"),
        ("    if x == 1:\n", "    if (\n        x == 1\n    ):\n        # five\n\n"),
        ("    x = choose(range(1))\n", "\n    # chosen\n    x = choose(\n        range(1)\n    )\n"),
        ("def main() -> None:\n", 'def main() -> None:\n    """Said."""\n'),
        ('check(x < 3, rule, "x is {x}")', 'check(\n        x < 3,\n        rule,\n        "x is {x}",\n    )'),
    )
    assert changed_files(trace, program) == ()
    assert replay(program, trace).ok
    now = moved(trace, program)
    assert now != trace
    assert [choice.at for choice in now.choices] != [choice.at for choice in trace.choices]
    assert moved(now, program) == now
    assert replay(program, replace(trace, origin=None)).ok is False, "without places, the lines have to be where they were"


def test_what_is_recorded_of_a_model_is_no_change_of_it(tmp_path: Path, trace: Trace) -> None:
    recorded = 'RECORDED = Recorded(properties={"rule": "0123456789ab"}, assumptions={})\nEXPECTED = (Expected(settings={}),)\n'
    program = edited(tmp_path, ("MOST = 3\n", "MOST = 3\n" + recorded))
    assert changed_files(trace, program) == ()
    assert changed_files(trace, edited(tmp_path, ("MOST = 3", "MOST = 4"))) == (program.model,)


def test_another_routine_before_it_is_no_other_run(tmp_path: Path, trace: Trace) -> None:
    program = edited(tmp_path, ("@routine\n", "@routine\ndef other() -> None:\n    global x\n    x += 1\n\n\n@routine\n"))
    assert changed_files(trace, program) == (program.model,)
    assert replay(program, trace).ok


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("    x += 1\n    check", "    x = x + 1\n    check"), "`x += 1` in `main`, "),
        (("if x == 1", "if x != 0"), "`x == 1` in `main`, "),
        (("    x += 1\n", "    x = 1\n    x += 1\n"), "step 1: "),
        (("check(x < 3", "check(x < 4"), "is not there any more"),
    ],
)
def test_a_text_that_changed_is_told(change: tuple[str, str], reason: str, tmp_path: Path, trace: Trace) -> None:
    program = edited(tmp_path, change)
    result = replay(program, trace)
    assert not result.ok
    assert result.changed == (program.model,)
    assert reason in result.reason


def test_which_of_several_is_told_apart(program: Program, trace: Trace) -> None:
    """`x += 1` stands there three times: to be at another one is another run."""
    assert trace.origin is not None
    places = tuple(replace(p, number=2) if (p.text, p.number) == ("x += 1", 1) else p for p in trace.origin.places)
    assert places != trace.origin.places
    result = replay(program, replace(trace, origin=replace(trace.origin, places=places)))
    assert not result.ok and result.changed == ()


HEAD = "# SPDX-License-Identifier: GPL-2.0-only\n"
WRONG = """
from typing import Annotated
from checker.language import Range, action, invariant, require

x: Annotated[int, Range(0, 3)] = 0


@action
def up() -> None:
    global x
    require(x < 3)
    x += 1


@invariant("most", "x is {x}")
def at_most() -> bool:
    "Why it matters."
    return x < 3
"""


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    """A stored counterexample of `wrong.py` beside it."""
    model = tmp_path / "wrong.py"
    model.write_text(HEAD + WRONG)
    assert run(["check", str(model), "--save", str(tmp_path / "found")]) == 1
    (file,) = (tmp_path / "found").rglob("*.json")
    return file


@pytest.mark.parametrize("change", [("    x += 1", "    # another\n    x += 1"), ("x += 1", "x = x + 1"), ("(0, 3)", "(0, 4)")])
def test_what_is_still_a_run_is_confirmed(
    change: tuple[str, str], stored: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "wrong.py").write_text(HEAD + "# A comment.\n\n" + WRONG.replace(*change))
    capsys.readouterr()
    assert run(["replay", str(stored)]) == 0
    assert "confirmed in 3 steps" in capsys.readouterr().out


@pytest.mark.parametrize("change", [("def up", "def upwards"), ("return x < 3", "return x <= 3"), ("x += 1", "x += 3")])
def test_a_model_that_changed_is_an_error_of_its_own(
    change: tuple[str, str], stored: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "wrong.py").write_text(HEAD + WRONG.replace(*change))
    capsys.readouterr()
    assert run(["replay", str(stored)]) == 2
    told = capsys.readouterr()
    assert told.err.startswith(f"{stored}: error: the model has changed since") and "wrong.py" in told.err
    assert "not confirmed" not in told.out + told.err


def test_a_wrong_trace_of_the_same_model_is_not_confirmed(
    stored: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = stored.read_text()
    stored.write_text(text.replace('"before": "1"', '"before": "0"'))
    for comment in ("", "# A comment.\n"):
        (tmp_path / "wrong.py").write_text(HEAD + comment + WRONG)
        capsys.readouterr()
        assert run(["replay", str(stored)]) == 1
        assert "not confirmed: step 2" in capsys.readouterr().out


def test_show_has_the_lines_as_they_are_now(stored: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run(["show", str(stored)]) == 0
    before = capsys.readouterr().out
    (tmp_path / "wrong.py").write_text(HEAD + "# A comment.\n" * 10 + WRONG)
    assert run(["show", str(stored)]) == 0
    after = capsys.readouterr().out
    line = 1 + (HEAD + WRONG).splitlines().index("def at_most() -> bool:")
    assert f"wrong.py:{line}" in before and f"wrong.py:{line + 10}" in after and f"wrong.py:{line}:" not in after


NAMES = {
    "NUL": "a\0b.py",
    "half a character": "\ud800.py",
    "long": 300 * "x" + ".py",
    "folder above": "../../etc/passwd",
    "device": "/dev/zero",
    "newline": "a\nb.py",
    "escape": "\x1b[2Jx.py",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_trace_may_name_any_model(name: str, stored: Path) -> None:
    """`show` does without the model; `replay` says in one line that there is none."""
    trace = json.loads(stored.read_text())
    stored.write_text(json.dumps(trace | {"model": name}))
    shown, replayed = stackproof("show", str(stored)), stackproof("replay", str(stored))
    assert (shown.returncode, shown.stderr) == (0, "")
    assert (replayed.returncode, replayed.stdout, replayed.stderr.count("\n")) == (2, "", 1)


def test_a_trace_cannot_print_a_line_of_its_own(stored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trace = json.loads(stored.read_text())
    trace["steps"][0]["name"] = f"x\n{stored}: confirmed in 3 steps\n"
    stored.write_text(json.dumps(trace))
    capsys.readouterr()
    assert run(["replay", str(stored)]) == 1
    assert capsys.readouterr().out.count("\n") == 1
