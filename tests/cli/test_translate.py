# SPDX-License-Identifier: GPL-2.0-only
"""`stackproof translate`, and what `check` and `simulate` say of the translation."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema

from checker.project import PROJECT
from tests.language.c.fixtures import GROWING, changed, damaged
from tests.support.command import stackproof
from tests.support.printed import schema

SMALL = ("--cpus", "1", "--tasks", "1", "--stack-pages", "3", "--events", "touch")
PATCH = str(GROWING.relative_to(PROJECT))


def translated(*arguments: str) -> str:
    done = stackproof("translate", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_everything_is_told(golden: Callable[[str, str], None]) -> None:
    golden("translate_growing.txt", translated(PATCH, *SMALL))


def test_each_statement_stands_with_its_line_of_c() -> None:
    source = GROWING.read_text(encoding="utf-8").split("\n")
    number = next(n for n, line in enumerate(source) if "area->pages[have] = page;" in line)
    heading = next(n for n in range(number, 0, -1) if source[n].startswith("@@"))
    first = int(source[heading].split("+")[1].split(",")[0])
    assert f"fork.c:{first + number - heading - 1} |         area.pages[have] = page" in translated(PATCH, *SMALL)


def test_sizes_and_events_are_those_that_were_asked_for() -> None:
    text = translated(PATCH, "--stack-pages", "4", "--events", "none")
    assert "THREAD_SIZE = 16384" in text
    assert "events: none" in text


def test_repairs_are_told(tmp_path: Path) -> None:
    path = damaged(tmp_path)
    text = translated(str(path), *SMALL)
    assert f"Repaired\n  {path}:" in text
    assert "Repaired" not in translated(PATCH, *SMALL)
    code = "\n\n\n"
    assert text.partition(code)[2].replace("damaged.patch", "growing.patch") == translated(PATCH, *SMALL).partition(code)[2]


def test_a_line_that_the_manifest_ignores_is_told(tmp_path: Path) -> None:
    manifest = tmp_path / "mine.toml"
    manifest.write_text('[ignore]\nlines = ["fork_init"]\n', encoding="utf-8")
    path = changed(tmp_path, ("+	stack_pool_prepare(smp_processor_id());", "+	another_thing(smp_processor_id());"))
    refused = stackproof("translate", str(path), *SMALL)
    assert refused.returncode == 2
    assert "another_thing" in refused.stderr
    text = translated(str(path), "--manifest", str(manifest), *SMALL)
    assert "Ignored, as the manifest says\n  kernel/fork.c:189: fork_init\n" in text
    assert f"manifest: spec/c/dynamic_stacks.toml, {manifest}" in " ".join(text.split())


def test_a_pool_that_nothing_fills_at_boot_is_an_assumption(tmp_path: Path) -> None:
    manifest = tmp_path / "mine.toml"
    manifest.write_text('[ignore]\nlines = ["stack_pool_prepare", "stack_pool_dead"]\n', encoding="utf-8")
    registered = (
        '+	cpuhp_setup_state(CPUHP_BP_PREPARE_DYN, "fork:stack_pool",\n+			  stack_pool_prepare, stack_pool_dead);\n'
        "+	stack_pool_prepare(smp_processor_id());"
    )
    path = changed(tmp_path, (registered, "+\n+\n+"))
    text = translated(str(path), "--manifest", str(manifest), *SMALL)
    assert "no statement of the text does this, and the initial state has it" in " ".join(text.split())
    assert "no statement of the text" not in translated(PATCH, *SMALL)


def test_other_peoples_text_has_no_control_characters(tmp_path: Path) -> None:
    path = changed(tmp_path, ("fork: stacks that grow", "fork: \x1b[31mred"))
    assert "\x1b" not in translated(str(path), *SMALL)


def test_a_model_in_python_is_not_translated() -> None:
    done = stackproof("translate", "rfc_v1")
    assert done.returncode == 2
    assert "this is a model in Python" in done.stderr


def test_what_cannot_be_translated_is_refused_with_its_line(tmp_path: Path) -> None:
    path = changed(tmp_path, ("+	tsk->flags |= PF_DYNAMIC_STACK;", "+	tell_somebody(tsk);"))
    done = stackproof("translate", str(path), *SMALL)
    assert done.returncode == 2
    assert "kernel/fork.c:168:2: error: " in done.stderr
    assert "changed.patch:" in done.stderr


def test_a_check_says_what_was_translated(tmp_path: Path) -> None:
    path = damaged(tmp_path)
    done = stackproof("check", str(path), *SMALL)
    assert done.returncode == 0, done.stderr
    said = done.stdout.partition("Verdicts\n")[2]
    assert "\nTranslated: 9 functions of include/linux/sched/task_stack.h, kernel/fork.c; the kernel's own: exit_task" in said
    assert "\nBound: 3 statements added to fork_init, __schedule\n" in said
    assert "\nNot translated: arch/Kconfig (7 lines)\n" in said
    assert f"\nRepaired: 5 places of {path}, the first in line " in said


def test_json_says_it_too() -> None:
    for command in ("check", "simulate"):
        done = stackproof(command, PATCH, *SMALL, "--format", "json")
        found = json.loads(done.stdout)
        jsonschema.validate(found, schema(f"stackproof-{command}"))
        told = found["translation"]
        assert {"name": "dynamic_stack_fault", "at": "kernel/fork.c:134", "hooks": ["stack_fault"]} in told["functions"]
        assert told["not_translated"] == [{"file": "arch/Kconfig", "added": 7, "removed": 0}]
        assert told["config"] == {"CONFIG_DYNAMIC_STACK": "y", "CONFIG_VMAP_STACK": "y"}


def test_a_model_in_python_has_no_translation() -> None:
    done = stackproof("check", "rfc_v1", *SMALL, "--format", "json")
    found = json.loads(done.stdout)
    jsonschema.validate(found, schema("stackproof-check"))
    assert found["translation"] is None
