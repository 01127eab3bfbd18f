# SPDX-License-Identifier: GPL-2.0-only
"""Proofs of random small systems, with all provers and both solvers, against a search of all states: what is violated is never
proved, and what a prover takes for a proof is always one."""

from __future__ import annotations

import random

from hypothesis import assume, event, note

from checker.explicit.search.results import Limits
from checker.explicit.search.search import Search
from checker.ir.lowering.lower import lower
from checker.language.errors import ModelError, UsageError
from checker.language.front.load import load_program
from checker.result.verdict import VerdictKind
from checker.verify.proof.prove import INDUCTION, LEMMAS, SPACER, prove_configuration
from checker.verify.request import Request
from tests.support.random.random_systems import random_system
from tests.support.random.random_workers import random_workers
from tests.support.seeds import seeds
from tests.support.systems.small_programs import HEADER, model_file

STATES = 3_000
SECONDS = 20


@seeds(4, 100)
def test_what_is_proved_holds(seed: int) -> None:
    check(seed)


def check(seed: int) -> None:
    chance = random.Random(seed)
    text = chance.choice((random_system, random_workers))(chance)
    note(text)
    model = model_file(HEADER + text)
    try:
        program = load_program(model)
        system = lower(program)
    except ModelError as error:
        event(f"refused: {error.message}")
        assume(False)
    searched = Search(system).run(Limits(STATES))
    assume(searched.stopped is None)
    engine = chance.choice((LEMMAS, LEMMAS, LEMMAS, INDUCTION, SPACER))
    samples = chance.choice((1, 5, STATES, STATES))
    some = [name for name in program.properties if chance.random() < 0.5]
    note(f"{engine}, {samples} samples, {some or 'all properties'}")
    try:
        limits = Limits(None, None, SECONDS)
        proving = prove_configuration(Request(model, {}, None, tuple(some)), limits, None, samples, engine=engine)
    except UsageError as error:
        event(str(error).rpartition(": ")[2])
        return
    for verdict in proving.run.verdicts:
        event(f"{engine}: {verdict.kind.value}")
        if verdict.kind is VerdictKind.PROVED:
            assert verdict.property not in searched.findings, f"{verdict.property} is violated"
            assert searched.error is None and not searched.reasons, "a proof excludes model errors and cuts as well"
        assert not verdict.detail.startswith(("what the search found", "the certificate is refused")), verdict.detail
