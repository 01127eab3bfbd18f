# SPDX-License-Identifier: GPL-2.0-only
"""What other people's text can do to a terminal, to a file, and to standard files that are closed or narrow: nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from checker.cli.terminal.output import harmless
from checker.project import PROJECT
from tests.support.command import stackproof
from tests.support.sampling import always

MODEL = """
from checker.language import action, invariant

up: bool = False


@action
def go() -> None:
    global up
    up = not up


@invariant({identifier!r}, {message!r})
def fine() -> bool:
    '''Never up.'''
    return not up
"""


def run(*arguments: str, cwd: Path = PROJECT, **changes: str) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), **changes}
    command = [sys.executable, "-m", "checker", *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, timeout=120)


def test_harmless() -> None:
    assert harmless("plain ü \t\n") == "plain ü \t\n"
    assert harmless("\x1b[31m\x07\x9b\u202e", colours=False) == "\\x1b[31m\\x07\\x9b\\u202e"
    assert harmless("\x1b[1mbold\x1b[0m\x1b]0;title\x07", colours=True) == "\x1b[1mbold\x1b[0m\\x1b]0;title\\x07"
    assert harmless("a\rb") == "a\\x0db"


@pytest.mark.parametrize("identifier", ["../../x", "/tmp/x", "a b", "", "x" * 65, "-x", "a/b", "a\n", "ü", "\x1b[31m", "a.b"])
def test_what_names_a_property(tmp_path: Path, identifier: str) -> None:
    """It becomes the name of a file with --save."""
    (tmp_path / "model.py").write_text(MODEL.format(identifier=identifier, message="up"))
    done = stackproof("check", "model.py", "--save", "findings/here", cwd=tmp_path)
    assert done.returncode == 2
    assert "letters, digits and hyphens" in done.stderr
    assert done.stderr.count("\n") == 3, "the error, the line that it points at, and the mark below"
    assert "\x1b" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["model.py"]


def test_a_stored_trace_with_such_a_property_is_refused(tmp_path: Path) -> None:
    stored = (PROJECT / "counterexamples/dks/I2.json").read_text()
    assert '"property": "I2"' in stored
    (tmp_path / "trace.json").write_text(stored.replace('"property": "I2"', '"property": "../x"'))
    for command in ("show", "replay"):
        done = stackproof(command, str(tmp_path / "trace.json"))
        assert done.returncode == 2
        assert "letters, digits and hyphens" in done.stderr


def test_no_escape_code_of_a_model_or_a_file_name_is_printed(tmp_path: Path) -> None:
    folder = tmp_path / "a\x1b]0;title\x07b"
    folder.mkdir()
    (folder / "model.py").write_text(MODEL.format(identifier="fine", message="up \x1b[2J \x9b5A {up} \u202e"))
    (folder / "wrong.py").write_text("x\x1b[2J = 3\n")
    for arguments in (("check", "model.py"), ("check", "wrong.py"), ("list", "model.py"), ("check", "nowhere\x1b[2J.py")):
        done = stackproof(arguments[0], str(folder / arguments[1]), COLUMNS="100")
        assert done.returncode in (0, 1, 2)
        printed = done.stdout + done.stderr
        assert printed
        assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(printed), repr(printed)


@pytest.mark.parametrize("encoding", always(("ascii", "latin-1", "utf-8"), lambda encoding: encoding == "ascii"))
def test_an_encoding_that_lacks_characters(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "model.py").write_text(MODEL.format(identifier="fine", message="höher → up"), encoding="utf-8")
    done = run("check", "model.py", cwd=tmp_path, PYTHONIOENCODING=encoding)
    assert done.returncode == 1
    assert done.stderr == b""


@pytest.mark.parametrize(
    ("closed", "status"),
    always(
        [("<&-", 1), (">&-", 1), ("2>&-", 1), ("<&- >&- 2>&-", 1), ("| head -1", 3)],
        lambda case: case[0] in ("<&- >&- 2>&-", "| head -1"),
    ),
)
def test_standard_files_that_are_closed(tmp_path: Path, closed: str, status: int) -> None:
    (tmp_path / "model.py").write_text(MODEL.format(identifier="fine", message="up " * 30000))
    command = f"{sys.executable} -m checker check model.py --save findings --format json {closed}"
    done = subprocess.run(
        ["bash", "-c", f"{command}; exit ${{PIPESTATUS[0]}}"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        timeout=120,
    )
    assert done.returncode == status
    assert done.stderr == b""
    assert (tmp_path / "findings" / "fine.json").exists()
