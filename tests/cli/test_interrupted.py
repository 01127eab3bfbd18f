# SPDX-License-Identifier: GPL-2.0-only
"""What is told of a search that Ctrl-C ends agrees with how the command ends."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

import checker.cli.check
import checker.symbolic.certificate.independent_check
import checker.verify.record.searching
from checker.cli.check import check
from checker.cli.ending import interrupt, last_words, take_signals
from checker.cli.gate import gate
from checker.cli.main import run
from checker.explicit.search.interrupts import temporary_folder
from checker.project import PROJECT
from checker.report.picture.svg import render_svg
from checker.result.verdict import Run
from checker.stopping import OUT_OF_MEMORY
from checker.verify.configuration import check_configuration
from checker.verify.ladder import ladder
from checker.verify.request import Request
from tests.support.printed import schema

LADDER = str(PROJECT / "models" / "rfc_v1_nr_fixed.py")
HOLDS = "single-hole"
"""No configuration of that ladder violates it."""


def start(*arguments: str, cwd: Path = PROJECT) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "checker", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(cwd), "COLUMNS": "110"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def interrupted_in(number: int, monkeypatch: pytest.MonkeyPatch, after_announcing: bool = False) -> None:
    """Let Ctrl-C come in the configuration with this number, from 0, where no engine catches it."""
    calls = []

    def search(request: Request, *others: Any) -> Run:
        calls.append(request)
        if len(calls) <= number:
            return check_configuration(request, *others)
        if after_announcing:
            run = check_configuration(request, *others)
            assert run.violated
        raise KeyboardInterrupt

    monkeypatch.setattr(checker.cli.check, "check_configuration", search)


def invoke(*arguments: str) -> tuple[int, Any]:
    done = CliRunner().invoke(check, [*arguments, "--format", "json"], standalone_mode=False)
    if done.exception is not None:
        raise done.exception
    found = json.loads(done.stdout)
    jsonschema.validate(found, schema("stackproof-check"))
    return done.return_value, found


def test_a_ladder_that_is_interrupted_between_two_configurations_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = invoke(str(PROJECT / "tests" / "mutation" / "lock.py"), "--property", "exclusion")
    assert (whole[0], len(whole[1]["runs"]), whole[1]["stopped"], whole[1]["not_searched"]) == (0, 2, None, [])
    interrupted_in(1, monkeypatch)
    status, found = invoke(LADDER, "--property", HOLDS)
    assert status == found["exit_status"] == 3
    assert found["stopped"] == "interrupted"
    assert len(found["runs"]) == 1
    assert "properties" not in found  # what stands at the top is said of all that was asked for
    left = [(entry["configuration"], sorted(entry["events"])) for entry in found["not_searched"]]
    asked = [(request.settings, sorted(request.events or ())) for request in ladder(Request(Path(LADDER), {}, None, (HOLDS,)))]
    assert left == asked[1:]


def test_the_text_of_a_ladder_that_is_interrupted_claims_no_more_than_was_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    interrupted_in(1, monkeypatch)
    done = CliRunner().invoke(check, [LADDER, "--property", HOLDS], standalone_mode=False)
    assert done.return_value == 3
    assert f"{HOLDS}  UNKNOWN(interrupted; nothing violates it at 1 CPU, 1 task, 4 stack pages; touch)" in done.stdout
    assert "BOUNDED" not in done.stdout
    assert "Not searched (interrupted): " in done.stdout
    assert "was replayed" not in done.stdout


def test_a_violation_that_was_told_before_ctrl_c_is_in_the_json(monkeypatch: pytest.MonkeyPatch) -> None:
    interrupted_in(0, monkeypatch, after_announcing=True)
    status, found = invoke(str(PROJECT / "models" / "dks.py"), "--set", "T=2")
    assert status == found["exit_status"] == 1
    assert found["stopped"] == "interrupted"
    verdicts = {entry["id"]: entry["verdict"] for entry in found["properties"]}
    assert verdicts["I2"] == "VIOLATED"
    assert verdicts["I4"] == "UNKNOWN"


def test_ctrl_c_before_anything_was_found_is_one_line() -> None:
    child = start("check", "models/dks.py", "--set", "C=3", "--set", "T=3", "--set", "S=3", "--property", "I4")
    time.sleep(0.02)
    child.send_signal(signal.SIGINT)
    output, errors = child.communicate(timeout=60)
    # Before Python runs a line of ours, the signal is Python's.
    assert (child.returncode, output) in ((3, ""), (-signal.SIGINT, ""), (1, ""))
    if child.returncode == 3:
        assert errors.splitlines() == ["error: interrupted before anything was found"]
    else:
        assert "checker" not in errors


def test_ctrl_c_while_the_first_modules_are_loaded_is_one_line() -> None:
    """The moment before the program takes signals itself."""
    code = """
import runpy, sys
class Interrupted:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name == "signal":
            raise KeyboardInterrupt
sys.modules.pop("signal", None)
sys.meta_path.insert(0, Interrupted)
runpy.run_module("checker", run_name="__main__")
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "error: interrupted before anything was found\n"


