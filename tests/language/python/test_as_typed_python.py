# SPDX-License-Identifier: GPL-2.0-only
"""A model that uses the language's forms passes `mypy --strict`, and is a model."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from checker.ir.lowering.lower import lower
from checker.language.front.load import load_program
from checker.project import PROJECT

MODEL = '''# SPDX-License-Identifier: GPL-2.0-only
"""Forms that mypy is to understand."""

from enum import Enum
from typing import Annotated

from checker.language import Per, Range, action, eventually, every, fair, function, initial, instance, null, per, record, require

Small = Annotated[int, Range(0, 3)]


class State(Enum):
    """Of a task."""

    NEW = 0
    RUNS = 1
    GONE = 2


@record(count=1)
class Queue:
    """Its head is a task, which is declared further down."""

    head: "Task" = null("Task")


waiting: Per["Task", bool] = per("Task", False)


@record(count=2)
class Task:
    """It runs, or not."""

    state: State = State.NEW
    turns: Small = 0


@function
def is_new(task: Task) -> bool:
    """Whether it has not run."""
    return task.state == State.NEW


@initial
def start() -> None:
    """The first task is the head."""
    for queue in every(Queue):
        queue.head = instance(Task, 0)
    waiting[instance(Task, 1)] = True


@action
def run(task: Task) -> None:
    """In one step."""
    if task.state in (State.NEW, State.GONE) and 0 <= task.turns < 2:
        task.state = State.RUNS
        task.turns += 1


@action
def stop(task: Task) -> None:
    """In one step."""
    require(task.state == State.RUNS)
    task.state = State.GONE


@fair("some task runs again and again")
def runs() -> bool:
    """No condition is given."""
    return True


@fair("a new task does not stay so", given=is_new)
def starts(task: Task) -> bool:
    """Under a condition."""
    return task.state != State.NEW


@eventually("rests", "{task} runs forever")
def rests(task: Task) -> bool:
    """Each task comes to its end."""
    return task.state != State.RUNS
'''


@pytest.mark.slow
def test_a_model_with_many_forms_passes_mypy(tmp_path: Path) -> None:
    path = tmp_path / "typed_model.py"
    path.write_text(MODEL, encoding="utf-8")
    lower(load_program(path))
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), str(path)]
    environment = {**os.environ, "MYPYPATH": str(PROJECT)}
    checked = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment)
    assert checked.returncode == 0, checked.stdout + checked.stderr
