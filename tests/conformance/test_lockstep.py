# SPDX-License-Identifier: GPL-2.0-only
"""Lockstep finds no difference where there is none, and each kind of difference where there is one."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from checker.conformance.difference import Kind
from checker.conformance.lockstep import Search
from checker.conformance.specification import Specification
from checker.language import tree
from checker.language.load import load_program

sys.path.insert(0, str(Path(__file__).parent))
from replayed import Replayed

ROOT = Path(__file__).parents[2]
SIZES = {"CPUS": 1, "TASKS": 1, "STACK_PAGES": 2}


def program_of(**changes: str) -> tree.Program:
    path = ROOT / "models/rfc_v1.py"
    text = path.read_text()
    return load_program(path, SIZES, ("touch",))


def test_two_readings_of_one_text_are_alike() -> None:
    program = program_of()
    specification = Specification(program)
    result = Search(specification, Replayed(program)).run()
    print(result)
    assert result.difference is None
    assert result.stopped is None