def test_gate_stops_at_ctrl_c_and_records_nothing(tmp_path: Path) -> None:
    child = start("gate", "models/rfc_v1_nr_fixed.py", "--verbose", "--save", str(tmp_path / "saved"))
    assert child.stdout is not None
    first = child.stdout.readline()
    assert ": as recorded: " in first
    sent = time.monotonic()
    child.send_signal(signal.SIGINT)
    output, errors = child.communicate(timeout=60)
    assert time.monotonic() - sent < 10  # about a second; other tests run beside this one
    assert child.returncode == 3, errors
    assert errors == ""
    assert output.splitlines()[-1].startswith("interrupted: the rest was not checked")
    for word in ("error", "--update", "all as recorded"):
        assert word not in output
    assert not (tmp_path / "saved").exists()


COUNTER = """# SPDX-License-Identifier: GPL-2.0-only
from typing import Annotated
from checker.language import Expected, Range, Recorded, action, invariant, require
n: Annotated[int, Range(0, 3)] = 0
@action
def up() -> None:
    global n
    require(n < 3)
    n += 1
@invariant("low", "n is {n}")
def low() -> bool:
    "A counter stays where it was made for."
    return n < 4
RECORDED = Recorded(properties={"low": "949186691058"}, assumptions={})
EXPECTED = (Expected(settings={}, violated={}, states=5, transitions=3, depth=3),)
"""


def test_what_gate_could_not_search_is_no_difference(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    model = tmp_path / "counter.py"
    model.write_text(COUNTER)
    assert CliRunner().invoke(gate, [str(model)], standalone_mode=False).return_value == 1  # five states are recorded

    def out_of_memory(request: Request, *others: Any) -> Run:
        return dataclasses.replace(check_configuration(request, *others), stopped=OUT_OF_MEMORY)

    monkeypatch.setattr(checker.verify.record.searching, "check_configuration", out_of_memory)
    done = CliRunner().invoke(gate, [str(model), "--no-cache"], standalone_mode=False)
    assert done.return_value == 3
    assert "--update" not in done.stdout
    assert "not searched to the end: " in done.stdout.splitlines()[-1]


@pytest.fixture
def signals() -> Any:
    """Handlers as a command has them, and those of the test runner afterwards."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    hook = sys.unraisablehook
    take_signals()
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
    sys.unraisablehook = hook


def test_a_signal_in_the_last_words_changes_nothing_and_neither_does_one_after_them(signals: None) -> None:
    with last_words():
        os.kill(os.getpid(), signal.SIGINT)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(os.getpid(), number)


def test_a_second_signal_in_the_last_words_ends_them(signals: None) -> None:
    def tell() -> None:
        with last_words():
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(KeyboardInterrupt):
        tell()
    assert signal.getsignal(signal.SIGINT) is interrupt


def test_ctrl_c_in_a_destructor_is_not_lost(signals: None, capsys: pytest.CaptureFixture[str]) -> None:
    class Interrupted:
        def __del__(self) -> None:
            os.kill(os.getpid(), signal.SIGINT)
            for _ in range(10):
                pass

    def go() -> None:
        Interrupted()
        threading.Event().wait(5)

    with pytest.raises(KeyboardInterrupt):
        go()
    assert capsys.readouterr().err == ""


def test_what_ignores_signals_goes_on_ignoring_them(signals: None) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    take_signals()
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN


def test_ctrl_c_is_one_line_without_an_empty_one(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    interrupted_in(0, monkeypatch)
    assert run(["check", str(PROJECT / "models" / "dks.py"), "--set", "T=2"]) == 3
    assert capsys.readouterr() == ("", "error: interrupted before anything was found\n")


@pytest.mark.parametrize("function", ["mkdtemp", "rmdir"])
def test_ctrl_c_leaves_no_temporary_folder(signals: None, function: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """While it is made, or while it is removed."""
    module = tempfile if function == "mkdtemp" else os
    original = getattr(module, function)

    def interrupted(*arguments: Any, **named: Any) -> Any:
        if function == "rmdir":
            os.kill(os.getpid(), signal.SIGINT)
        result = original(*arguments, **named)
        if function == "mkdtemp":
            os.kill(os.getpid(), signal.SIGINT)
        return result

    monkeypatch.setattr(module, function, interrupted)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(KeyboardInterrupt), temporary_folder() as folder:
        assert folder.is_dir()
    assert list(tmp_path.iterdir()) == []


def test_programs_that_are_run_do_not_get_the_ctrl_c_of_a_terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "dot"
    program.write_text(
        f"#!{sys.executable}\nimport os, sys\nfor to in sys.stdout, sys.stderr:\n    print('<svg', os.getpgid(0), '</svg>', file=to)\n"
    )
    program.chmod(0o700)
    assert str(os.getpgid(0)) not in render_svg("graph {}", str(program)).split()
    monkeypatch.setattr(checker.symbolic.certificate.independent_check, "isolated", lambda *_: [str(program)])
    file = tmp_path / "question.smt2"
    told = checker.symbolic.certificate.independent_check.independent_check(file, 10)
    assert "<svg" in str(told)
    assert str(os.getpgid(0)) not in str(told).split()
