# SPDX-License-Identifier: GPL-2.0-only
"""What bounded.py asks of a solver, and the solvers that there are. Their modules are loaded only where they are used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

Z3 = "z3"
BITWUZLA = "bitwuzla"
SOLVERS = (Z3, BITWUZLA)

SolverTerm = TypeVar("SolverTerm")
"""The terms of a solver."""


class Solver(Protocol[SolverTerm]):
    """Terms are the solver's own. name: for messages."""

    name: str

    def parsed(self, text: str) -> list[SolverTerm]:
        """The right sides of the equations that a text in SMT-LIB 2 asserts, in order. Its variables are known from then on."""

    def variable(self, name: str, width: int) -> SolverTerm:
        """The variable of this name. Width 0 is a Boolean, also below."""

    def value(self, number: int, width: int) -> SolverTerm:
        """A constant."""

    def substituted(
        self, terms: Sequence[SolverTerm], variables: Sequence[SolverTerm], values: Sequence[SolverTerm]
    ) -> list[SolverTerm]:
        """The terms with values in place of variables."""

    def is_leaf(self, term: SolverTerm) -> bool:
        """Whether it is a variable or a constant."""

    def is_false(self, term: SolverTerm) -> bool:
        """Whether it is the constant false."""

    def equal(self, a: SolverTerm, b: SolverTerm) -> SolverTerm:
        """An equation."""

    def conjunction(self, a: SolverTerm, b: SolverTerm) -> SolverTerm:
        """Both; the constant false where one of them is it."""

    def disjunction(self, terms: Sequence[SolverTerm]) -> SolverTerm:
        """One of them."""

    def at_most(self, a: SolverTerm, b: SolverTerm) -> SolverTerm:
        """a <= b, of bit-vectors without sign."""

    def add(self, term: SolverTerm) -> None:
        """From now on the term holds."""

    def add_negation(self, term: SolverTerm) -> None:
        """From now on the term does not hold."""

    def ask(self, terms: Sequence[SolverTerm]) -> bool | str:
        """Whether one of the terms can hold, with all that was added; a text: why the solver does not know."""

    def worth(self, term: SolverTerm) -> int:
        """What a term is in the example found by `ask`; for a Boolean 0 or 1. Only before anything is added."""


def solver_of(name: str, memory: int | None) -> Solver[Any]:
    """A new solver. memory: bytes that it may take, None for no limit; Z3's limit is one for its process, set elsewhere."""
    if name == BITWUZLA:
        from checker.symbolic.solvers.bitwuzla_solver import BitwuzlaSolver

        return BitwuzlaSolver(memory)
    from checker.symbolic.solvers.z3_solver import Z3Solver

    return Z3Solver()
