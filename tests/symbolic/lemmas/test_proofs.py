# SPDX-License-Identifier: GPL-2.0-only
"""Proofs: what holds is proved, what is violated never is, and what a faulty prover claims the certificate refuses."""

from __future__ import annotations

import dataclasses
import itertools
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.explicit.search.search import Search
from checker.ir import system as ir
from checker.ir.layout import make_layout
from checker.ir.lowering.lower import lower
from checker.language import tree
from checker.language.python.load import load_program
from checker.symbolic.bmc.problem import targets
from checker.symbolic.certificate.certificate import Claim, files
from checker.symbolic.certificate.independent_check import Answer, Reply
from checker.symbolic.lemmas import strengthening
from checker.symbolic.lemmas.features import Sampled
from checker.symbolic.lemmas.learning import UNDECIDED, Learner, Samples
from checker.symbolic.lemmas.names import Names
from checker.symbolic.lemmas.proof_problem import lemmas, proof_problem
from checker.symbolic.lemmas.proof_question import Failed, ProofMessage, Proved
from checker.symbolic.lemmas.sampled_features import sampled_features
from checker.symbolic.relation.transition import Relation, step_relation
from checker.verify.proof.certificates import Refused, check_certificate, write_certificate
from checker.verify.proof.certify import check_against_model
from tests.support.judges.forging import changed, of_text
from tests.support.sampling import always

ROOT = Path(__file__).parents[3]
MODELS = sorted((ROOT / "tests/explicit/models").glob("*.py"))
COUNTER = '''
from typing import Annotated
from checker.language import Range, action, invariant, require

Number = Annotated[int, Range(0, 15)]
even: Number = 0
steps: Number = 0

@action
def count() -> None:
    global even, steps
    require(even < 10 and steps < 14)
    even += 2
    steps += 1

@action
def again() -> None:
    global even, steps
    require(even == 10)
    even = 0
    steps = 0

@invariant("even", "{even} is odd")
def is_even() -> bool:
    """Needs no lemma."""
    return even % 2 == 0

@invariant("bound", "{steps} steps")
def is_bound() -> bool:
    """Needs a lemma about both."""
    return steps <= 5
'''

CHECKED = """
from typing import Annotated
from checker.language import Range, action, check, demand, require

small = demand("small", "Violated by a step, and by no state.")
number: Annotated[int, Range(0, 7)] = 0

@action
def count() -> None:
    global number
    require(number < 7)
    check(number < 3, small, "{number} is not small")
    number += 1
"""


@dataclass
class Case:
    """One model, as a prover sees it."""

    program: tree.Program
    system: ir.System
    relation: Relation
    violated: frozenset[str]
    states: tuple[int, ...]

    def sampled(self, states: tuple[int, ...]) -> Sampled:
        return sampled_features(self.relation.fields, make_layout(self.system), states, Names(self.program, self.system))


def case(model: Path, settings: dict[str, int] | None = None, events: tuple[str, ...] | None = None) -> Case:
    program = load_program(model, settings or {}, events)
    system = lower(program)
    search = Search(system)
    result = search.run()
    assert result.stopped is None
    if result.error is not None or result.reasons:
        pytest.skip("a model error or a cut")
    terminal = 1 << make_layout(system).mark
    states = tuple(state for state in search.states if state < terminal)
    return Case(program, system, step_relation(system, any_free=True), frozenset(result.findings), states)


def attempt(
    what: Case, properties: frozenset[str], states: tuple[int, ...], prover: type[strengthening.Prover] = strengthening.Prover
) -> tuple[Proved | None, Sampled]:
    """What the prover says, in this process."""
    told: list[ProofMessage] = []
    sampled = what.sampled(states)
    prover(proof_problem(what.relation, properties, sampled), told.append).run()
    assert isinstance(told[-1], Proved | Failed)
    return (told[-1] if isinstance(told[-1], Proved) else None), sampled


