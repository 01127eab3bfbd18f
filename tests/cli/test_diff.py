# SPDX-License-Identifier: GPL-2.0-only
"""`stackproof diff` from outside: what is new, fixed and still there, for files, revisions and stored reports."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import jsonschema
import pytest

import checker.cli.diff
from checker.report.text.screen import Screen
from tests.support.command import run, stackproof
from tests.support.printed import schema

MODEL = '''# SPDX-License-Identifier: GPL-2.0-only
"""A counter."""

from checker.language import Range, action, invariant, require
from models.limits import HIGHEST

count: int = 0


@action
def up() -> None:
    global count
    require(count < HIGHEST)
    count += STEP


@invariant("small", "{count} is too much")
def is_small() -> bool:
    """A small counter is cheap."""
    return count < 4


@invariant("even", "{count} is odd")
def is_even() -> bool:
    """Pairs belong together."""
    return count % 2 == 0
'''


def model(step: int) -> str:
    annotated = MODEL.replace("count: int = 0", "count: Annotated[int, Range(0, 20)] = 0").replace("STEP", str(step))
    return annotated.replace("from checker", "from typing import Annotated\n\nfrom checker", 1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A repository whose first commit steps by 1, and whose files step by 2."""
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "limits.py").write_text("HIGHEST = 9\n")
    (tmp_path / "models" / "counter.py").write_text(model(1))
    git(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path)
    (tmp_path / "models" / "limits.py").write_text("HIGHEST = 2\n")
    (tmp_path / "models" / "counter.py").write_text(model(2))
    return tmp_path


def git(folder: Path, *words: str) -> None:
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True)


def commit(folder: Path) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "c")


def diff(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return stackproof("diff", *words, cwd=folder, STACKPROOF_CACHE=str(folder / "cache"), XDG_STATE_HOME=str(folder / "state"))


def test_a_fix_is_fixed_and_its_reverse_is_new(folder: Path) -> None:
    (folder / "old.py").write_text(model(1).replace("from models.limits import HIGHEST", "HIGHEST = 9"))
    (folder / "new.py").write_text(model(2).replace("from models.limits import HIGHEST", "HIGHEST = 9"))
    forth = diff(folder, "old.py", "new.py")
    assert forth.returncode == 0, forth.stdout + forth.stderr
    assert "error" not in forth.stdout
    assert "FIXED even: 1 is odd; was 1 step" in forth.stdout
    assert "STILL small: 4 is too much; 4 -> 2 steps" in forth.stdout
    back = diff(folder, "new.py", "old.py")
    assert back.returncode == 1
    assert "error: NEW even: 1 is odd; 1 step" in back.stdout
    assert "LONGER small: 4 is too much; 2 -> 4 steps" in back.stdout
    assert back.stdout.count("error:") == 1


def test_a_revision_is_read_with_what_it_imports(folder: Path) -> None:
    done = diff(folder, "HEAD:models/counter.py", "models/counter.py")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "FIXED small: 4 is too much; was 4 steps" in done.stdout  # HIGHEST is that of the revision
    assert "FIXED even" in done.stdout
    assert "/tmp" not in done.stdout and "stackproof-" not in done.stdout
    assert done.stdout.splitlines()[-1].startswith("HEAD:models/counter.py -> models/counter.py: 1 configuration: 2 FIXED")
    here = diff(folder / "models", "HEAD:./counter.py", "counter.py")
    assert here.returncode == 0 and "FIXED even" in here.stdout


def test_a_model_and_itself_differ_in_nothing(folder: Path) -> None:
    done = diff(folder, "models/counter.py", "models/counter.py", "--no-cache")
    assert done.returncode == 0
    assert "NEW" not in done.stdout and "FIXED" not in done.stdout


def test_a_report_is_a_side(folder: Path) -> None:
    (folder / "report.json").write_text(stackproof("check", "models/counter.py", "--format", "json", cwd=folder).stdout)
    done = diff(folder, "HEAD:models/counter.py", "report.json", "--format", "json")
    found = json.loads(done.stdout)
    jsonschema.validate(found, schema("stackproof-diff"))
    assert {line["property"]: line["change"] for line in found["lines"]} == {"small": "FIXED", "even": "FIXED"}
    assert "taken as said" in found["notes"][0]
    assert found["exit_status"] == done.returncode == 0


def test_a_property_that_is_gone_is_not_fixed(folder: Path) -> None:
    text = model(1).replace("from models.limits import HIGHEST", "HIGHEST = 9")
    (folder / "old.py").write_text(text)
    (folder / "new.py").write_text(text[: text.index('\n\n@invariant("even"')])
    done = diff(folder, "old.py", "new.py")
    assert done.returncode == 3, done.stdout + done.stderr
    assert "error: UNKNOWN even: new.py does not check it; it was VIOLATED" in done.stdout
    assert "FIXED" not in done.stdout


def test_what_was_not_searched_to_its_end_is_not_fixed(folder: Path) -> None:
    text = model(1).replace("from models.limits import HIGHEST", "HIGHEST = 9")
    (folder / "old.py").write_text(text)
    report = json.loads(stackproof("check", "old.py", "--format", "json", cwd=folder).stdout)
    for whole in (report, report["runs"][0]):
        whole["stopped"] = "the limit of 1 states"
        whole["properties"][1] |= {"verdict": "UNKNOWN", "bound": None, "message": "a limit", "trace": None, "length": None}
    (folder / "report.json").write_text(json.dumps(report))
    done = diff(folder, "old.py", "report.json")
    assert done.returncode == 3, done.stdout + done.stderr
    assert "error: UNKNOWN even: it was VIOLATED, and is UNKNOWN: a limit" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("HEAD:nothing.py", "models/counter.py"), "HEAD has no file nothing.py"),
        (("none:models/counter.py", "models/counter.py"), "no revision none"),
        (("--", "-x:models/counter.py", "models/counter.py"), "'-x' is not a git revision"),
        (("HEAD:../x.py", "models/counter.py"), "not a path from the top"),
        (("HEAD:/etc/passwd", "models/counter.py"), "not a path from the top"),
        (("HEAD:.git/config", "models/counter.py"), "not a path from the top"),
        (("bad.json", "models/counter.py"), "not a report"),
        (("models/counter.py", "models/counter.py", "--manifest", "x"), "for patches and C files"),
        (("models/counter.py", "models/counter.py", "--property", "nothing"), "has no property nothing"),
    ],
)
def test_bad_input_is_one_line(folder: Path, words: tuple[str, ...], said: str) -> None:
    (folder / "bad.json").write_text('{"schema": "stackproof-check", "version": 1, "runs": [{"configuration": {}}]}')
    done = diff(folder, *words)
    assert done.returncode == 2, done.stdout
    assert done.stdout == "" and len(done.stderr.splitlines()) == 1
    assert said in done.stderr


