# SPDX-License-Identifier: GPL-2.0-only
"""`stackproof certify` accepts what was proved, says what that shows, and refuses what was tampered with."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from checker.symbolic.certificate.independent_check import Answer, Reply
from tests.support.command import run
from tests.support.judges.forging import change, changed, rehashed


def test_certify_accepts(made: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    model, folder = made
    assert run("certify", str(folder), "--model", str(model)) == 0
    text = capsys.readouterr().out
    assert text.startswith(f"accepted: {folder} shows of {model}") and "even, bound" in text
    assert run("certify", str(folder)) == 3
    text = capsys.readouterr().out
    assert "the files are consistent; NOT compared with a model" in text and "accepted" not in text


TAMPERINGS = {
    "a file changed": (lambda c: change(c / "safety.smt2", "(check-sat)", "(assert false)\n(check-sat)"), False, "SHA-256"),
    "a file missing": (lambda c: (c / "safety.smt2").unlink(), False, "missing"),
    "a file too many": (lambda c: (c / "consecution-99.smt2").write_text(""), False, "does not know this file"),
    "no longer unsat": (
        lambda c: change(c / "initiation.smt2", "(assert (not (and true", "(assert (or false (and true"),
        True,
        "but: sat",
    ),
    "an answer of its own": (lambda c: change(c / "safety.smt2", "(check-sat)", '(echo "unsat")\n(check-sat)'), True, "line"),
    "asks twice": (lambda c: change(c / "safety.smt2", "(assert", "(push 1)\n(assert"), True, "not a declaration"),
    "another invariant": (lambda c: change(c / "certificate.json", '"invariant.txt"', '"elsewhere.txt"'), False, "missing"),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_a_tampered_certificate_is_refused(
    name: str, made: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import shutil

    model, whole = made
    folder = tmp_path / "c"
    shutil.copytree(whole, folder)
    tamper, consistent, message = TAMPERINGS[name]
    tamper(folder)
    if consistent:
        rehashed(folder)
    assert run("certify", str(folder)) == 1
    assert message in capsys.readouterr().out


@pytest.mark.parametrize("file", ["initiation.smt2", "consecution-0.smt2", "safety.smt2"])
def test_a_question_made_easy_is_refused_against_the_model(
    file: str, made: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import shutil

    model, whole = made
    folder = tmp_path / "c"
    shutil.copytree(whole, folder)
    change(folder / file, "(check-sat)", "(assert false)\n(check-sat)")
    rehashed(folder)
    assert run("certify", str(folder)) == 3, "standing alone, it is unsat"
    assert run("certify", str(folder), "--model", str(model)) == 1
    assert "not the question" in capsys.readouterr().out


# -- what certify says is what it has made anew --

CLAIMING = """
from typing import Annotated
from checker.language import Range, action, event, invariant, parameter, require, routine

ASSUMPTIONS = ("nobody else writes x",)
MOST = parameter(3, 1, 7, "the most")
TWICE = event("twice", "steps of two")
EXTRA = event("extra", "one more step")
x: Annotated[int, Range(0, 7)] = 0


@routine
def idle() -> None:
    \"\"\"Nothing calls it: told with the path of the file, and no assumption.\"\"\"
    global x
    x = 0


@action
def up() -> None:
    global x
    require(x < MOST)
    x += 1


@action
def up_twice() -> None:
    global x
    require(TWICE and x + 2 <= MOST)
    x += 2


@action
def beyond() -> None:
    global x
    require(EXTRA and x == MOST and MOST < 7)
    x += 1


@invariant("most", "x is {x}")
def at_most() -> bool:
    \"\"\"Not with the event extra.\"\"\"
    return x <= MOST


@invariant("room", "x is {x}")
def room_left() -> bool:
    \"\"\"Not with all seven.\"\"\"
    return x < 7
"""


@pytest.fixture(scope="module")
def claimed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a model and the certificate that `prove` wrote, for tests to copy."""
    folder = tmp_path_factory.mktemp("claimed")
    model = folder / "claiming.py"
    model.write_text("# SPDX-License-Identifier: GPL-2.0-only\n" + CLAIMING)
    options = ("--set", "MOST=4", "--events", "twice", "--property", "most")
    assert run("prove", str(model), *options, "--certificates", str(folder / "c")) == 0
    return folder


@pytest.fixture
def claiming(claimed: Path, tmp_path: Path) -> tuple[Path, Path]:
    shutil.copytree(claimed, tmp_path, dirs_exist_ok=True)
    return tmp_path / "claiming.py", tmp_path / "c"


def test_certify_says_what_is_shown(claiming: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    model, folder = claiming
    capsys.readouterr()
    assert run("certify", str(folder), "--model", str(model)) == 0
    text = capsys.readouterr().out
    for line in ("MOST=4", "twice", "most", "any", "Assumed: nobody else writes x"):
        assert f"  {line}\n" in text


@pytest.mark.parametrize(
    ("entries", "why"),
    [
        ({"settings": {"MOST": 5}}, "not the question"),
        ({"settings": {}}, "settings: not what"),
        ({"events": ["twice", "extra"]}, "not the question"),
        ({"events": []}, "not the question"),
        ({"properties": ["most", "room"]}, "not the question"),
        ({"properties": ["room"]}, "it keeps what is not a property of states"),
        ({"assumptions": []}, "assumptions: not what"),
        ({"assumptions": ["Assumed: whatever"]}, "assumptions: not what"),
        ({"lemmas": ["most"]}, "its lemmas are not those"),
        ({"model": "models/hardened.py"}, "it is a certificate of models/hardened.py"),
        ({"sources": {}}, "not the text that was proved"),
        ({"model": None}, "it does not say of which model"),
        ({"events": None}, "it does not say"),
        ({"k": float("inf")}, "it does not say"),
        ({"any value of": ["MOST"]}, "free: not what"),
    ],
)
def test_a_claim_that_is_not_the_models_is_refused(
    entries: dict[str, object], why: str, claiming: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    model, folder = claiming
    changed(folder, **entries)
    capsys.readouterr()
    assert run("certify", str(folder), "--model", str(model)) == 1
    assert why in capsys.readouterr().out


def test_a_certificate_is_of_one_text(claiming: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    """Another place is no other model; a comment more is another text, and a name too."""
    model, folder = claiming
    elsewhere = model.parent / "elsewhere" / model.name
    elsewhere.parent.mkdir()
    elsewhere.write_text(model.read_text())
    assert run("certify", str(folder), "--model", str(elsewhere)) == 0
    other = model.with_name("other.py")
    other.write_text(model.read_text())
    assert run("certify", str(folder), "--model", str(other)) == 1
    assert f"not of {other}" in capsys.readouterr().out
    model.write_text(model.read_text() + "# a comment\n")
    assert run("certify", str(folder), "--model", str(model)) == 1
    assert f"{model}: not the text that was proved" in capsys.readouterr().out


def test_no_answer_is_no_refusal(
    claiming: tuple[Path, Path], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    model, folder = claiming
    capsys.readouterr()
    monkeypatch.setattr(
        "checker.verify.proof.certificates.independent_check", lambda file, seconds: Reply(Answer.NONE, "the limit of 1 second")
    )
    assert run("certify", str(folder), "--model", str(model)) == 3
    assert capsys.readouterr().out.startswith("undecided: ")
