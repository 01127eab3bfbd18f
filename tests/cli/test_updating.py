# SPDX-License-Identifier: GPL-2.0-only
"""`gate --update` writes what a search finds into the model, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from checker.project import PROJECT
from tests.support.command import stackproof

MODEL = '''# SPDX-License-Identifier: GPL-2.0-only
"""A counter."""

from typing import Annotated

from checker.language import Expected, Range, Recorded, action, event, invariant, parameter, require

LAST = parameter(3, 1, 9, "where it stops")
JUMP = event("jump", "it counts by two")
n: Annotated[int, Range(0, 20)] = 0


@action
def up() -> None:
    global n
    require(n < LAST)
    n += 1


@action
def leap() -> None:
    global n
    require(JUMP and n < LAST)
    n += 2


@invariant("low", "n is {n}")
def low() -> bool:
    """The counter stays below 4."""
    return n < 4


@invariant("small", "n is {n}")
def small() -> bool:
    """The counter stays below 6."""
    return n < 6


RECORDED = Recorded(properties={"low": "949186691058", "small": "7c7b862c7a6e"}, assumptions={})

# What is known of it.
EXPECTED = (
    # the usual one
    Expected(
        settings={"LAST": 3},
        events=(),
        violated={},
        states=4,
        transitions=3,
        depth=3,
        ladder=True,
    ),  # and no other
    Expected(
        settings={"LAST": 8},  # far
        events=(),
        violated={"low": 4, "small": 6},  # both
        states=9,  # all
        transitions=8,
        # as far as it goes
        depth=8,
    ),
    Expected(settings={"LAST": 3}, events=("jump",), violated={"low": 2}, states=5, transitions=6, depth=2),
)
'''


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.py"
    path.write_text(MODEL)
    return path


def update(model: Path, *options: str, status: int = 0) -> list[str]:
    """The lines that `gate --update` prints."""
    done = stackproof("gate", "--update", str(model), *options)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout.splitlines()


def formatted(path: Path) -> bool:
    """Whether the formatter of this project would leave a file as it is."""
    return (
        subprocess.run(
            [sys.executable, "-m", "ruff", "format", "--check", "--config", str(PROJECT / "pyproject.toml"), str(path)],
            capture_output=True,
        ).returncode
        == 0
    )


def test_what_is_as_recorded_is_not_touched(model: Path) -> None:
    before = model.stat()
    assert update(model) == ["as recorded: 3 configurations"]
    assert (model.read_text(), model.stat().st_mtime_ns, model.stat().st_ino) == (MODEL, before.st_mtime_ns, before.st_ino)
    assert formatted(model)
