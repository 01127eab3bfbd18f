# SPDX-License-Identifier: GPL-2.0-only
"""`stackproof check` from outside: what it prints, where, and its exit status."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from checker.project import PROJECT
from tests.support.busy import wait_until_it_has_worked
from tests.support.command import in_a_process, stackproof
from tests.support.printed import copy_of_project, one_line, schema, verdicts_in

Golden = Callable[[str, str], None]


def dks(*settings: str) -> dict[str, Any]:
    arguments = [word for setting in settings for word in ("--set", setting)]
    done = stackproof("check", "models/dks.py", *arguments, "--reduce", "none", "--format", "json")
    loaded: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == loaded["exit_status"]
    return loaded


def test_dks_as_independent_checkers_count_it() -> None:
    found = dks("C=2", "T=2", "S=3", "FAIL=0", "LATE=0")
    assert found["statistics"]["states"] == 42_483
    assert found["statistics"]["transitions"] == 88_640
    assert found["statistics"]["depth"] == 62
    assert found["statistics"]["frontier"] == 0
    lengths = {p["id"]: p["length"] for p in found["properties"]}
    assert lengths == {"I1": None, "I2": 9, "I3": 9, "I4": None, "I5": None, "I6": None}
    verdicts = {p["id"]: p["verdict"] for p in found["properties"]}
    assert verdicts == {"I1": "BOUNDED", "I2": "VIOLATED", "I3": "VIOLATED", "I4": "BOUNDED", "I5": "BOUNDED", "I6": "BOUNDED"}
    jsonschema.validate(found, schema("stackproof-check"))


def test_json_of_a_ladder_is_valid_and_alone_on_stdout() -> None:
    done = stackproof("check", "models/rfc_v1.py", "--format", "json", "--property", "single-hole", "--max-states", "3000")
    found = json.loads(done.stdout)
    jsonschema.validate(found, schema("stackproof-check"))
    assert done.returncode == 1
    assert len(found["runs"]) > 1
    assert "statistics" not in found
    assert all(run["properties"][0]["id"] == "single-hole" for run in found["runs"])


def test_a_protocol_that_holds_exits_0_and_says_how_far() -> None:
    done = stackproof(
        "check", "models/rfc_v1_nr_fixed.py", "--cpus", "1", "--tasks", "2", "--stack-pages", "3", "--events", "touch"
    )
    assert done.returncode == 0, done.stdout
    assert "No violation found: every property holds at the sizes and with the events searched." in done.stdout.splitlines()
    text = " ".join(done.stdout.split())
    bounded = text[text.index("BOUNDED(exhaustive at 1 CPU, 2 tasks, 3 stack pages; touch): ") :]
    for name in (
        "fault-resolved",
        "single-hole",
        "area-agrees",
        "one-owner",
        "refill-owed",
        "charge-once",
        "no-wild-pointer",
        "no-deadlock",
    ):
        assert f" {name}," in bounded
    assert done.stderr == ""


def test_a_violation_exits_1_with_file_and_line_first(golden: Golden) -> None:
    done = stackproof(
        "check",
        "models/rfc_v1.py",
        "--cpus",
        "1",
        "--tasks",
        "1",
        "--stack-pages",
        "3",
        "--events",
        "touch",
        "--property",
        "single-hole",
    )
    assert done.returncode == 1
    text = [line for line in done.stdout.splitlines() if " MiB" not in line]
    golden("check_single_hole.txt", "\n".join(text) + "\n")
    file, line, rest = done.stdout.splitlines()[0].split(":", 2)
    assert (PROJECT / file).read_text().splitlines()[int(line) - 1].strip()
    assert rest.startswith(" error: single-hole: ")
    notes = [line for line in done.stdout.splitlines() if ": note:" in line]
    assert notes
    for note in notes:
        file, line, _ = note.split(":", 2)
        assert file == "models/rfc_v1.py"
        assert (PROJECT / file).read_text().splitlines()[int(line) - 1].partition("#")[0].strip() in note


ONE_STEP = ("--cpus", "1", "--tasks", "1", "--stack-pages", "3", "--events", "touch,late-fault")


@pytest.mark.parametrize(
    ("sizes", "names"),
    [
        (ONE_STEP, ("single-hole", "area-agrees", "refill-owed", "charge-once")),
        pytest.param((), ("single-hole", "area-agrees", "fault-resolved", "refill-owed", "charge-once"), marks=pytest.mark.slow),
    ],
    ids=["one step", "all"],
)
def test_the_ladder_finds_the_recorded_violations(tmp_path: Path, sizes: tuple[str, ...], names: tuple[str, ...]) -> None:
    done = stackproof("check", "models/rfc_v1.py", *sizes, "--save", str(tmp_path), "--max-states", "100000")
    assert done.returncode == 1
    verdicts = verdicts_in(done.stdout)
    for name in names:
        assert verdicts[name].startswith("VIOLATED in ") if sizes else verdicts[name] == "VIOLATED"
        assert (tmp_path / f"{name}.svg").read_text().rstrip().endswith("</svg>")
        replayed = stackproof("replay", str(tmp_path / f"{name}.json"))
        assert replayed.returncode == 0, replayed.stdout


def test_a_size_limit_ends_in_unknown_with_the_statistics() -> None:
    done = stackproof(
        "check", "models/rfc_v1_nr_fixed.py", "--cpus", "2", "--tasks", "2", "--events", "touch", "--max-states", "5000"
    )
    assert done.returncode == 3
    assert "stopped by the limit of 5,000 states" in done.stdout
    assert "UNKNOWN(the limit of 5,000 states, reached at depth" in done.stdout
    assert "states not expanded" in done.stdout


def test_a_time_limit_ends_in_unknown() -> None:
    done = stackproof("check", "models/dks.py", "--set", "T=4", "--set", "C=3", "--property", "I4", "--timeout", "1")
    assert done.returncode == 3
    assert "UNKNOWN(the limit of 1 second" in done.stdout


def test_a_memory_limit_ends_in_unknown() -> None:
    done = in_a_process(
        "check", "models/dks.py", "--set", "T=4", "--set", "C=3", "--reduce", "none", "--property", "I4", "--max-memory", "60M"
    )
    assert done.returncode == 3
    assert "UNKNOWN(the limit of 60 MiB of memory" in done.stdout


def test_ctrl_c_keeps_what_was_found() -> None:
    child = subprocess.Popen(
        [
            sys.executable,
            "-u",
            "-m",
            "checker",
            "check",
            "models/dks.py",
            "--set",
            "T=4",
            "--set",
            "C=3",
            "--reduce",
            "none",
            "--format",
            "json",
        ],
        cwd=PROJECT,
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
    assert {p["id"]: p["verdict"] for p in found["properties"]}["I2"] == "VIOLATED"
    assert {p["id"]: p["verdict"] for p in found["properties"]}["I4"] == "UNKNOWN"
    assert found["statistics"]["states"] > 0


def test_a_disagreement_of_the_judges_is_exit_4(tmp_path: Path) -> None:
    """Plant a bug in the engine's code generator: the replayer has to notice."""
    project = copy_of_project(tmp_path)
    generator = project / "checker" / "explicit" / "step" / "python_instructions.py"
    text = generator.read_text()
    planted = text.replace("s ^= (s >> o & {mask} ^ x) << o", "s ^= (s >> o & {mask} ^ x & ~1) << o")
    assert planted != text
    generator.write_text(planted)
    done = in_a_process("check", "models/rfc_v1.py", "--stack-pages", "3", cwd=project, PYTHONPATH=str(project))
    assert done.returncode == 4
    assert "engine and replayer disagree" in one_line(done.stderr)


