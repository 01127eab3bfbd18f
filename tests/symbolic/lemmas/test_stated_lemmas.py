# SPDX-License-Identifier: GPL-2.0-only
"""`@lemma`: what a model states is used by proofs once it is shown, given up and told where it is not, and never assumed."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from checker.cli.main import run
from checker.symbolic.bmc.question import STATE, Target
from checker.symbolic.lemmas import strengthening
from checker.symbolic.lemmas.proof_question import Failed, GivenUp, ProofMessage, ProofProblem, Proved
from tests.support.judges.forging import change, changed, of_text, rehashed

COUNTERS = '''# SPDX-License-Identifier: GPL-2.0-only
"""Two counters."""

from typing import Annotated

from checker.language import Range, action, invariant, lemma, require

Number = Annotated[int, Range(0, 63)]
even: Number = 0
steps: Number = 0


@action
def count() -> None:
    global even, steps
    require(even < 40 and steps < 60)
    even += 2
    steps += 1


@action
def again() -> None:
    global even, steps
    require(even == 40)
    even = 0
    steps = 0


@invariant("bound", "{steps} steps")
def is_bound() -> bool:
    """Not inductive by itself: 20 steps and even = 4 may come to 21."""
    return steps <= 20
'''

LEMMA = '''

@lemma("{0}", "even is {{even}}, and steps is {{steps}}")
def lemma_{0}() -> bool:
    """Test."""
    return {1}
'''

DOUBLE = LEMMA.format("double", "even == 2 * steps")
ENOUGH = LEMMA.format("enough", "even >= 2 * steps")
"""Inductive, and the property follows, but none of the next two."""

FALSE = LEMMA.format("false", "even < 10")
WEAK = LEMMA.format("weak", "even != 41")
"""True in every state that is reached, and a step from 39 breaks it."""

FEW = ("--samples", "3")
INDUCTION = (*FEW, "--engine", "k-induction")
GIVEN_UP = "not proved, and not used: "


def model_of(folder: Path, *parts: str) -> str:
    model = folder / "counters.py"
    model.write_text(COUNTERS + "".join(parts))
    return str(model)


def prove(folder: Path, parts: tuple[str, ...], *options: str) -> int:
    return run(["prove", model_of(folder, *parts), *options])


def verdicts_in(text: str) -> dict[str, str]:
    text = text.partition("Verdicts\n")[2]
    return {words[0]: words[1] for line in text.splitlines() if line.startswith("  ") and len(words := line.split(None, 1)) == 2}


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """The verdicts that were printed last."""
    return verdicts_in(capsys.readouterr().out)


@pytest.mark.parametrize("options", [FEW, INDUCTION])
def test_a_lemma_makes_the_proof(options: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert prove(tmp_path, (), *options) == 3
    assert told(capsys)["bound"].startswith("UNKNOWN(")
    folder = str(tmp_path / "c")
    assert prove(tmp_path, (DOUBLE,), *options, "--certificates", folder) == 0
    verdicts = told(capsys)
    assert verdicts.keys() == {"bound", "double"} and all(said.startswith("PROVED(") for said in verdicts.values())
    assert run(["certify", folder, "--model", str(tmp_path / "counters.py")]) == 0


@pytest.mark.parametrize("options", [FEW, INDUCTION])
def test_it_is_used_when_only_the_property_is_asked_for(
    options: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "c"
    assert prove(tmp_path, (DOUBLE,), *options, "--property", "bound", "--certificates", str(folder)) == 0
    assert told(capsys).keys() == {"bound"}
    manifest = json.loads((folder / "certificate.json").read_text())
    assert (manifest["properties"], manifest["lemmas"]) == (["bound"], ["double"])
    assert run(["certify", str(folder), "--model", str(tmp_path / "counters.py")]) == 0


@pytest.mark.parametrize("options", [FEW, INDUCTION])
def test_what_nothing_needs_is_left_out(options: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """But for k-induction, which takes what holds."""
    folder = tmp_path / "c"
    small = LEMMA.format("small", "steps <= 60")
    assert prove(tmp_path, (DOUBLE, small), *options, "--property", "bound", "--certificates", str(folder)) == 0
    manifest = json.loads((folder / "certificate.json").read_text())
    assert manifest["lemmas"] == (["double"] if options == FEW else ["double", "small"])


def test_a_lemma_that_a_sample_violates_is_told_with_its_trace(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for only in ((), ("--property", "bound")):
        assert prove(tmp_path, (DOUBLE, FALSE), *only) == 1
        text = capsys.readouterr().out
        verdicts = verdicts_in(text)
        assert verdicts["false"] == "VIOLATED in 5 steps" and verdicts["bound"].startswith("PROVED(")
        assert "even is 10, and steps is 5" in text and "no state with: broken false" not in text


@pytest.mark.parametrize("options", [FEW, pytest.param(INDUCTION, marks=pytest.mark.slow)])
@pytest.mark.parametrize("bad", [FALSE, WEAK], ids=["false", "weak"])
def test_a_lemma_that_is_not_inductive_is_given_up_and_told(
    bad: str, options: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where it stands alone, and where another lemma is enough for the property."""
    name = "false" if bad is FALSE else "weak"
    folder = tmp_path / "c"
    assert prove(tmp_path, (bad,), *options) == 3
    verdicts = told(capsys)
    assert verdicts["bound"].startswith("UNKNOWN(") and verdicts[name].startswith("UNKNOWN(")
    assert prove(tmp_path, (bad, ENOUGH), *options, "--certificates", str(folder)) == 3
    text = capsys.readouterr().out
    verdicts = verdicts_in(text)
    assert f"Lemma {name}: {GIVEN_UP}" in text and f"no state with: broken {name}" not in text
    assert options != FEW or f"What breaks: broken {name}" in text
    assert verdicts[name].startswith(f"UNKNOWN({GIVEN_UP}")
    assert verdicts["bound"].startswith("PROVED(") and verdicts["enough"].startswith("PROVED(")
    assert name not in json.loads((folder / "certificate.json").read_text())["properties"]
    assert run(["certify", str(folder), "--model", str(tmp_path / "counters.py")]) == 0
    assert prove(tmp_path, (bad, ENOUGH), *options, "--property", "bound") == 0, "it was not asked for"
    assert told(capsys).keys() == {"bound"}


