# SPDX-License-Identifier: GPL-2.0-only
"""`stackproof prove` from outside: what it proves, what it gives up, and what it does where the second solver does not agree."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.project import PROJECT
from checker.symbolic.certificate.independent_check import Answer, Reply
from tests.support.command import run


@pytest.mark.slow
def test_the_hardened_protocol_is_proved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Also that no allocation runs out of pages, and none of its code into a model error."""
    model = str(PROJECT / "models/hardened.py")
    size = ["--cpus", "1", "--tasks", "1", "--stack-pages", "2", "--events", "touch"]
    wanted = ("single-hole", "area-agrees", "one-owner", "refill-owed", "charge-once")
    only = [word for name in wanted for word in ("--property", name)]
    assert run("prove", model, *size, *only, "--certificates", str(tmp_path)) == 0
    text = capsys.readouterr().out
    assert all(f"{name}  " in text for name in wanted) and text.count("PROVED(runs of any length") == len(wanted)
    assert run("certify", str(tmp_path), "--model", model) == 0


@pytest.mark.exhaustive
def test_five_properties_of_the_hardened_protocol_are_proved_for_two_of_each(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command of `make prove`, with 2 stack pages in place of 4."""
    model = str(PROJECT / "models/hardened.py")
    size = ["--cpus", "2", "--tasks", "2", "--stack-pages", "2", "--events", "touch"]
    wanted = ("single-hole", "area-agrees", "refill-owed", "right-stack", "tag-live")
    only = [word for name in wanted for word in ("--property", name)]
    assert run("prove", model, *size, *only, "--certificates", str(tmp_path)) == 0
    assert capsys.readouterr().out.count("PROVED(runs of any length") == len(wanted)


@pytest.mark.slow
def test_prove_tells_violations_and_gives_up(capsys: pytest.CaptureFixture[str]) -> None:
    dks = [str(PROJECT / "models/dks.py"), "--set", "C=1", "--set", "T=1", "--set", "S=3"]
    assert run("prove", *dks, "--property", "I2") == 1
    assert "I2  VIOLATED in 9 steps" in capsys.readouterr().out
    assert run("prove", *dks, "--property", "I4", "--samples", "30") == 3
    text = capsys.readouterr().out
    assert "I4  UNKNOWN(induction fails" in text and "Counterexample to induction" in text and "What breaks: " in text
    assert run("prove", *dks, "--property", "none") == 2
    assert run("certify", str(PROJECT / "docs")) == 2


@pytest.mark.parametrize(
    ("bitwuzla", "status", "why"),
    [
        (Reply(Answer.SAT), 4, "Bitwuzla says sat and Z3 says unsat of consecution-0.smt2"),
        (Reply(Answer.UNKNOWN), 3, "UNKNOWN(no second opinion on consecution-0.smt2: unknown)"),
        (Reply(Answer.NONE, "status -9"), 3, "UNKNOWN(no second opinion on consecution-0.smt2: no answer: status -9)"),
    ],
    ids=["sat", "unknown", "nothing"],
)
def test_a_refused_certificate_does_not_stay(
    bitwuzla: Reply,
    status: int,
    why: str,
    made: tuple[Path, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of two solvers that say different things of one question nothing is believed; else it is UNKNOWN."""
    model, earlier = made
    before = {file.name: file.read_bytes() for file in earlier.iterdir()}
    monkeypatch.setattr("checker.verify.proof.certificates.independent_check", lambda file, seconds: bitwuzla)
    for folder in (tmp_path / "c", earlier):
        assert run("prove", str(model), "--certificates", str(folder)) == status
        told = capsys.readouterr()
        assert why in told.out + told.err and "PROVED" not in told.out
    assert not (tmp_path / "c").exists()
    assert before == {file.name: file.read_bytes() for file in earlier.iterdir()}, "what was shown before stays"
