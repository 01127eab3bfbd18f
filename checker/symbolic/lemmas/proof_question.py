# SPDX-License-Identifier: GPL-2.0-only
"""What the solver's process is asked when something is to be proved, and what it tells: plain data, without Z3."""

from __future__ import annotations

from dataclasses import dataclass

from checker.symbolic.bmc.question import Stopped, Target
from checker.symbolic.lemmas.learning import Bits, Clause, Image


@dataclass(frozen=True)
class ProofProblem:
    """A step relation as text, as in question.Problem. The roots are: steps, the next value of each variable of the state, the
    condition that a state is valid, the targets, when each stated lemma is violated, the atoms of the features. features:
    instances and values of each; groups, seen and count as in learning.Samples. images: what exchanges of instances make of
    them. stated: the lemmas of the model, as the names of targets, and whether each is to be shown even if nothing rests on
    it."""

    text: str
    state: tuple[tuple[str, int], ...]
    inputs: tuple[tuple[str, int], ...]
    initials: tuple[tuple[int, ...], ...]
    targets: tuple[Target, ...]
    features: tuple[tuple[int, int], ...]
    groups: tuple[int, ...]
    seen: tuple[tuple[tuple[Bits, ...], ...], ...]
    count: int
    images: tuple[Image, ...]
    stated: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True)
class Proved:
    """An inductive invariant that excludes all targets: the clauses, and that no state is in one of these targets, or breaks one
    of these stated lemmas; and, where that is a part of it, that the state is valid."""

    clauses: tuple[Clause, ...]
    targets: tuple[str, ...]
    valid: bool


@dataclass(frozen=True)
class Failed:
    """A counterexample to induction that no lemma excludes. target: what is reached, or is not kept by the step. state, inputs:
    the numbers of the variables; after: the state after the step, None where the state itself is the target. matters: the
    numbers of the variables that bring it about."""

    target: str
    state: list[int]
    inputs: list[int]
    after: list[int] | None
    matters: frozenset[int]


@dataclass(frozen=True)
class GivenUp:
    """A stated lemma that is not inductive together with the rest; nothing rests on it. why: what shows it; its target is the
    lemma."""

    why: Failed


@dataclass(frozen=True)
class Grown:
    """How far it is. lemmas: that there are; shown: of them; counterexamples: to induction, so far; checks: questions to Z3."""

    lemmas: int
    shown: int
    counterexamples: int
    checks: int


ProofMessage = Proved | Failed | GivenUp | Grown | Stopped
