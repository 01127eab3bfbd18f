# SPDX-License-Identifier: GPL-2.0-only
"""The prover of lemmas in this process, and a certificate of what it says."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from checker.explicit.search.search import Search
from checker.ir import system as ir
from checker.ir.layout import make_layout
from checker.ir.lowering.lower import lower
from checker.language import tree
from checker.language.front.load import load_program
from checker.symbolic.bmc.problem import targets
from checker.symbolic.certificate.certificate import Claim, files
from checker.symbolic.lemmas import strengthening
from checker.symbolic.lemmas.features import Sampled
from checker.symbolic.lemmas.names import Names
from checker.symbolic.lemmas.proof_problem import lemmas, proof_problem
from checker.symbolic.lemmas.proof_question import Failed, ProofMessage, Proved
from checker.symbolic.lemmas.sampled_features import sampled_features
from checker.symbolic.relation.transition import Relation, step_relation
from checker.verify.proof.certificates import check_certificate, write_certificate


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
