# SPDX-License-Identifier: GPL-2.0-only
"""A value that leaves its range: a model error, or a violation where the model demands that there is none, for every judge."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from checker.explicit.simulation.simulation import Plan, Simulation
from checker.ir.lowering.lower import lower
from checker.language.raised import NO_OUT_OF_RANGE as NAME
from tests.support.command import stackproof
from tests.support.judges.bounded import check as bounded
from tests.support.judges.brute.comparison import compare
from tests.support.judges.compiled import agree
from tests.support.judges.confirming import confirm
from tests.support.random.random_systems import NO_OUT_OF_RANGE
from tests.support.systems.small_programs import HEADER, ONE_PROCESSOR, program_of

STATE = """
class Bits(IntFlag):
    A = 1
    B = 4
@record(count=2)
class Page:
    use: Small = 0
left: Small = 1
bits: Bits = Bits(0)
slots: Array[Small] = array(2)
@function
def half(k: Small) -> bool:
    return k < 5
@routine
def takes(k: Annotated[int, Range(0, 1)]) -> Small:
    return k
"""
STEPS = {
    "an underflow": "left -= 1",
    "an overflow": "left += 5",
    "a division by zero": "left = 4 // left\n    left = 0",
    "a shift": "left = 1 << left - 1\n    left = 0",
    "an element": "slots[left] = left - 1\n    left = 0",
    "a field": "instance(Page, 0).use = left - 1\n    left = 0",
    "a part of a condition": "require(4 // left > 0)\n    left = 0",
}
CONTEXTS = {
    "an action": "@action\ndef step() -> None:\n    global left, bits\n    {}\n",
    "atomic": "@routine\ndef main() -> None:\n    global left, bits\n    while True:\n        with atomic('test'):\n            {}\n"
    + ONE_PROCESSOR,
    "a routine": "@routine\ndef main() -> None:\n    global left, bits\n    while True:\n        {}\n" + ONE_PROCESSOR,
}


def text_of(step: str, context: str, demanded: bool) -> str:
    depth = {"an action": 1, "atomic": 3, "a routine": 2}[context]
    body = ("\n" + "    " * depth).join(line.strip() for line in STEPS[step].split("\n"))
    return "\n".join([STATE, CONTEXTS[context].format(body), NO_OUT_OF_RANGE if demanded else "", ""])


@pytest.mark.parametrize("context", CONTEXTS)
@pytest.mark.parametrize("step", STEPS)
def test_all_judges_agree(step: str, context: str) -> None:
    error = confirm(program_of(text_of(step, context, False)))
    assert error.error is not None and not error.findings
    program = program_of(text_of(step, context, True))
    found = confirm(program)
    assert found.error is None
    assert found.findings[NAME].kind == "out-of-range"
    assert (len(found.findings[NAME].path), found.findings[NAME].position) == (len(error.error.path), error.error.position)
    compare(program, operands=True)
    walks = Simulation(lower(program)).run(Plan(walks=20, depth=30, seed=1))
    assert walks.findings.keys() == {NAME} and walks.error is None


@pytest.mark.parametrize("step", ["an underflow", "a division by zero"])
def test_the_compiled_engine_and_solvers_agree(step: str) -> None:
    for context in ("an action", "a routine"):
        program = program_of(text_of(step, context, True))
        assert agree(program, (1,)).findings.keys() == {NAME}
        for solver in ("z3", "bitwuzla"):
            assert bounded(program, 6, solver).keys() == {NAME}


def test_others_go_on() -> None:
    """What does not run into it is searched on."""
    text = (
        STATE
        + NO_OUT_OF_RANGE
        + "\n"
        + CONTEXTS["an action"].format("left -= 1")
        + "@action\ndef other() -> None:\n    slots[1] = 1\n"
    )
    result = confirm(program_of(text))
    assert result.error is None and result.statistics.states == 6


def test_in_a_condition_it_is_a_model_error_all_the_same() -> None:
    text = STATE + NO_OUT_OF_RANGE + "\n" + CONTEXTS["an action"].format("left -= 1")
    text += '@invariant("divides", "test")\ndef divides() -> bool:\n    """Test."""\n    return 4 // left > 0\n'
    result = confirm(program_of(text))
    assert result.error is not None
    compare(program_of(text))


def test_what_the_user_sees(tmp_path: Path) -> None:
    model = tmp_path / "model.py"
    model.write_text(HEADER + text_of("an underflow", "an action", True))
    line = next(n for n, text in enumerate(model.read_text().split("\n"), 1) if "left -= 1" in text)
    done = stackproof("check", str(model), "--save", str(tmp_path / "f"))
    assert done.returncode == 1
    assert done.stdout.startswith(f"{model}:{line}: error: {NAME}: the value -1 is outside its range 0..")
    saved = tmp_path / "f" / f"{NAME}.json"
    assert json.loads(saved.read_text())["violation"]["kind"] == "out-of-range"
    assert stackproof("replay", str(saved)).returncode == 0
    assert "the value -1 is outside its range" in stackproof("show", str(saved)).stdout
    model.write_text(HEADER + text_of("an underflow", "an action", False))
    assert stackproof("replay", str(saved)).returncode == 2  # the model has changed since