def test_a_lemma_that_needs_another_is_shown_with_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for options in (FEW, INDUCTION):
        assert prove(tmp_path, (WEAK, DOUBLE), *options) == 0
        assert told(capsys)["weak"].startswith("PROVED(")


@pytest.mark.parametrize("options", [FEW, INDUCTION])
def test_only_a_lemma_is_asked_for(options: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "c"
    assert prove(tmp_path, (DOUBLE,), *options, "--property", "double", "--certificates", str(folder)) == 0
    assert told(capsys)["double"].startswith("PROVED(")
    assert run(["certify", str(folder), "--model", str(tmp_path / "counters.py")]) == 0
    assert prove(tmp_path, (WEAK,), *options, "--property", "weak", "--certificates", str(tmp_path / "no")) == 3
    assert not (tmp_path / "no").exists()


def test_a_lemma_is_given_up_as_a_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What it says of one value is inductive, and what it says of another is not."""
    both = '''

@lemma("both", "which is {which}")
def is_both(which: bool) -> bool:
    """Test."""
    return even >= 2 * steps if which else even != 41
'''
    assert prove(tmp_path, (both,), *FEW) == 3
    verdicts = told(capsys)
    assert verdicts["both"].startswith(f"UNKNOWN({GIVEN_UP}") and verdicts["bound"].startswith("UNKNOWN(induction fails")
    assert prove(tmp_path, (both,), *FEW, "--property", "bound") == 3, "the proof would rest on one part only"
    assert "Lemma both: " in capsys.readouterr().out
    assert prove(tmp_path, (both.replace("even != 41", "steps <= 20"),), *FEW) == 0
    assert told(capsys)["both"].startswith("PROVED(")


def test_lemmas_on_instances_that_are_alike(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two invariants of DKS made lemmas: one_owner and idle_is_full."""
    text = (Path(__file__).parents[3] / "models/dks.py").read_text().partition("EXPECTED = (")[0]
    for name in ("I4", "I6"):
        assert f'@invariant("{name}"' in text
        text = text.replace(f'@invariant("{name}"', f'@lemma("{name}"')
    model, folder = tmp_path / "dks.py", tmp_path / "c"
    model.write_text(text.replace("    invariant,\n", "    invariant,\n    lemma,\n", 1))
    size = ("--set", "C=1", "--set", "T=1", "--set", "S=2")
    asked = [word for name in ("I4", "I5", "I6") for word in ("--property", name)]
    assert run(["prove", str(model), *size, *asked, "--certificates", str(folder)]) == 0
    assert [said[:7] for said in told(capsys).values()] == ["PROVED("] * 3
    assert {"broken I4", "broken I6"} <= set(json.loads((folder / "certificate.json").read_text())["kept"])
    assert run(["certify", str(folder), "--model", str(model)]) == 0


# -- certificates --


def test_a_tampered_certificate_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "c"
    model = tmp_path / "counters.py"
    assert prove(tmp_path, (DOUBLE,), *FEW, "--property", "bound", "--certificates", str(folder)) == 0
    manifest = json.loads((folder / "certificate.json").read_text())

    def refused(what: str) -> None:
        capsys.readouterr()
        assert run(["certify", str(folder), "--model", str(model)]) == 1
        assert what in capsys.readouterr().out

    # A lemma that is not kept.
    (folder / "certificate.json").write_text(json.dumps(manifest | {"kept": ["broken bound"], "lemmas": []}))
    refused("not the question that")
    # One that the model does not have.
    (folder / "certificate.json").write_text(json.dumps(manifest | {"kept": ["broken bound", "broken none"], "lemmas": []}))
    refused("it keeps what is not a property of states")
    # Another one.
    (folder / "certificate.json").write_text(json.dumps(manifest))
    text = model.read_text()
    model.write_text(text.replace("even == 2 * steps", "even >= 2 * steps"))
    refused("not the text that was proved")
    of_text(folder, model)
    refused("not the question that")
    # None at all: it has become a property, which nobody asked for.
    model.write_text(text.replace("@lemma(", "@invariant("))
    of_text(folder, model)
    changed(folder, lemmas=[])
    refused("it keeps what is not a property of states")
    # An assumption in place of a part that is shown.
    model.write_text(text)
    (folder / "certificate.json").write_text(json.dumps(manifest))
    change(folder / "consecution-0.smt2", "(assert |step|)", "(assert |step|)\n(assert |next no broken double 1|)")
    rehashed(folder)
    assert run(["certify", str(folder)]) == 3, "standing alone, it is unsat"
    refused("not the question that")


class Assumes(strengthening.Prover):
    """Takes it for granted that steps keep what the model states."""

    def ask(self, wrong: Any, step: bool) -> Any:
        stated = [part for parts in self.stated.values() for part in parts]
        if step and any(part.then.eq(wrong.arg(0)) for part in stated):
            return frozenset[strengthening.Lemma]()
        return super().ask(wrong, step)


def test_a_prover_that_assumes_lemmas_is_caught(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import checker.verify.proof.attempt

    def here(problem: ProofProblem, *_: object) -> Any:
        found: list[ProofMessage] = []
        Assumes(problem, found.append).run()
        return (message for message in found)

    monkeypatch.setattr(checker.verify.proof.attempt, "proof_messages", here)
    assert prove(tmp_path, (FALSE.replace("even < 10", "even < 10 and steps < 10"),), *FEW) == 3
    assert "PROVED(" not in capsys.readouterr().out


# -- the prover alone --


def messages(stated: str, asked: bool) -> list[ProofMessage]:
    """Of a system with one number from 0 to 7, which goes from 0 to 2 and back; 5 is wrong, and follows 4."""
    lines = ["(declare-const x (_ BitVec 3))"]
    roots = {
        "steps": ("Bool", "(or (= x #b000) (= x #b010) (= x #b100))"),
        "next": ("(_ BitVec 3)", "(ite (= x #b000) #b010 (ite (= x #b010) #b000 #b101))"),
        "valid": ("Bool", "true"),
        "wrong": ("Bool", "(= x #b101)"),
        "stated": ("Bool", stated),
    }
    for number, (sort, text) in enumerate(roots.values()):
        lines += [f"(declare-const is_root{number} {sort})", f"(assert (= is_root{number} {text}))"]
    told: list[ProofMessage] = []
    problem = ProofProblem(
        text="\n".join(lines),
        state=(("x", 3),),
        inputs=(),
        initials=((0,),),
        targets=(Target("wrong", STATE),),
        features=(),
        groups=(),
        seen=(),
        count=1,
        images=(),
        stated=(("broken stated", asked),),
    )
    strengthening.Prover(problem, told.append).run()
    return told


def test_a_lemma_that_the_initial_state_breaks() -> None:
    first, *_, last = messages("(or (= x #b000) (= x #b100))", True)
    assert isinstance(first, GivenUp) and first.why.target == "broken stated" and first.why.after is None
    assert isinstance(last, Failed) and last.target == "wrong", "it was not used"


@pytest.mark.parametrize("asked", [False, True])
def test_a_lemma_that_is_needed(asked: bool) -> None:
    assert messages("(= x #b100)", asked)[-1] == Proved((), ("wrong", "broken stated"), False)


@pytest.mark.parametrize("asked", [False, True])
def test_a_lemma_that_is_not_kept(asked: bool) -> None:
    """It holds in the initial state, and rules out 4."""
    found = [message for message in messages("(or (= x #b100) (= x #b010))", asked) if isinstance(message, GivenUp | Failed)]
    assert [type(message) for message in found] == [GivenUp, Failed]
    assert isinstance(found[0], GivenUp) and (found[0].why.state, found[0].why.after) == ([0], [2])


# -- the other commands --


@pytest.mark.parametrize("engine", ["portable", "compiled", "z3"])
def test_check_looks_at_lemmas_as_at_invariants(engine: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = model_of(tmp_path, DOUBLE, FALSE)
    options = ("--engine", engine, "--format", "json", *(("--depth", "6") if engine == "z3" else ()))
    assert run(["check", model, *options]) == 1
    (checked,) = json.loads(capsys.readouterr().out)["runs"]
    found = {entry["id"]: entry for entry in checked["properties"]}
    assert found.keys() == {"bound", "double", "false"} and found["false"]["verdict"] == "VIOLATED"
    assert found["bound"]["verdict"] == found["double"]["verdict"] != "VIOLATED"
    assert run(["check", model, *options, "--property", "bound"]) == 0
    assert run(["check", model, *options, "--property", "false"]) == 1


def test_list_says_what_is_a_lemma(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list", model_of(tmp_path, DOUBLE)]) == 0
    text = capsys.readouterr().out
    assert re.search(r"^    double \(a lemma\)\s", text, re.MULTILINE) and re.search(r"^    bound\s", text, re.MULTILINE)


def test_a_lemma_kills_no_mutant(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = model_of(tmp_path, DOUBLE)
    only = ("--only", "*off by one: 2 -> 3*")
    assert run(["mutate", model, *only]) == 1
    assert "0 killed, 1 survived" in capsys.readouterr().out
    assert run(["mutate", model, *only, "--property", "double"]) == 0
    assert "1 killed, 0 survived" in capsys.readouterr().out
