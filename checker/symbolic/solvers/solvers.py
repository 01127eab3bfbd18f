# SPDX-License-Identifier: GPL-2.0-only
"""What bounded.py asks of a solver, and the solvers that there are. Their modules are loaded only where they are used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

Z3 = "z3"
BITWUZLA = "bitwuzla"
SOLVERS = (Z3, BITWUZLA)


class Solver(Protocol):
    """Terms are the solver's own. name: for messages."""

    name: str

    def parsed(self, text: str) -> list[Any]:
        """The right sides of the equations that a text in SMT-LIB 2 asserts, in order. Its variables are known from then on."""

    def variable(self, name: str, width: int) -> Any:
        """The variable of this name. Width 0 is a Boolean, also below."""

    def value(self, number: int, width: int) -> Any:
        """A constant."""

    def substituted(self, terms: Sequence[Any], variables: Sequence[Any], values: Sequence[Any]) -> list[Any]:
        """The terms with values in place of variables."""

    def is_leaf(self, term: Any) -> bool:
        """Whether it is a variable or a constant."""

    def is_false(self, term: Any) -> bool:
        """Whether it is the constant false."""

    def equal(self, a: Any, b: Any) -> Any:
        """An equation."""

    def conjunction(self, a: Any, b: Any) -> Any:
        """Both; the constant false where one of them is it."""

    def disjunction(self, terms: Sequence[Any]) -> Any:
        """One of them."""

    def at_most(self, a: Any, b: Any) -> Any:
        """a <= b, of bit-vectors without sign."""

    def add(self, term: Any) -> None:
        """From now on the term holds."""

    def add_negation(self, term: Any) -> None:
        """From now on the term does not hold."""

    def ask(self, terms: Sequence[Any]) -> bool | str:
        """Whether one of the terms can hold, with all that was added; a text: why the solver does not know."""

    def worth(self, term: Any) -> int:
        """What a term is in the example found by `ask`; for a Boolean 0 or 1. Only before anything is added."""


def solver_of(name: str, memory: int | None) -> Solver:
    """A new solver. memory: bytes that it may take, None for no limit; Z3's limit is one for its process, set elsewhere."""
    if name == BITWUZLA:
        from checker.symbolic.solvers.bitwuzla_solver import BitwuzlaSolver

        return BitwuzlaSolver(memory)
    from checker.symbolic.solvers.z3_solver import Z3Solver

    return Z3Solver()
