# SPDX-License-Identifier: GPL-2.0-only
"""Models as text, for the tests of the language, the IR and the engine."""

from __future__ import annotations

import tempfile
from pathlib import Path

import checker.language
from checker.language.front.load import load_program
from checker.language.tree import Program

_FOLDER = tempfile.TemporaryDirectory(prefix="stackproof-tests-")

HEADER = f"""# SPDX-License-Identifier: GPL-2.0-only
'''A model of a test.'''
from enum import Enum, IntFlag
from typing import Annotated
from checker.language import {", ".join(checker.language.__all__)}
Small = Annotated[int, Range(0, 9)]
rule = demand("rule", "test")
"""
"""What a model's text begins with where a test leaves that out."""

ONE_PROCESSOR = """
@record(count=1, frames=4)
class Cpu:
    own: Small = 0
@executes
def nothing_else(cpu: Cpu) -> Cpu | None:
    return None
@initial
def start() -> None:
    enter(instance(Cpu, 0), main)
"""
"""One processor, which starts in the routine `main`."""


def model_file(text: str) -> Path:
    """A file with the text, which the next call overwrites."""
    path = Path(_FOLDER.name) / "model.py"
    path.write_text(text, encoding="utf-8")
    return path


def program_of(text: str) -> Program:
    """The program of a model that is written without its imports."""
    return load_program(model_file(HEADER + text))


def line_of(text: str, part: str) -> int:
    """The line of a model's file in which a part of its text stands first."""
    whole = HEADER + text
    return whole[: whole.index(part)].count("\n") + 1
