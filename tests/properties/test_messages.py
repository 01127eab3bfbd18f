# SPDX-License-Identifier: GPL-2.0-only
"""Messages of properties are sentences: they have no Python in them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from checker.language import tree
from checker.language.front.load import load_program
from checker.language.walking import nodes
from checker.project import PROJECT

KERNEL = PROJECT / "models" / "hardened.py"
STORED = sorted((PROJECT / "counterexamples").glob("*/*.json"))
PYTHON = re.compile(r"\b(None|True|False)\b|[{}<>]|\b1 (owners|pages|slots|stacks|steps|times)\b")
"""Values as Python prints them, what was not filled in, and one of several."""


def messages(program: tree.Program) -> list[tree.Message]:
    """Those of all conditions, and of all checks in code."""
    code = (*program.routines.values(), *program.functions.values(), *program.actions)
    return [
        *(condition.message for condition in (*program.invariants, *program.eventualities)),
        *(node.message for node in nodes(code) if isinstance(node, tree.Check)),
    ]


def told(message: tree.Message) -> list[tree.Expression]:
    """The expressions whose values a message may show."""
    found: list[tree.Expression] = []
    for part in message:
        match part:
            case tree.Alternative(then=then, otherwise=otherwise):
                found += told(then) + told(otherwise)
            case str():
                pass
            case _:
                found.append(part)
    return found


def test_no_message_shows_a_truth_value() -> None:
    program = load_program(KERNEL, {"CPUS": 2, "TASKS": 2}, None)
    shown = [value for message in messages(program) for value in told(message)]
    assert len(shown) > 50
    assert [value for value in shown if isinstance(value.type, tree.BoolType)] == []


@pytest.mark.parametrize("path", STORED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_no_stored_message_has_python_in_it(path: Path) -> None:
    message = json.loads(path.read_text())["violation"]["message"]
    assert PYTHON.search(message) is None, message
