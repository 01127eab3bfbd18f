# SPDX-License-Identifier: GPL-2.0-only
"""gate on C text, which has no record: nothing may be violated in the configurations that its manifest names."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from checker.project import PROJECT
from tests.support.command import stackproof

LLIST = PROJECT / "models" / "llist"
LADDER = "\n[[ladder]]\nsizes = { CPUS = 1 }\nevents = []\n"
PYTHON = """# SPDX-License-Identifier: GPL-2.0-only
from checker.language import Expected, action, invariant

EXPECTED = (Expected(settings={}, events=(), violated={}, states=2, transitions=2, depth=1),)
up: bool = False


@action
def go() -> None:
    global up
    up = not up


@invariant("is", "it is up")
def fine() -> bool:
    "Either."
    return up or not up
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A C file with a manifest that names one small configuration."""
    shutil.copyfile(LLIST / "llist.c", tmp_path / "llist.c")
    text = (LLIST / "two_consumers.toml").read_text()
    (tmp_path / "none.toml").write_text(text.partition("[[ladder]]")[0])
    (tmp_path / "small.toml").write_text(text.partition("[[ladder]]")[0] + LADDER)
    (tmp_path / "both.toml").write_text(text.partition("[[ladder]]")[0] + LADDER + LADDER.replace("CPUS = 1", "CPUS = 2"))
    return tmp_path


def gate(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return stackproof("gate", *words, cwd=folder, STACKPROOF_CACHE=str(folder / "cache"), XDG_STATE_HOME=str(folder / "state"))


def test_where_nothing_is_violated_it_passes_and_says_what_was_searched(folder: Path) -> None:
    done = gate(folder, "llist.c", "--manifest", "small.toml")
    assert done.returncode == 0, done.stdout + done.stderr
    first, last = done.stdout.splitlines()
    assert first.startswith("llist.c: nothing violated: 1 configuration, ")
    assert first.endswith(" states; C text has no record")
    assert last == "nothing violated"
    again = gate(folder, "llist.c", "--manifest", "small.toml", "--verbose")
    assert again.returncode == 0
    assert again.stdout.splitlines()[1] == "1 of 1 search from the cache; --no-cache searches again"
    assert "nothing violated: 1 CPU: " in again.stdout.splitlines()[0]


def test_what_is_violated_fails_at_the_place_that_check_names(folder: Path) -> None:
    words = ("llist.c", "--manifest", "both.toml")
    done = gate(folder, *words)
    assert done.returncode == 1, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    found = [line for line in lines if ": error: " in line]
    assert any(
        re.fullmatch(r"both\.toml:24: error: 2 CPUs: taken-once: client0 gets node0, .*; 46 steps", line) for line in found
    )
    assert "llist.c: nothing violated: 1 of 2 configurations" in done.stdout
    assert lines[-1] == "violated, where nothing may be: 1 configuration"
    cached = gate(folder, *words, "--jobs", "2")
    assert "2 of 2 searches from the cache" in cached.stdout
    assert [line for line in cached.stdout.splitlines() if ": error: " in line] == found
    checked = stackproof("check", *words, "--cpus", "2", "--format", "json", cwd=folder)
    verdicts = json.loads(checked.stdout)["runs"][0]["properties"]
    assert len(found) == sum(verdict["verdict"] == "VIOLATED" for verdict in verdicts)


def test_formats_have_a_case_for_each_configuration(folder: Path) -> None:
    outputs = [word for name in ("ktap", "github", "sarif", "junit") for word in ("--format", name, "--output", f"x.{name}")]
    assert gate(folder, "llist.c", "--manifest", "both.toml", *outputs).returncode == 1
    ktap = (folder / "x.ktap").read_text()
    assert "  ok 1 1 CPU\n" in ktap and "  not ok 2 2 CPUs\n" in ktap
    assert "::error file=both.toml,line=24," in (folder / "x.github").read_text()
    results = json.loads((folder / "x.sarif").read_text())["runs"][0]["results"]
    assert {result["ruleId"] for result in results} == {"violation"}


def test_a_search_that_did_not_end_is_inconclusive(folder: Path) -> None:
    done = gate(folder, "llist.c", "--manifest", "both.toml", "--timeout", "0.0001", "--no-cache")
    assert done.returncode == 3, done.stdout + done.stderr
    assert "error: 1 CPU: UNKNOWN " in done.stdout
    assert "nothing violated" not in done.stdout
    assert done.stdout.splitlines()[-1] == "not searched to the end: 2 configurations"


def test_without_configurations_it_says_what_to_do(folder: Path) -> None:
    done = gate(folder, "llist.c", "--manifest", "none.toml")
    assert done.returncode == 2
    assert done.stderr.splitlines()[0] == (
        "llist.c:1:1: error: its manifest names no configurations: add [[ladder]] to it, or use `check`"
    )


def test_options_that_do_not_fit_are_refused(folder: Path) -> None:
    (folder / "model.py").write_text(PYTHON)
    for words, why in {
        ("llist.c", "--manifest", "small.toml", "--update"): "C text has no record that --update could write",
        ("model.py", "--manifest", "small.toml"): "--manifest is for patches and C files",
        ("llist.c", "--manifest", "nowhere.toml"): "nowhere.toml",
    }.items():
        done = gate(folder, *words)
        assert done.returncode == 2, words
        assert why in done.stderr, done.stderr
        assert len(done.stderr.splitlines()) == 1 or "llist" in done.stderr


def commit(folder: Path) -> None:
    for words in (("init", "-q"), ("add", "llist.c"), ("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "text")):
        subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)


def test_against_a_revision_both_sides_have_the_given_manifest_and_config(folder: Path) -> None:
    (folder / ".config").write_text("CONFIG_SMP=y\n")
    commit(folder)
    words = ("llist.c", "--manifest", "small.toml", "--config", ".config", "--base", "HEAD")
    done = gate(folder, *words)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "llist.c: unchanged since HEAD: nothing to search\n" in done.stdout
    text = (folder / "llist.c").read_text()
    takes = "while (!try_cmpxchg(&head->first, &entry, next));"
    assert text.count(takes) == 1
    (folder / "llist.c").write_text(text.replace(takes, "while (false);"))
    done = gate(folder, *words)
    assert done.returncode == 1, done.stdout + done.stderr
    assert ": error: NEW taken-once: " in done.stdout
    assert "1 CPU" in done.stdout and "2 CPUs" not in done.stdout, "the configurations of the given manifest"


def test_against_a_revision_a_model_in_python_takes_no_manifest(folder: Path) -> None:
    (folder / "model.py").write_text(PYTHON)
    commit(folder)
    done = gate(folder, "model.py", "--manifest", "small.toml", "--base", "HEAD")
    assert done.returncode == 2
    assert "model.py: error: --manifest is for patches and C files" in done.stderr


def test_a_model_with_a_record_and_c_text_in_one_call(folder: Path) -> None:
    (folder / "model.py").write_text(PYTHON)
    shutil.copyfile(folder / "small.toml", folder / "manifest.toml")
    assert gate(folder, "--update", "model.py").returncode == 0
    done = gate(folder, "model.py", "llist.c")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "all as recorded; nothing violated"
    assert "model.py: as recorded: 1 configuration, 2 states" in done.stdout
    assert "llist.c: nothing violated: 1 configuration" in done.stdout
