# SPDX-License-Identifier: GPL-2.0-only
"""What Spacer finds is proved only if the second solver accepts it; whatever else it says is UNKNOWN."""

from __future__ import annotations

from pathlib import Path

import pytest

import checker.verify.proof.attempt
from checker.cli.main import run
from checker.stopping import Stop, Why
from checker.symbolic.bmc.question import Stopped
from checker.symbolic.spacer.spacer_question import Safe, SpacerMessage, Unsafe
from tests.support.systems.counters import CHECKED, COUNTER

FRAMES = """
from typing import Annotated
from checker.language import Range, action, invariant, record, require

Number = Annotated[int, Range(0, 5)]


@record(count=2)
class Cell:
    number: Number = 0


@action
def up(cell: Cell) -> None:
    require(cell.number < 4)
    cell.number += 2


@invariant("even", "{cell} has {cell.number}")
def is_even(cell: Cell) -> bool:
    \"\"\"Needs to know that 5 is never there.\"\"\"
    return cell.number != 3
"""


def prove(path: Path, text: str, *options: str) -> int:
    model = path / "model.py"
    model.write_text(text)
    return run(["prove", str(model), "--engine", "spacer", *options])


@pytest.mark.parametrize(
    "text", [COUNTER, CHECKED.replace("number < 7)", "number < 3)"), FRAMES], ids=["counter", "check", "cells"]
)
def test_a_certificate_is_accepted(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "certificate"
    assert prove(tmp_path, text, "--certificates", str(folder)) == 0
    assert "PROVED" in capsys.readouterr().out
    assert run(["certify", str(folder), "--model", str(tmp_path / "model.py")]) == 0


def test_the_invariant_is_in_the_models_own_terms(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "certificate"
    assert prove(tmp_path, FRAMES, "--certificates", str(folder)) == 0
    lines = (folder / "invariant.txt").read_text().splitlines()
    assert lines
    assert all(line.startswith(("cell0.number is ", "cell1.number is ")) for line in lines)


@pytest.mark.parametrize(
    ("low", "literal"), [(0, "bit 0 of cell0.number is 0"), (-3, "bit 0 of cell0.number (counted from -3) is 1")]
)
def test_a_field_of_many_values_is_told_by_its_bits(
    low: int, literal: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its values cannot be listed; they are stored less the lowest one."""
    wide = FRAMES.replace("Range(0, 5)", f"Range({low}, 1 << 40)")
    assert wide != FRAMES
    folder = tmp_path / "certificate"
    assert prove(tmp_path, wide, "--certificates", str(folder)) == 0
    assert literal in (folder / "invariant.txt").read_text().splitlines()


def test_what_is_violated_is_not_proved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert prove(tmp_path, CHECKED) == 1
    assert "PROVED" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (Safe(()), "what the search found is not an invariant: Bitwuzla says sat of safety.smt2, Z3: sat"),
        (Safe((((0, 0, True),),)), "what the search found is not an invariant: Bitwuzla says sat of initiation.smt2, Z3: sat"),
        (Unsafe(), "the solver finds a run that violates something"),
        (Stopped(Stop(Why.SOLVER, "Spacer gives up: a reason")), "Spacer gives up: a reason"),
    ],
    ids=["nothing", "wrong", "unsafe", "unknown"],
)
def test_what_it_says_is_not_believed(
    said: SpacerMessage, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checker.verify.proof.attempt, "spacer_messages", lambda *arguments: (message for message in (None, said)))
    assert prove(tmp_path, COUNTER, "--certificates", str(tmp_path / "certificate")) == 3
    text = capsys.readouterr().out
    assert "PROVED" not in text and f"UNKNOWN({why}" in text
    assert not (tmp_path / "certificate").exists()


def test_a_limit_is_inconclusive(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = Path(__file__).parents[3] / "models/dks.py"
    options = ["--engine", "spacer", "--set", "C=2", "--timeout", "4", "--samples", "100", "--property", "I1"]
    assert run(["prove", str(model), *options]) == 3
    assert "UNKNOWN(" in capsys.readouterr().out
