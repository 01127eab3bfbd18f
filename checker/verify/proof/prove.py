# SPDX-License-Identifier: GPL-2.0-only
"""`stackproof prove` on one configuration: samples, then an attempt to prove what none of them violates."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from checker.counting import counted
from checker.explicit.search.interrupts import uninterrupted
from checker.explicit.search.results import Limits, Progress
from checker.ir.layout import make_layout
from checker.language.errors import UsageError
from checker.result.verdict import Run, Statistics, Subject, Verdict, VerdictKind, inconclusive
from checker.stopping import INTERRUPTED, Stop, Why
from checker.symbolic.lemmas.holders import guessed
from checker.symbolic.lemmas.names import Names
from checker.symbolic.lemmas.sampled_features import sampled_features
from checker.symbolic.relation.transition import step_relation
from checker.symbolic.terms.terms import Unsupported
from checker.verify.confirm import Announce, Confirming, cut_short
from checker.verify.proof.attempt import Attempt
from checker.verify.proof.samples import Samples, sample
from checker.verify.request import Request
from checker.verify.subject import Loaded, load_subject

SAMPLES = 1_000_000
"""States, up to exchanges of pages, that lemmas are found among, unless another number is asked for."""

LEMMAS = "lemmas"
SPACER = "spacer"
INDUCTION = "k-induction"
PROVERS = (LEMMAS, SPACER, INDUCTION)
"""Where an invariant comes from: lemmas that are learned from samples, or Z3's engine for Horn clauses; or there is none but the
properties themselves, and k states in a row are looked at."""

MOST_K = 4
"""The greatest k that is tried, unless another is asked for."""

RUNS = "a proof here is about states and steps; a property on runs needs `stackproof check`"


@dataclass(frozen=True)
class Proving:
    """What came out. invariant: in the model's own terms, a line each. counterexample: to induction, where that failed, as lines.
    certificate: the folder, if one was asked for. given_up: the lemmas of the model that were tried, and that nothing rests on
    since they were not shown, each with the reason, as lines."""

    run: Run
    invariant: tuple[str, ...]
    counterexample: tuple[str, ...]
    certificate: Path | None
    given_up: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def prove_configuration(
    request: Request,
    limits: Limits,
    folder: Path | None,
    samples: int = SAMPLES,
    progress: Progress | None = None,
    announce: Announce | None = None,
    tell: Callable[[str], None] = lambda line: None,
    engine: str = LEMMAS,
    most_k: int = MOST_K,
) -> Proving:
    """Prove the properties of one configuration without a bound in depth. announce: called with each violation that the samples
    show, once it is confirmed. tell: called with a line of what is done now. engine: one of PROVERS. most_k: for
    k-induction."""
    begun = time.monotonic()
    loaded = load_subject(request, all_states=True)
    stated = frozenset[str]() if engine == SPACER else loaded.program.lemmas

    def left() -> float | None:
        return None if limits.seconds is None else max(limits.seconds - (time.monotonic() - begun), 0.0)

    # No feature tells pages apart, so states up to exchanges of pages show the same lemmas as all of them.
    up_to_pages = frozenset({"pages"})
    looked_for = loaded.wanted - loaded.live | stated
    sampled = sample(loaded.system, looked_for, Limits(samples, limits.memory, left()), progress, up_to_pages)
    confirming = Confirming(loaded.program, loaded.system, loaded.subject, announce)
    error = confirmed_samples(confirming, sampled)
    provable = loaded.wanted - loaded.live - confirming.violated.keys()
    attempt = Attempt(loaded, provable, stated - confirming.violated.keys(), left, limits.memory, folder, tell)
    otherwise = error or _unprovable(sampled)
    if otherwise is None:
        otherwise = (
            _proved(request, loaded, attempt, sampled, engine, most_k) if provable else Verdict("", VerdictKind.UNKNOWN, RUNS)
        )
    verdicts = tuple(
        confirming.violated.get(name)
        or (Verdict(name, VerdictKind.UNKNOWN, RUNS) if name in loaded.live and error is None else attempt.of(name, otherwise))
        for name in loaded.program.properties
        if name in loaded.wanted or name in confirming.violated
    )
    run = run_of_proof(loaded.subject, verdicts, sampled, otherwise, error, time.monotonic() - begun)
    return Proving(run, attempt.invariant, attempt.counterexample, attempt.certificate, attempt.given_up)


def confirmed_samples(confirming: Confirming, sampled: Samples) -> Verdict | None:
    """Confirm the violations that samples show; the verdict of every property if they show a model error."""
    with uninterrupted():
        for finding in sampled.result.findings.values():
            confirming.found(finding)
        return None if sampled.result.error is None else confirming.error(sampled.result.error)


def run_of_proof(
    subject: Subject, verdicts: tuple[Verdict, ...], sampled: Samples, otherwise: Verdict, error: Verdict | None, seconds: float
) -> Run:
    """What a proof came to. otherwise: the verdict of what no sample violates. seconds: that it took."""
    s = sampled.result.statistics
    return Run(
        subject,
        verdicts,
        Statistics(s.states, s.transitions, s.depth, seconds, s.memory, s.frontier),
        None if otherwise.kind is not VerdictKind.UNKNOWN else otherwise.stopped or Stop(Why.SOLVER, otherwise.detail),
        tuple(sampled.result.cuts.items()),
        (),
        error,
        "z3 and bitwuzla",
    )


def _unprovable(sampled: Samples) -> Verdict | None:
    """Why nothing can be proved, if the samples show that."""
    if sampled.result.stopped == INTERRUPTED:
        return inconclusive(INTERRUPTED)
    return cut_short(sampled.result.cuts) if sampled.result.cuts else None


def _proved(request: Request, loaded: Loaded, attempt: Attempt, sampled: Samples, engine: str, most_k: int) -> Verdict:
    """The verdict of an attempt."""
    system, names = loaded.system, Names(loaded.program, loaded.system)
    try:
        relation = step_relation(system, any_free=True)
        if engine == SPACER:
            return attempt.prove_by_spacer(relation, names)
        if engine == INDUCTION:
            return attempt.prove_by_induction(relation, most_k)
        features = sampled_features(relation.fields, make_layout(system), sampled.states, names)
        attempt.counted = guessed(system, features) if relation.may_run_dry else ()
        if attempt.counted:
            relation = step_relation(system, any_free=True, counted=attempt.counted, fields=relation.fields)
        which = "" if sampled.complete else "of the "
        attempt.tell(f"{counted(len(sampled.states), which + 'reachable state')}, {counted(len(features.features), 'feature')}")
        return attempt.prove(relation, names, features)
    except KeyboardInterrupt:
        return inconclusive(INTERRUPTED)
    except Unsupported as why:
        raise UsageError(f"{request.model}: Z3 cannot prove anything of this model: {why}") from None