def test_links_and_names_of_a_hostile_tree(folder: Path) -> None:
    (folder / "models" / "link.py").symlink_to("/etc/passwd")
    (folder / "models" / "imports.py").write_text("from models.link import X\n")
    commit(folder)
    done = diff(folder, "HEAD:models/link.py", "models/counter.py")
    assert done.returncode == 2 and "symbolic link" in done.stderr
    done = diff(folder, "HEAD:models/imports.py", "models/counter.py")
    assert done.returncode == 2 and "there is no module models.link" in done.stderr


def test_an_error_in_a_revision_names_no_folder_of_ours(folder: Path) -> None:
    (folder / "models" / "broken.py").write_text("def x(:\n")
    commit(folder)
    done = diff(folder, "HEAD:models/broken.py", "models/counter.py")
    assert done.returncode == 2
    assert done.stderr.startswith("HEAD:models/broken.py:1:7: error: not valid Python")


def test_a_repository_cannot_have_code_of_its_own_run(folder: Path) -> None:
    script = folder / "evil.sh"
    script.write_text(f"#!/bin/sh\ntouch {folder}/ran\n")
    script.chmod(0o700)
    (folder / ".gitattributes").write_text("*.py filter=evil diff=evil\n")
    commit(folder)
    for name in ("core.fsmonitor", "core.pager", "filter.evil.smudge", "diff.evil.textconv", "core.sshCommand"):
        git(folder, "config", name, str(script))
    (folder / ".git" / "hooks" / "post-checkout").write_text(script.read_text())
    os.chmod(folder / ".git" / "hooks" / "post-checkout", 0o700)
    assert diff(folder, "HEAD:models/counter.py", "models/counter.py").returncode == 0
    assert not (folder / "ran").exists()


def test_the_second_time_comes_from_the_cache_and_says_so(folder: Path) -> None:
    words = ("HEAD:models/counter.py", "models/counter.py")
    first = diff(folder, *words)
    again = diff(folder, *words)
    assert "from the cache" not in first.stdout
    assert again.stdout == first.stdout.rstrip("\n") + "; 2 of 2 searches from the cache\n"
    assert "from the cache" not in diff(folder, *words, "--no-cache").stdout
    with (folder / "models" / "counter.py").open("a") as file:
        file.write("# a comment\n")
    assert "2 of 2" in diff(folder, *words).stdout
    (folder / "models" / "limits.py").write_text("HIGHEST = 3\n")
    assert "1 of 2" in diff(folder, *words).stdout


