# SPDX-License-Identifier: GPL-2.0-only
"""Each change that hardened makes to the RFC is there for a reason: a model without it shows the bug again.

docs/results/hardened.md has the result; `pytest -n 0 --slow --update-golden tests/hardened` writes its tables anew.
"""

from __future__ import annotations

import ast
import dataclasses
import difflib
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from checker.explicit.lassos import find_lassos
from checker.ir.lowering.lower import lower
from checker.language.front.load import load_program
from tests.hardened.recorded_changes import CHANGES, EQUAL, MODELS, TWO_TASKS, Change, Equal
from tests.hardened.runs import DOCUMENT, HARDENED, name_of, run_of, table_in


def slow_if(change: Change) -> list[pytest.MarkDecorator]:
    return [pytest.mark.slow] if change.beside is not None else []


NUMBERED = [
    pytest.param(number, marks=[pytest.mark.slow] if number % 3 else slow_if(change), id=str(change))
    for number, change in enumerate(CHANGES)
]
SOME = 8
"""With the change, one of so many is looked at always; without it one of three."""
SOUND = [
    pytest.param(change, marks=[pytest.mark.slow] if number % SOME else slow_if(change), id=str(change))
    for number, change in enumerate(CHANGES)
]
BESIDE = [pytest.param(change, marks=slow_if(change), id=str(change)) for change in CHANGES if change.beside is not None]


def row_of(change: Change) -> str:
    """The change's line of the table, with the length of the shortest counterexample."""
    run = run_of(change.path, change.sizes, change.events, change.property)
    return " | ".join(
        (
            f"| {change.number or ''}",
            change.what,
            f"{change.path.name}",
            change.property,
            name_of(run.subject.configuration),
            f"{run.violated[change.property]} |",
        )
    )


@pytest.mark.parametrize("number", NUMBERED)
def test_without_the_change_the_property_is_violated(number: int, request: pytest.FixtureRequest) -> None:
    """In exactly so many steps as the table says."""
    row = row_of(CHANGES[number])
    table = table_in(DOCUMENT.read_text(), "changes")
    if request.config.getoption("--update-golden"):
        old = "\n".join(table)
        table[number + 2 : number + 3] = [row]
        DOCUMENT.write_text(DOCUMENT.read_text().replace(old, "\n".join(table)))
    assert table[number + 2] == row


@pytest.mark.parametrize("change", SOUND)
def test_with_the_change_all_holds_and_not_for_want_of_an_occasion(change: Change) -> None:
    occasion = f"reached-{change.occasion}"
    catalogue = load_program(HARDENED).properties
    run = run_of(MODELS / "occasions.py", change.sizes, change.events, *catalogue, occasion)
    assert set(run.violated) == {occasion}
    assert run.cuts == ()


@pytest.mark.parametrize("change", BESIDE)
def test_what_else_is_missing_does_not_violate_it(change: Change) -> None:
    run = run_of(MODELS / f"without_{change.beside}.py", change.sizes, change.events, change.property)
    assert run.violated == {}
    assert run.cuts == ()


@pytest.mark.slow
@pytest.mark.parametrize("equal", EQUAL, ids=lambda equal: equal.without)
def test_nothing_needs_these(equal: Equal) -> None:
    for sizes, events in equal.configurations:
        run = run_of(equal.path, sizes, events)
        assert run.violated == {}
        assert run.cuts == ()


def test_the_document_names_what_nothing_needs() -> None:
    rows = [f"| {equal.what} | {equal.path.name} | {equal.why} |" for equal in EQUAL]
    assert table_in(DOCUMENT.read_text(), "equal")[2:] == rows


def test_every_model_is_in_a_table_and_every_bug_has_a_model() -> None:
    assert len(table_in(DOCUMENT.read_text(), "changes")) == 2 + len(CHANGES)
    named = {case.path for case in (*CHANGES, *EQUAL)} | {
        MODELS / f"without_{change.beside}.py" for change in CHANGES if change.beside
    }
    assert set(MODELS.glob("*.py")) == named | {MODELS / "occasions.py", MODELS / "counted.py"}
    assert {change.number for change in CHANGES} == {None, *range(1, 16)}


def test_every_bug_that_the_protocol_names_has_a_change() -> None:
    numbers = {int(number) for number in re.findall(r"^ ?(\d+)\. ", HARDENED.read_text(), re.MULTILINE)}
    assert numbers == set(range(1, 16))


def routines_of(model: Path) -> dict[str, list[str]]:
    """The text of each routine and function of a file, in lines."""
    text = model.read_text()
    return {
        node.name: (ast.get_source_segment(text, node) or "").splitlines()
        for node in ast.parse(text).body
        if isinstance(node, ast.FunctionDef)
    }


def test_the_models_are_hardened_but_for_what_they_lack(golden: Callable[[str, str], None]) -> None:
    """What the routines that a model replaces have of hardened's, in lines: a change of hardened has to be made in them too."""
    hardened = routines_of(HARDENED)
    lines: list[str] = []
    for model in sorted(MODELS.glob("without_*.py")):
        lines.append(f"== {model.name}")
        for name, routine in routines_of(model).items():
            lines += difflib.unified_diff(hardened.get(name, []), routine, name, name, lineterm="", n=0)
        text = model.read_text()
        implemented = set(re.findall(r"^@implements\((\w+)\)", text, re.MULTILINE))
        own = re.findall(r"^@implements\((\w+)\)\n(?:@function\n)?def (\w+)", HARDENED.read_text(), re.MULTILINE)
        inherits = 'inherit("models.hardened")' in text.splitlines()
        taken = {name for _, name in own} if inherits else set(re.findall(r'^    "(\w+)",$', text, re.MULTILINE))
        lines += [f"no {name}" for hook, name in own if hook not in implemented and name not in taken]
    golden("without.diff", "\n".join(lines) + "\n")


def test_tasks_run_because_idle_gives_way() -> None:
    """Else a task that can still grow keeps its CPU by being picked again and again, as another one may follow only idle."""
    program = load_program(HARDENED, TWO_TASKS, ("touch",))
    fewer = tuple(assumption for assumption in program.assumptions if assumption.name != "idle_gives_way")
    assert len(fewer) == len(program.assumptions) - 1
    for assumptions, violated in ((program.assumptions, {}), (fewer, {"task-runs": 14})):
        system = lower(dataclasses.replace(program, assumptions=assumptions), liveness=True)
        found = find_lassos(system, frozenset({"task-runs"}))
        assert found.stopped is None
        assert not found.vacuous
        assert {name: len(finding.path) for name, finding in found.findings.items()} == violated