def certificate(what: Case, properties: frozenset[str], proved: Proved, sampled: Sampled, folder: Path) -> None:
    """Write it; Refused if the second solver does not accept it."""
    claim = Claim(proved.targets, tuple(target.name for target, _ in targets(what.relation, properties)), proved.valid)
    made = files(what.relation, claim, lemmas(what.relation.fields.terms, sampled.features, proved.clauses))
    says = {
        "model": "x",
        "settings": {},
        "events": [],
        "assumptions": [],
        "lemmas": [],
        "properties": [name for name in what.program.properties if name in properties],
        "kept": list(claim.kept),
        "valid": claim.valid,
    }
    write_certificate(folder, says, "", made)
    check_certificate(folder)


@pytest.fixture
def counter(tmp_path: Path) -> Path:
    file = tmp_path / "counter.py"
    file.write_text("# SPDX-License-Identifier: GPL-2.0-only\n" + COUNTER)
    return file


@pytest.mark.parametrize(
    "model", always(MODELS, lambda file: file.stem not in ("jumps", "deep_branches")), ids=lambda file: file.stem
)
def test_what_is_violated_is_never_proved(model: Path) -> None:
    what = case(model)
    for name in sorted(what.violated):
        for states in (what.states[:1], what.states):
            proved, _ = attempt(what, frozenset([name]), states)
            assert proved is None, name


def test_what_holds_is_proved(counter: Path, tmp_path: Path) -> None:
    what = case(counter)
    properties = frozenset(["even", "bound"])
    assert not what.violated
    proved, sampled = attempt(what, properties, what.states)
    assert proved is not None
    certificate(what, properties, proved, sampled, tmp_path / "c")
    of_text(tmp_path / "c", counter)
    check_against_model(tmp_path / "c", counter)


def test_dks_at_its_smallest(tmp_path: Path) -> None:
    what = case(ROOT / "models/dks.py", {"C": 1, "T": 1, "S": 2})
    properties = frozenset(what.program.properties) - what.violated
    proved, sampled = attempt(what, properties, what.states)
    assert proved is not None and len(properties) >= 4
    certificate(what, properties, proved, sampled, tmp_path)


class SkipsConsecution(strengthening.Prover):
    def ask(self, wrong: Any, step: bool) -> Any:
        return frozenset[strengthening.Lemma]() if step else super().ask(wrong, step)


class SkipsSafety(strengthening.Prover):
    def ask(self, wrong: Any, step: bool) -> Any:
        return super().ask(wrong, step) if step else frozenset[strengthening.Lemma]()


class ForgetsLemmas(strengthening.Prover):
    """Says of each lemma that it needs no other."""

    def ask(self, wrong: Any, step: bool) -> Any:
        found = super().ask(wrong, step)
        return frozenset[strengthening.Lemma]() if isinstance(found, frozenset) and step else found


@pytest.mark.parametrize("prover", [SkipsConsecution, ForgetsLemmas])
def test_a_faulty_prover_is_caught(prover: type[strengthening.Prover], counter: Path, tmp_path: Path) -> None:
    what = case(counter)
    proved, sampled = attempt(what, frozenset(["bound"]), what.states, prover)
    assert proved is not None
    with pytest.raises(Refused, match=r"consecution-0\.smt2: the second solver does not say unsat, but: sat"):
        certificate(what, frozenset(["bound"]), proved, sampled, tmp_path / "c")


def test_safety_that_is_not_asked_is_caught(tmp_path: Path) -> None:
    model = tmp_path / "checked.py"
    model.write_text("# SPDX-License-Identifier: GPL-2.0-only\n" + CHECKED)
    what = case(model)
    (name,) = what.violated
    proved, sampled = attempt(what, frozenset([name]), what.states, SkipsSafety)
    assert proved is not None
    with pytest.raises(Refused, match=r"safety\.smt2: the second solver does not say unsat, but: sat"):
        certificate(what, frozenset([name]), proved, sampled, tmp_path / "c")


def test_samples_without_the_initial_state_are_caught(counter: Path, tmp_path: Path) -> None:
    what = case(counter)
    layout = make_layout(what.system)
    fields = what.relation.fields
    later = [0] * len(fields.fields)
    later[fields.cells["even"][0] or 0] = 12  # from where nothing goes on
    states = (fields.packed(layout, later),)
    proved, sampled = attempt(what, frozenset(["even"]), states, ForgetsAndAddsRanges)
    assert proved is not None
    with pytest.raises(Refused, match=r"initiation\.smt2: the second solver does not say unsat, but: sat"):
        certificate(what, frozenset(["even"]), proved, sampled, tmp_path / "c")


