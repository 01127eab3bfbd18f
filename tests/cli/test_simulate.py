# SPDX-License-Identifier: GPL-2.0-only
"""`stackproof simulate` from outside."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from checker.language.front.load import load_program
from checker.project import PROJECT
from tests.support.busy import wait_until_it_has_worked
from tests.support.command import in_a_process, stackproof
from tests.support.printed import copy_of_project, one_line, schema

Golden = Callable[[str, str], None]
SMALL = ("simulate", "models/rfc_v1_nr_fixed.py", "--cpus", "1", "--tasks", "1", "--stack-pages", "3")
LARGE = ("simulate", "models/rfc_v1_nr_fixed.py", "--cpus", "3", "--tasks", "4", "--stack-pages", "5")


def simulated(*arguments: str, anew: bool = False, **environment: str) -> tuple[int, dict[str, Any]]:
    """anew: in a Python of its own."""
    done = (in_a_process if anew else stackproof)(*arguments, "--format", "json", **environment)
    found: dict[str, Any] = json.loads(done.stdout)
    jsonschema.validate(found, schema("stackproof-simulate"))
    assert done.returncode == found["exit_status"], done.stderr
    return done.returncode, found


def verdicts(found: dict[str, Any]) -> dict[str, str]:
    return {verdict["id"]: verdict["verdict"] for verdict in found["properties"]}


@pytest.mark.parametrize(
    ("model", "walks"),
    [(SMALL, "60"), pytest.param(LARGE, "6", marks=pytest.mark.slow)],
    ids=["small", "beyond the reach of search"],
)
def test_what_is_found_replays(tmp_path: Path, model: tuple[str, ...], walks: str) -> None:
    status, found = simulated(*model, "--events", "touch,late-fault", "--walks", walks, "--save", str(tmp_path))
    assert status == 1
    assert verdicts(found)["charge-once"] == verdicts(found)["refill-owed"] == "VIOLATED"
    assert verdicts(found)["one-owner"] == "UNKNOWN"
    for name in ("charge-once", "refill-owed"):
        assert (tmp_path / f"{name}.svg").exists()
        replayed = stackproof("replay", str(tmp_path / f"{name}.json"))
        assert replayed.returncode == 0, replayed.stdout


def test_what_holds_is_unknown_and_never_bounded() -> None:
    """Though this small model is walked through many times."""
    arguments = ("simulate", "models/rfc_v1_nr_fixed.py", "--events", "touch", "--walks", "100", "--seed", "3")
    done = stackproof(*arguments)
    assert done.returncode == 3
    assert "BOUNDED" not in done.stdout
    assert "PROVED" not in done.stdout
    lines = [
        line
        for line in done.stdout.splitlines()
        if re.fullmatch(r"  \S+ +UNKNOWN\(simulated: 100 walks, [\d,]+ steps, seed 3\)", line)
    ]
    assert len(lines) == len(load_program(PROJECT / "models" / "rfc_v1_nr_fixed.py").properties)
    status, found = simulated(*arguments)
    assert status == 3
    assert set(verdicts(found).values()) == {"UNKNOWN"}
    assert (found["walks"], found["depth"], found["seed"], found["statistics"]["walks"]) == (100, 1000, 3, 100)


def test_the_text_of_a_violation(golden: Golden) -> None:
    done = stackproof(
        "simulate", "models/rfc_v1.py", "--events", "touch", "--property", "single-hole", "--walks", "20", "--seed", "2"
    )
    assert done.returncode == 1
    golden("simulate_single_hole.txt", re.sub(r", [\d.]+ s, \d+ MiB", "", done.stdout))
    again = done.stdout.partition("the whole run, 32 steps: ")[2].splitlines()[0]
    assert again.startswith("stackproof simulate ") and again.endswith(" --trace")
    repeated = stackproof(*again.split()[1:])
    assert "error: single-hole: level 2 of task0's stack is mapped (page1), but nr_pages is 2" in repeated.stdout.splitlines()[0]
    assert "after 32 steps; CPUS=1 TASKS=1 STACK_PAGES=3; events: touch" in repeated.stdout


def test_the_same_seed_gives_the_same_in_another_process() -> None:
    """In another order of hashing too; without what the clock says."""

    def timeless(found: dict[str, Any]) -> dict[str, Any]:
        del found["statistics"]["seconds"], found["statistics"]["memory_bytes"]
        return found

    sizes = ("--cpus", "2", "--tasks", "1", "--events", "touch,late-fault,migrate,oom")
    arguments = ("simulate", "models/rfc_v1_nr_fixed.py", *sizes, "--walks", "12", "--depth", "300")
    first = timeless(simulated(*arguments, "--seed", "7", anew=True, PYTHONHASHSEED="1")[1])
    second = timeless(simulated(*arguments, "--seed", "7", anew=True, PYTHONHASHSEED="2")[1])
    other = timeless(simulated(*arguments, "--seed", "8")[1])
    assert first == second
    assert first["statistics"] != other["statistics"]


def test_limits_end_it_in_unknown() -> None:
    for limit, told, anew in (
        (("--timeout", "0.3"), "the limit of 0.3 seconds", False),
        (("--max-memory", "20M"), "the limit of 20 MiB of memory", True),
    ):
        status, found = simulated("simulate", "models/dks.py", "--property", "I4", "--walks", "100000000", *limit, anew=anew)
        assert status == 3
        assert found["stopped"] == told
        assert verdicts(found) == {"I4": "UNKNOWN"}


def test_ctrl_c_keeps_what_was_found() -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "checker", "simulate", "models/dks.py", "--walks", "100000000", "--format", "json"],
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_until_it_has_worked(child, 1.5)
    child.send_signal(signal.SIGINT)
    output, errors = child.communicate(timeout=60)
    assert "Traceback" not in errors
    found = json.loads(output)
    assert child.returncode == found["exit_status"] == 1
    assert found["stopped"] == "interrupted"
    assert verdicts(found)["I2"] == "VIOLATED"
    assert verdicts(found)["I4"] == "UNKNOWN"


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--walks", "0"], "error: Invalid value for '--walks': 0 is not in the range x>=1. (stackproof simulate --help)"),
        (["--seed", "-1"], "error: Invalid value for '--seed': -1 is not in the range x>=0. (stackproof simulate --help)"),
        (["--property", "I7"], "error: models/dks.py has no property I7; it has I1, I2, I3, I4, I5, I6"),
        (["--set", "C=9"], "error: C = 9 is out of range; C (CPUs) can be 1 to 4"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_2(arguments: list[str], line: str) -> None:
    done = stackproof("simulate", "models/dks.py", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert one_line(done.stderr) == line


MODEL_ERROR = """
from typing import Annotated
from checker.language import Range, action, invariant