def test_gate_says_what_became_of_each_property_and_marks_what_got_worse(folder: Path) -> None:
    text = model(2).replace("from models.limits import HIGHEST", "HIGHEST = 9").replace("import Range", "import Expected, Range")
    record = """

EXPECTED = (
    Expected(settings={}, events=(), violated={"small": 1, "even": 3}, states=9, transitions=9, depth=9),
)
"""
    (folder / "own.py").write_text(text + record)
    done = stackproof("gate", "own.py", "--no-cache", cwd=folder)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "LONGER small is violated in 2 steps, recorded is violated in 1 step" in done.stdout
    assert "FIXED even is satisfied, recorded is violated in 3 steps" in done.stdout
    assert "CHANGED 6 states, recorded are 9; 5 transitions, recorded are 9; depth 5, recorded is 9" in done.stdout
    (folder / "own.py").write_text(text + record.replace('"small": 1, ', ""))
    worse = stackproof("gate", "own.py", "--no-cache", cwd=folder).stdout
    assert "error: NEW small is violated in 2 steps, recorded is satisfied" in worse
    assert worse.count("error: NEW") == 1


@pytest.mark.parametrize("jobs", [2, 9])
def test_models_that_are_compared_side_by_side_are_told_in_their_order(folder: Path, jobs: int) -> None:
    for name in ("a", "b", "c"):
        shutil.copyfile(folder / "models" / "counter.py", folder / "models" / f"{name}.py")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "c")
    for name, step in (("a", 1), ("c", 3)):
        (folder / "models" / f"{name}.py").write_text(model(step))
    words = ("gate", *(f"models/{name}.py" for name in "abc"), "--base", "HEAD", "--no-cache")
    alone = stackproof(*words, cwd=folder)
    together = stackproof(*words, "--jobs", str(jobs), cwd=folder)
    assert alone.returncode == 1, alone.stderr
    assert "models/b.py: unchanged since HEAD" in alone.stdout
    assert (together.returncode, together.stdout, together.stderr) == (1, alone.stdout, "")


def test_an_error_of_a_model_that_is_compared_side_by_side_is_told(folder: Path) -> None:
    (folder / "models" / "counter.py").write_text("x = = 1\n")
    done = stackproof("gate", "models", "--base", "HEAD", "--jobs", "2", cwd=folder)
    assert done.returncode == 2
    assert "counter.py:1:5: error: not valid Python" in done.stderr, done.stderr


def test_a_note_of_both_sides_is_told_once(folder: Path) -> None:
    assert stackproof("check", "models/counter.py", "--format", "json", "--output", "a.json", cwd=folder).returncode in (0, 1)
    done = diff(folder, "a.json", "a.json")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("note: a.json is a stored report") == 1


def test_gate_with_a_base_compares_every_model_with_what_it_was(folder: Path) -> None:
    def gate() -> subprocess.CompletedProcess[str]:
        return stackproof("gate", "models/counter.py", "--base", "HEAD", cwd=folder, STACKPROOF_CACHE=str(folder / "cache"))

    first = gate()
    assert first.returncode == 0, first.stdout + first.stderr
    assert "FIXED even" in first.stdout and "error" not in first.stdout
    assert gate().stdout.splitlines()[-1] == "2 of 2 searches from the cache"
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "c")
    with (folder / "models" / "counter.py").open("a") as file:
        file.write("# a comment\n")
    assert "models/counter.py: unchanged since HEAD: nothing to search" in gate().stdout
    (folder / "models" / "counter.py").write_text(model(1))
    worse = gate()
    assert worse.returncode == 1
    assert "error: NEW even" in worse.stdout


def test_on_a_terminal_no_line_is_longer_than_it(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    words = (
        "diff",
        "rfc_v1",
        "rfc_v1_nr_fixed",
        "--cpus",
        "1",
        "--tasks",
        "1",
        "--stack-pages",
        "3",
        "--events",
        "touch",
        "--no-cache",
    )
    assert run(*words) == 0
    piped = capsys.readouterr().out
    assert max(map(len, piped.splitlines())) > 80, "a pipe has each message on one line"
    monkeypatch.setattr(checker.cli.diff, "screen", lambda: Screen(39))
    assert run(*words) == 0
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 39
    assert shown.split() == piped.split(), "the same words"
