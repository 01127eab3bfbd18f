# SPDX-License-Identifier: GPL-2.0-only
"""Nothing that lies in the current directory, beside a certificate or beside a model is ever imported by a command."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from checker.project import PROJECT
from checker.symbolic.solvers.isolated import search_path
from tests.support.sampling import always

COMMAND = Path(sys.executable).parent / "stackproof"
NAMES = ("bitwuzla", "z3", "click", "json", "checker", "models", "ziglang", "runpy", "psutil", "resource", "pickle")
MODEL = """
from checker.language import action, invariant

up: bool = False


@action
def go() -> None:
    global up
    up = not up


@invariant("fine", "no")
def fine() -> bool:
    '''Holds.'''
    return up or not up


EXPECTED = ()
"""


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A folder with a model, and with modules of well-known names that leave a file `ran` behind when they are imported."""
    (tmp_path / "model.py").write_text(MODEL)
    for name in NAMES:
        text = f"open({str(tmp_path / 'ran')!r}, 'w').write({name!r})\n"
        (tmp_path / f"{name}.py").write_text(text)
    return tmp_path


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    return subprocess.run([COMMAND, *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=120)


@pytest.mark.skipif(not COMMAND.exists(), reason="the command `stackproof` is not installed beside this Python")
@pytest.mark.parametrize(
    ("arguments", "status"),
    always(
        [
            ("check model.py", 0),
            ("check model.py --engine compiled", 0),
            ("check model.py --engine z3 --depth 3", 0),
            ("check model.py --engine bitwuzla --depth 3", 0),
            ("prove model.py", 0),
            ("prove model.py --engine spacer", 0),
            ("prove model.py --engine k-induction", 0),
            ("simulate model.py --walks 2", 3),
            ("mutate model.py --list", 0),
        ],
        lambda case: case[0] in ("check model.py", "check model.py --engine z3 --depth 3", "prove model.py"),
    ),
)
def test_no_command_imports_what_lies_in_the_current_directory(hostile: Path, arguments: str, status: int) -> None:
    done = run(hostile, *arguments.split())
    assert done.returncode == status, done.stdout + done.stderr
    assert not (hostile / "ran").exists(), (hostile / "ran").read_text()


@pytest.mark.skipif(not COMMAND.exists(), reason="the command `stackproof` is not installed beside this Python")
def test_a_certificate_is_not_read_by_a_solver_that_lies_beside_it(hostile: Path) -> None:
    assert run(hostile, "prove", "model.py", "--certificates", "proof").returncode == 0
    for name in NAMES:
        (hostile / "proof" / f"{name}.py").write_text((hostile / f"{name}.py").read_text())
    for folder, certificate in ((hostile, "proof"), (hostile / "proof", ".")):
        done = run(folder, "certify", certificate)
        assert "Traceback" not in done.stderr
        assert not (hostile / "ran").exists(), (hostile / "ran").read_text()


def test_the_search_path_is_without_the_current_directory() -> None:
    assert search_path(["", ".", "/a", "/b", "/a", "relative"], Path("/a")) == ["/b", str(PROJECT)]
    assert search_path([str(PROJECT), "/b"], PROJECT) == ["/b", str(PROJECT)]
