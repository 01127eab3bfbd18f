# SPDX-License-Identifier: GPL-2.0-only
"""`stackproof mutate` on C text, from outside."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from checker.language.errors import ModelError
from checker.language.front.inputs import Inputs
from checker.language.front.load import c_protocol, load_program
from checker.mutation.c.mutants import c_mutants_of
from checker.project import PROJECT
from tests.language.c.fixtures import GROWING, changed
from tests.support.command import stackproof
from tests.support.printed import schema

SMALL = ("--cpus", "1", "--tasks", "1", "--stack-pages", "3", "--events", "touch")
COUNT = "dynamic_stack_fault: drop: area->nr_pages = have"
STATISTICS = "stack_pool_refill: drop: mod_lruvec_page_state(page, NR_KERNEL_STACK_KB, PAGE_SIZE / 1024)"


@pytest.fixture
def patch(tmp_path: Path) -> Path:
    """A copy of the patch, to put waivers beside."""
    return Path(shutil.copy(GROWING, tmp_path / "growing.patch"))


def mutate(path: Path, *arguments: str) -> tuple[int, dict[str, Any]]:
    done = stackproof("mutate", str(path), *SMALL, "--jobs", "1", *arguments, "--format", "json")
    assert "Traceback" not in done.stderr, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    jsonschema.validate(found, schema("stackproof-mutate"))
    assert done.returncode == found["exit_status"]
    return done.returncode, found


def names(*arguments: str) -> list[str]:
    return stackproof("mutate", str(GROWING), *arguments, "--list").stdout.splitlines()


def test_a_mutant_is_killed_as_the_changed_text_is(tmp_path: Path) -> None:
    status, found = mutate(GROWING, "--only", COUNT)
    (mutant,) = found["mutants"]
    assert (status, mutant["outcome"], mutant["property"]) == (0, "killed", "single-hole")
    assert (mutant["file"], mutant["kind"]) == ("kernel/fork.c", "drop")
    written = changed(tmp_path, ("+		area->nr_pages = have;", "+		;"))
    done = stackproof("check", str(written), *SMALL, "--property", "single-hole")
    assert f"single-hole  VIOLATED in {mutant['length']} steps" in done.stdout


def test_names_do_not_depend_on_lines_and_are_each_there_once(tmp_path: Path) -> None:
    lower = changed(tmp_path, ("@@ -5,6 +5,173 @@", "@@ -105,6 +105,173 @@"), ("@@ -16,5 +183,10 @@", "@@ -116,5 +283,10 @@"))
    found = names(*SMALL)
    assert len(set(found)) == len(found) > 100
    assert stackproof("mutate", str(lower), *SMALL, "--list").stdout.splitlines() == found


def test_only_what_is_in_use_is_changed() -> None:
    small, large = names(*SMALL), names("--cpus", "2", "--events", "touch,fork,exit,hotplug")
    assert set(small) < set(large)
    assert any(name.startswith("stack_pool_dead: ") for name in large)
    assert not any(name.startswith("stack_pool_dead: ") for name in small)
    assert "__schedule: drop: stack_grown(prev)" in small
    registered = "fork_init: drop: cpuhp_setup_state("
    assert any(name.startswith(registered) for name in large)
    assert not any(name.startswith(registered) for name in small)


def test_a_statement_that_is_added_to_the_kernel_is_left_out() -> None:
    _, found = mutate(GROWING, "--only", "__schedule: *")
    (mutant,) = found["mutants"]
    assert mutant["outcome"] == "killed"
    assert (mutant["file"], mutant["line"]) == ("kernel/sched/core.c", 12)


def test_a_mutant_that_is_no_model_is_stillborn_with_its_line() -> None:
    _, found = mutate(GROWING, "--only", "dynamic_stack_fault: drop: return true")
    (mutant,) = found["mutants"]
    assert mutant["outcome"] == "stillborn"
    assert mutant["message"].startswith("kernel/fork.c:134:14: error: ")


def test_survivors_are_waived_in_a_file_beside_the_patch(patch: Path) -> None:
    status, found = mutate(patch, "--only", STATISTICS)
    assert (status, found["mutants"][0]["outcome"]) == (1, "survived")
    beside = patch.with_name("growing.patch.waivers")
    beside.write_text(f"{STATISTICS}\n    A statistic.\n", encoding="utf-8")
    status, found = mutate(patch, "--only", STATISTICS)
    assert (status, found["mutants"][0]["waived"]) == (0, "A statistic.")
    beside.write_text("no_such: drop: thing\n    Never.\n", encoding="utf-8")
    assert mutate(patch, "--only", STATISTICS)[0] == 1


def test_standard_input_can_be_changed_too() -> None:
    command = [sys.executable, "-m", "checker", "mutate", "-", *SMALL, "--jobs", "1", "--only", COUNT]
    done = subprocess.run(command, input=GROWING.read_bytes(), cwd=PROJECT, capture_output=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert b"1 mutant: 1 killed" in done.stdout


def test_every_mutant_is_a_program_or_is_refused_with_a_position() -> None:
    settings, events = {"CPUS": 1, "TASKS": 1, "STACK_PAGES": 3}, ("touch",)
    text = c_protocol(GROWING, Inputs())
    assert text is not None
    model = load_program(GROWING, settings, events)
    mutants = c_mutants_of(text, [model])
    same = []
    for mutant in mutants:
        try:
            program = load_program(GROWING, settings, events, mutant.inputs(Inputs()))
        except ModelError as error:
            assert error.position.file.endswith((".c", ".h", ".toml"))
            continue
        if program.routines == model.routines:
            same.append(mutant.name)
    assert [name for name in same if "mod_lruvec" not in name] == []
    assert load_program(GROWING, settings, events) == model