class ForgetsAndAddsRanges(strengthening.Prover):
    """Takes all lemmas into its proof, needed or not."""

    def proof(self) -> Proved:
        return Proved(tuple(lemma.clause for lemma in self.everything if lemma.clause is not None and lemma.alive), (), True)


def test_learned_lemmas_agree_with_the_samples(counter: Path) -> None:
    what = case(counter)
    sampled = what.sampled(what.states)
    samples = Samples(sampled.seen, [0] * len(sampled.features), sampled.count)
    wrong = [[None] if n == 0 else [0] for n in range(len(sampled.features))]
    found = samples.plain_clauses(wrong, 3)
    assert found and not any(samples.against(clause) for clause in found)
    assert samples.against(((0, frozenset([0])),))


@given(st.integers(0, 2**32 - 1))
def test_lemmas_from_a_growing_part_agree_with_all_samples(seed: int) -> None:
    chance = random.Random(seed)
    count, groups = chance.randrange(1, 300), [0, 0, 0, 1, 1]
    seen, values = [], []
    for group in groups:
        rows = [[chance.randrange(3) for _ in range(count)] for _ in range(3 if group else 1)]
        seen.append([[sum(1 << n for n, v in enumerate(row) if v == value) for value in range(3)] for row in rows])
        values.append([chance.choice([0, 1, 2, UNDECIDED]) for _ in rows])
    samples = Samples(seen, groups, count)
    learner = Learner(samples, (3, 2))
    plain, family = learner.plain_clauses(values, 2), learner.family_clauses(values)
    for clause in [*plain, *family]:
        assert not samples.against(clause)
        its = [(values[number][0], allowed) for number, allowed in clause if not groups[number]]
        assert all(value != UNDECIDED and value not in allowed for value, allowed in its)
    assert bool(plain) == bool(samples.plain_clauses(values, 2))
    assert bool(family) == bool(samples.family_clauses(values))


# -- the commands --


def run(*arguments: str) -> int:
    from checker.cli.main import run as command

    return command(list(arguments))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A model with a certificate that `prove` wrote."""
    folder = tmp_path_factory.mktemp("made")
    model = folder / "counter.py"
    model.write_text("# SPDX-License-Identifier: GPL-2.0-only\n" + COUNTER)
    assert run("prove", str(model), "--certificates", str(folder / "c")) == 0
    return model, folder / "c"


def test_certify_accepts(made: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    model, folder = made
    assert run("certify", str(folder), "--model", str(model)) == 0
    text = capsys.readouterr().out
    assert text.startswith(f"accepted: {folder} shows of {model}") and "even, bound" in text
    assert run("certify", str(folder)) == 3
    text = capsys.readouterr().out
    assert "the files are consistent; NOT compared with a model" in text and "accepted" not in text


@pytest.mark.slow
def test_the_hardened_protocol_is_proved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Also that no allocation runs out of pages, and none of its code into a model error."""
    model = str(ROOT / "models/hardened.py")
    size = ["--cpus", "1", "--tasks", "1", "--stack-pages", "2", "--events", "touch"]
    wanted = ("single-hole", "area-agrees", "one-owner", "refill-owed", "charge-once")
    only = [word for name in wanted for word in ("--property", name)]
    assert run("prove", model, *size, *only, "--certificates", str(tmp_path)) == 0
    text = capsys.readouterr().out
    assert all(f"{name}  " in text for name in wanted) and text.count("PROVED(without a bound in depth") == len(wanted)
    assert run("certify", str(tmp_path), "--model", model) == 0


