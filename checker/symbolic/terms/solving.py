# SPDX-License-Identifier: GPL-2.0-only
"""Small questions to Z3 while the step relation is made."""

from __future__ import annotations

from checker.symbolic.terms.smtlib import declarations, definitions
from checker.symbolic.terms.terms import Term, variables_of

MILLISECONDS = 5000


def can_hold(condition: Term) -> bool:
    """Whether a condition holds for some values of its variables; True where Z3 cannot tell."""
    if condition.is_constant:
        return bool(condition.value)
    import z3  # most models never ask

    lines = [*declarations(variables_of([condition])), *definitions({"condition": condition}, "part"), "(assert condition)"]
    solver = z3.SolverFor("QF_BV")
    solver.set("timeout", MILLISECONDS)
    solver.from_string("\n".join(lines))
    return bool(solver.check() != z3.unsat)
