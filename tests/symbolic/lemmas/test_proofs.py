# SPDX-License-Identifier: GPL-2.0-only
"""Proofs: what holds is proved, what is violated never is, and what a faulty prover claims the certificate refuses."""

from __future__ import annotations

import dataclasses
import itertools
from pathlib import Path
from typing import Any

import pytest

from checker.ir.layout import make_layout
from checker.project import PROJECT
from checker.symbolic.lemmas import strengthening
from checker.symbolic.lemmas.features import Sampled
from checker.symbolic.lemmas.proof_question import Proved
from checker.verify.proof.certificates import Refused
from checker.verify.proof.certify import check_against_model
from tests.support.judges.forging import of_text
from tests.support.judges.proving import Case, attempt, case, certificate
from tests.support.sampling import always
from tests.support.systems.counters import CHECKED

MODELS = sorted((PROJECT / "tests/explicit/models").glob("*.py"))


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
    what = case(PROJECT / "models/dks.py", {"C": 1, "T": 1, "S": 2})
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


# -- what the certificate claims --

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