@pytest.mark.slow
def test_five_properties_of_the_hardened_protocol_are_proved_for_two_of_each(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command of `make prove`, with 2 stack pages in place of 4."""
    model = str(ROOT / "models/hardened.py")
    size = ["--cpus", "2", "--tasks", "2", "--stack-pages", "2", "--events", "touch"]
    wanted = ("single-hole", "area-agrees", "refill-owed", "right-stack", "tag-live")
    only = [word for name in wanted for word in ("--property", name)]
    assert run("prove", model, *size, *only, "--certificates", str(tmp_path)) == 0
    assert capsys.readouterr().out.count("PROVED(without a bound in depth") == len(wanted)


@pytest.mark.slow
def test_prove_tells_violations_and_gives_up(capsys: pytest.CaptureFixture[str]) -> None:
    dks = [str(ROOT / "models/dks.py"), "--set", "C=1", "--set", "T=1", "--set", "S=3"]
    assert run("prove", *dks, "--property", "I2") == 1
    assert "I2  VIOLATED in 9 steps" in capsys.readouterr().out
    assert run("prove", *dks, "--property", "I4", "--samples", "30") == 3
    text = capsys.readouterr().out
    assert "I4  UNKNOWN(induction fails" in text and "Counterexample to induction" in text and "What breaks: " in text
    assert run("prove", *dks, "--property", "none") == 2
    assert run("certify", str(ROOT / "docs")) == 2


def rehashed(folder: Path) -> None:
    """Make the manifest name the files as they are."""
    import hashlib
    import json

    manifest = json.loads((folder / "certificate.json").read_text())
    for name in manifest["files"]:
        manifest["files"][name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    (folder / "certificate.json").write_text(json.dumps(manifest))


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


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


# -- what the certificate claims is what the search has shown --

UNRELATED = """
from checker.language import Array, array, check, demand, enter, executes, initial, instance, record, routine

@record(count=1, frames=2)
class Cpu:
    task: "Cpu | None" = None
@executes
def running(cpu: Cpu) -> Cpu | None:
    return None
slots: Array[Cpu | None] = array(2)
copy: Cpu | None = None
wild = demand("no-wild-pointer", "test")
failed = demand("failed", "what nothing here violates")
@routine(noinline=True)
def same(one: Cpu | None) -> Cpu | None:
    return one
@routine
def main() -> None:
    global copy
    copy = same(slots[1])
@initial
def boot() -> None:
    enter(instance(Cpu, 0), main)
"""


def accepted(proved: Proved, what: Case, properties: frozenset[str], sampled: Sampled, folder: Path) -> bool:
    try:
        certificate(what, properties, proved, sampled, folder / f"{len(list(folder.iterdir()))}")
    except Refused:
        return False
    return True


def test_a_proof_says_valid_only_where_that_was_shown(tmp_path: Path) -> None:
    """Nothing rests on it here, so it need be no part of the invariant, and by itself it is not inductive."""
    model = tmp_path / "unrelated.py"
    model.write_text("# SPDX-License-Identifier: GPL-2.0-only\n" + UNRELATED)
    what = case(model)
    properties = frozenset(["failed"])
    proved, sampled = attempt(what, properties, what.states)
    assert proved is not None
    certificate(what, properties, proved, sampled, tmp_path / "c")
    # Z3 may take more lemmas than it needs into its proof, and with them validity may be inductive.
    least = next(
        claim
        for count in range(len(proved.clauses) + 1)
        for clauses in itertools.combinations(proved.clauses, count)
        if accepted(claim := Proved(clauses, proved.targets, False), what, properties, sampled, tmp_path)
    )
    with pytest.raises(Refused, match=r"consecution-0\.smt2: the second solver does not say unsat, but: sat"):
        certificate(what, properties, dataclasses.replace(least, valid=True), sampled, tmp_path / "too-much")


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


@pytest.fixture
def claiming(tmp_path: Path) -> tuple[Path, Path]:
    model, folder = tmp_path / "claiming.py", tmp_path / "c"
    model.write_text("# SPDX-License-Identifier: GPL-2.0-only\n" + CLAIMING)
    options = ("--set", "MOST=4", "--events", "twice", "--property", "most")
    assert run("prove", str(model), *options, "--certificates", str(folder)) == 0
    return model, folder


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
        "checker.verify.proof.certificates.independent_check", lambda file, seconds: Reply(Answer.NONE, "the limit of 1 seconds")
    )
    assert run("certify", str(folder), "--model", str(model)) == 3
    assert capsys.readouterr().out.startswith("undecided: ")