g: Annotated[int, Range(0, 9)] = 0


@action
def more() -> None:
    global g
    g += 3


@invariant("small", "{g}")
def small() -> bool:
    "Test."
    return g < 9


@invariant("not-five", "{g}")
def not_five() -> bool:
    "Test."
    return g != 5
"""


def test_a_model_error_is_exit_2_with_its_trace(tmp_path: Path) -> None:
    model = tmp_path / "model.py"
    model.write_text(MODEL_ERROR)
    status, found = simulated("simulate", str(model), "--walks", "5")
    assert status == 2
    assert found["error"]["verdict"] == "ERROR"
    assert found["error"]["length"] == 4
    assert verdicts(found) == {"small": "VIOLATED", "not-five": "ERROR"}
    done = stackproof("simulate", str(model), "--walks", "5")
    assert done.returncode == 2
    assert "ended by a model error" in done.stdout
    assert f"{model}:9: error: model error: " in done.stdout


def test_paths_that_are_cut_are_told(tmp_path: Path) -> None:
    model = tmp_path / "model.py"
    model.write_text(
        "from checker.language import action, allocate, invariant, record\n\n\n@record(count=2, allocated=True)\nclass Page:\n    used: bool = False\n\n\n"
        "@action\ndef take() -> None:\n    page = allocate(Page)\n    page.used = True\n\n\n"
        "@invariant('sane', 'never said')\ndef sane() -> bool:\n    '''Test.'''\n    return True\n"
    )
    status, found = simulated("simulate", str(model), "--walks", "5")
    assert status == 3
    assert list(found["cuts"]) == ["arena"]


def test_a_disagreement_of_the_judges_is_exit_4(tmp_path: Path) -> None:
    project = copy_of_project(tmp_path)
    generator = project / "checker" / "explicit" / "step" / "python_instructions.py"
    text = generator.read_text()
    planted = text.replace("s ^= (s >> o & {mask} ^ x) << o", "s ^= (s >> o & {mask} ^ x & ~1) << o")
    assert planted != text
    generator.write_text(planted)
    done = in_a_process("simulate", "models/rfc_v1.py", cwd=project, PYTHONPATH=str(project))
    assert done.returncode == 4
    assert "engine and replayer disagree" in done.stderr
