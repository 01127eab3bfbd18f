# SPDX-License-Identifier: GPL-2.0-only
"""k-induction: what needs k states in a row is proved with these and not with fewer, and its certificate shows it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import checker.verify.proof.attempt
from checker.cli.main import run
from checker.stopping import Stop, Why
from checker.symbolic.bmc.question import Stopped
from checker.symbolic.kinduction.k_induction import InductionMessage, Inductive, NotInductive
from checker.verify.proof.certificates import Refused, check_certificate
from checker.verify.proof.certify import check_against_model
from tests.support.judges.forging import of_text
from tests.support.systems.counters import CHECKED

RING = """
from typing import Annotated
from checker.language import Range, action, invariant, require

Number = Annotated[int, Range(0, 7)]
a: Number = 0


@action
def ring() -> None:
    global a
    require(a < 2)
    a = 1 - a


@action
def unreached() -> None:
    global a
    require(2 <= a and a < 5)
    a += 1


@invariant("small", "a is {a}")
def is_small() -> bool:
    \"\"\"5 is three steps away from 2, all of them right.\"\"\"
    return a != 5
"""


def prove(path: Path, text: str, *options: str) -> int:
    model = path / "model.py"
    model.write_text(text)
    return run(["prove", str(model), "--engine", "k-induction", *options])


@pytest.mark.parametrize(("k", "status"), [(1, 3), (3, 3), (4, 0), (6, 0)])
def test_it_takes_four_states(k: int, status: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert prove(tmp_path, RING, "--k", str(k)) == status
    said = "by induction over 4 states" if not status else f"UNKNOWN(no k-induction with k <= {k})"
    assert said in capsys.readouterr().out


@pytest.mark.parametrize(("unsafe", "k"), [("a != 5", 4), ("a != 7", 1)])
def test_a_certificate_is_accepted_and_a_changed_one_is_not(
    unsafe: str, k: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, model = tmp_path / "certificate", tmp_path / "model.py"
    assert prove(tmp_path, RING.replace("a != 5", unsafe), "--certificates", str(folder)) == 0
    assert run(["certify", str(folder), "--model", str(model)]) == 0
    manifest = json.loads((folder / "certificate.json").read_text())
    assert manifest.get("k", 1) == k
    (folder / "certificate.json").write_text(json.dumps(manifest | {"k": k + 1}))
    check_certificate(folder)
    with pytest.raises(Refused, match="not the question"):
        check_against_model(folder, model)
    (folder / "certificate.json").write_text(json.dumps(manifest))
    model.write_text(model.read_text().replace("a < 5", "a < 6"))
    with pytest.raises(Refused, match="not the text that was proved"):
        check_against_model(folder, model)
    of_text(folder, model)
    with pytest.raises(Refused, match="not the question"):
        check_against_model(folder, model)


def test_a_violation_in_a_step_is_not_proved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert prove(tmp_path, CHECKED) == 1
    assert prove(tmp_path, CHECKED.replace("number < 7)", "number < 3)")) == 0


@pytest.mark.parametrize("text", [RING.replace("a = 1 - a", "a = 5 if a == 1 else 1"), CHECKED], ids=["in a state", "in a step"])
def test_an_early_violation_that_no_sample_shows(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert prove(tmp_path, text, "--samples", "1", "--k", "4") == 3
    assert "UNKNOWN(the solver finds a run that violates something" in capsys.readouterr().out


@pytest.mark.parametrize(
    "said",
    [Inductive(1), Inductive(3), NotInductive(True), Stopped(Stop(Why.SOLVER, "Z3 gives up: a reason"))],
    ids=["1", "3", "early", "unknown"],
)
def test_what_z3_says_is_not_believed(
    said: InductionMessage, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        checker.verify.proof.attempt, "induction_messages", lambda *arguments: (message for message in (None, said))
    )
    assert prove(tmp_path, RING) == 3
    assert "PROVED" not in capsys.readouterr().out


def test_k_needs_its_engine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "model.py").write_text(RING)
    assert run(["prove", str(tmp_path / "model.py"), "--k", "2"]) == 2
    assert "--engine k-induction" in capsys.readouterr().err
