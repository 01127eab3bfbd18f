# SPDX-License-Identifier: GPL-2.0-only
"""Z3 as bounded.py uses a solver."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import z3


def parsed(text: str) -> list[Any]:
    """The roots of a problem's text."""
    return [equation.arg(1) for equation in z3.parse_smt2_string(text)]


def variable(name: str, width: int) -> Any:
    """A variable by the name that it has in SMT-LIB."""
    name = name.strip("|")
    return z3.BitVec(name, width) if width else z3.Bool(name)


def value(number: int, width: int) -> Any:
    """A constant."""
    return z3.BitVecVal(number, width) if width else z3.BoolVal(bool(number))


def value_of(model: Any, term: Any) -> int:
    """The number that a term is in a model."""
    found = model.eval(term, model_completion=True)
    return int(z3.is_true(found)) if z3.is_bool(found) else int(found.as_long())


class Z3Solver:
    """See solvers.Solver."""

    name = "Z3"

    def __init__(self) -> None:
        self.solver = z3.SolverFor("QF_BV")
        self.model: Any = None

    def parsed(self, text: str) -> list[Any]:
        return parsed(text)

    def variable(self, name: str, width: int) -> Any:
        return variable(name, width)

    def value(self, number: int, width: int) -> Any:
        return value(number, width)

    def substituted(self, terms: Sequence[Any], variables: Sequence[Any], values: Sequence[Any]) -> list[Any]:
        if not terms:
            return []
        # All at once, since what the terms share is then looked at once.
        together = z3.Function("together", *(term.sort() for term in terms), z3.BoolSort())
        moved = z3.simplify(z3.substitute(together(*terms), *zip(variables, values, strict=True)))
        return [moved.arg(number) for number in range(len(terms))]

    def is_leaf(self, term: Any) -> bool:
        return bool(z3.is_const(term))

    def is_false(self, term: Any) -> bool:
        return bool(z3.is_false(term))

    def equal(self, a: Any, b: Any) -> Any:
        return a == b

    def conjunction(self, a: Any, b: Any) -> Any:
        return z3.simplify(z3.And(a, b))

    def disjunction(self, terms: Sequence[Any]) -> Any:
        return z3.simplify(z3.Or(*terms))

    def at_most(self, a: Any, b: Any) -> Any:
        return z3.ULE(a, b)

    def add(self, term: Any) -> None:
        self.solver.add(term)

    def add_negation(self, term: Any) -> None:
        self.solver.add(z3.Not(term))

    def ask(self, terms: Sequence[Any]) -> bool | str:
        self.solver.push()
        self.solver.add(z3.Or(*terms))
        answer = self.solver.check()
        self.model = self.solver.model() if answer == z3.sat else None
        reason = str(self.solver.reason_unknown()) if answer == z3.unknown else ""
        self.solver.pop()
        return reason if answer == z3.unknown else bool(answer == z3.sat)

    def worth(self, term: Any) -> int:
        return value_of(self.model, term)