def test_without_a_drawing_program_the_trace_is_still_saved(tmp_path: Path) -> None:
    """A PATH without `dot`, and an interpreter to which the wheel is hidden."""
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    code = (
        "import sys, checker.report.picture.svg as svg\n"
        "svg.find_program = lambda: None\n"
        "from checker.cli.main import run\n"
        f"sys.exit(run(['check', 'models/rfc_v1.py', '--stack-pages', '3', '--events', 'touch', '--save', {str(tmp_path / 'out')!r}]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 1, done.stderr
    assert (tmp_path / "out" / "single-hole.json").exists()
    assert (tmp_path / "out" / "single-hole.dot").exists()
    assert "there is no Graphviz" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_model_error_leaves_what_was_found() -> None:
    done = stackproof("check", "tests/explicit/models/error_beside_violation.py", "--format", "json")
    found = json.loads(done.stdout)
    jsonschema.validate(found, schema("stackproof-check"))
    assert (done.returncode, found["exit_status"]) == (2, 2)
    assert [(entry["id"], entry["verdict"], entry["length"]) for entry in found["runs"][0]["properties"]] == [
        ("late-put", "VIOLATED", 3),
        ("in-use", "VIOLATED", 1),
    ]
    assert found["runs"][0]["error"]["length"] == 3


UNREDUCED = '''# SPDX-License-Identifier: GPL-2.0-only
"""A list of symmetric cells, which refer to each other, and a step that takes the lowest free one."""
from checker.language import action, allocate, invariant, record, require


@record(count=2, allocated=True, symmetric=True)
class Cell:
    next: "Cell | None" = None


@record(count=2, symmetric=True)
class Light:
    on: bool = False


head: Cell | None = None


@action
def push() -> None:
    global head
    require(head is None)
    head = allocate(Cell)


@action
def tie() -> None:
    require(head is not None)
    head.next = head


@action
def switch(light: Light) -> None:
    require(not light.on)
    light.on = True


@invariant("single", "{head}")
def single() -> bool:
    """Test."""
    return head is None or head.next is None or head.next is head
'''


def test_symmetry_that_is_given_up_is_said(tmp_path: Path) -> None:
    """For a record of the model itself, in text and JSON; other records are reduced all the same. Who asks for no symmetry is
    told nothing, and of a record of another file, which the model cannot change, JSON tells alone."""
    model = tmp_path / "model.py"
    model.write_text(UNREDUCED)
    done = stackproof("check", str(model), "--format", "json", "--reduce", "pages,symmetry,partial-order")
    found = json.loads(done.stdout)
    jsonschema.validate(found, schema("stackproof-check"))
    assert found["reduce"] == "pages,partial-order"
    assert list(found["dropped_reductions"]) == ["symmetry of Cell"]
    why = found["dropped_reductions"]["symmetry of Cell"]
    assert f"{model}:23:12 allocates one of its instances or takes the first of several" in why
    note = f"Cell is declared symmetric, but the search could not use that and visited more states: {why}"
    assert note in found["notes"]
    text = stackproof("check", str(model)).stdout
    assert f"{note}\nReductions used: pages.\n" in text
    assert "declared symmetric" not in stackproof("check", str(model), "--reduce", "none").stdout
    kernel = ("check", "rfc_v1", "--cpus", "1", "--tasks", "2", "--stack-pages", "2", "--events", "fork")
    found = json.loads(stackproof(*kernel, "--format", "json").stdout)
    assert list(found["dropped_reductions"]) == ["symmetry of VmArea"]
    assert "symmetric" not in stackproof(*kernel).stdout and not any("symmetric" in note for note in found["notes"])


def test_a_model_without_parameters_and_events_has_no_configuration_to_tell(tmp_path: Path) -> None:
    model = tmp_path / "model.py"
    model.write_text(UNREDUCED.replace("    head.next = head", "    head.next = None"))
    text = stackproof("check", str(model)).stdout
    assert text.startswith(f"{model}: complete\n")
    assert "\n  single  BOUNDED(exhaustive)\n" in text
    model.write_text(UNREDUCED.replace("head.next = head", "head.next = allocate(Cell)"))
    assert "\n  single  VIOLATED in 2 steps\n" in stackproof("check", str(model)).stdout


def test_partial_order_without_agents_is_said(tmp_path: Path) -> None:
    model = tmp_path / "model.py"
    model.write_text(UNREDUCED.replace("count=2, symmetric", "count=1, symmetric"))
    found = json.loads(stackproof("check", str(model), "--format", "json", "--reduce", "partial-order").stdout)
    assert found["reduce"] == "none"
    assert list(found["dropped_reductions"]) == ["partial-order"]
    assert any(
        note.startswith("The reduction partial-order had nothing to do: the model has neither two") for note in found["notes"]
    )
