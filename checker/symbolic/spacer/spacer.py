# SPDX-License-Identifier: GPL-2.0-only
"""Spacer, Z3's engine for constrained Horn clauses: an invariant without samples.

Runs in a process of its own (process.py). Spacer is asked about bits, since it generalises those far better than bit-vectors:
every variable of state and inputs is a Boolean for each of its bits. What it finds is not believed before the second solver has
read the certificate.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import z3

from checker.stopping import Stop, Why
from checker.symbolic.bmc.question import Stopped
from checker.symbolic.solvers.z3_solver import parsed, variable
from checker.symbolic.spacer.spacer_question import BitClause, BitLiteral, Safe, SpacerMessage, SpacerProblem, Unsafe

MOST_CLAUSES = 20_000
"""Clauses of an invariant."""


class Unreadable(Exception):
    """An invariant that is not made of clauses, or has too many. The text says which."""


def find_invariant(problem: SpacerProblem, tell: Callable[[SpacerMessage], None]) -> None:
    """Ask Spacer. tell: called once, with the answer."""
    steps, *rest = parsed(problem.text)
    after, wrong = rest[: len(problem.state)], rest[len(problem.state) :]
    state = [_bits(name, width) for name, width in problem.state]
    inputs = [_bits(name, width) for name, width in problem.inputs]
    new = [_bits(f"next {name.strip('|')}", width) for name, width in problem.state]
    pairs = [
        (variable(name, width), _joined(bits, width))
        for (name, width), bits in zip((*problem.state, *problem.inputs), (*state, *inputs), strict=True)
    ]
    before_bits, after_bits = list(itertools.chain(*state)), list(itertools.chain(*new))
    step = [
        steps,
        *(_joined(bits, width) == value for (_, width), bits, value in zip(problem.state, new, after, strict=True)),
    ]
    holds = z3.Function("invariant", *(z3.BoolSort() for _ in before_bits), z3.BoolSort())
    fixedpoint = z3.Fixedpoint()
    fixedpoint.set(engine="spacer", **{"xform.slice": False, "xform.inline_eager": False, "xform.inline_linear": False})
    fixedpoint.register_relation(holds)
    fixedpoint.declare_var(*before_bits, *itertools.chain(*inputs), *after_bits)
    for initial in problem.initials:
        first = [z3.BoolVal(bool(number >> n & 1)) for number, bits in zip(initial, state, strict=True) for n in range(len(bits))]
        fixedpoint.rule(holds(*first))
    fixedpoint.rule(holds(*after_bits), [holds(*before_bits), *_blasted(step, pairs)])
    (bad,) = _blasted([z3.Or(*wrong)], pairs) or [z3.BoolVal(True)]
    answer = fixedpoint.query(z3.And(holds(*before_bits), bad))
    if answer == z3.sat:
        tell(Unsafe())
    elif answer == z3.unknown:
        tell(Stopped(Stop(Why.SOLVER, f"Spacer gives up: {fixedpoint.reason_unknown()}")))
    else:
        places = {one.get_id(): (number, bit) for number, bits in enumerate(state) for bit, one in enumerate(bits)}
        try:
            tell(Safe(tuple(_clauses(_definition(fixedpoint.get_answer(), before_bits), places))))
        except Unreadable as why:
            tell(Stopped(Stop(Why.SOLVER, f"Spacer's invariant {why}")))


def _bits(name: str, width: int) -> list[Any]:
    """The Booleans of a variable, the lowest bit first."""
    return [z3.Bool(f"{name.strip('|')} bit {n}") for n in range(max(width, 1))]


def _joined(bits: Sequence[Any], width: int) -> Any:
    """The variable that has these bits."""
    if not width:
        return bits[0]
    ones = [z3.If(bit, z3.BitVecVal(1, 1), z3.BitVecVal(0, 1)) for bit in reversed(bits)]
    return z3.Concat(*ones) if width > 1 else ones[0]


def _blasted(terms: Sequence[Any], pairs: Sequence[tuple[Any, Any]]) -> list[Any]:
    """The terms, all of which hold, over bits. One formula, or none where they hold always."""
    goal = z3.Goal()
    goal.add(*(z3.substitute(term, *pairs) for term in terms))
    (found,) = z3.Then("simplify", "bit-blast", "simplify")(goal)
    formula = found.as_expr()
    return [] if z3.is_true(formula) else [formula]


def _definition(answer: Any, bits: Sequence[Any]) -> Any:
    """What the invariant says of these bits, without quantifiers."""
    body = answer.body() if z3.is_quantifier(answer) else answer
    head, formula = (body.arg(0), body.arg(1)) if z3.is_eq(body) else (body, z3.BoolVal(True))
    if head.num_args() != len(bits) or not all(z3.is_var(argument) for argument in head.children()):
        raise Unreadable("has a form that is not understood")
    by_index = {z3.get_var_index(argument): bit for argument, bit in zip(head.children(), bits, strict=True)}
    formula = z3.substitute_vars(formula, *(by_index[number] for number in range(len(bits))))
    return z3.Then("simplify", "qe", "simplify")(formula).as_expr()


def _clauses(formula: Any, places: Mapping[int, tuple[int, int]]) -> list[BitClause]:
    """The clauses that a formula is the conjunction of. places: of each bit, by its number in Z3, the variable and which bit."""

    def clauses(term: Any, holds: bool) -> list[frozenset[BitLiteral]]:
        """Of the term, or of its negation."""
        if term.get_id() in places:
            return [frozenset({(*places[term.get_id()], holds)})]
        if z3.is_true(term) or z3.is_false(term):
            return [] if z3.is_true(term) == holds else [frozenset()]
        if z3.is_not(term):
            return clauses(term.arg(0), not holds)
        if z3.is_implies(term):
            return clauses(z3.Or(z3.Not(term.arg(0)), term.arg(1)), holds)
        if z3.is_eq(term) and z3.is_bool(term.arg(0)):
            a, b = term.children()
            return clauses(z3.And(z3.Implies(a, b), z3.Implies(b, a)), holds)
        if not (z3.is_and(term) or z3.is_or(term)):
            raise Unreadable("has a form that is not understood")
        parts = [clauses(child, holds) for child in term.children()]
        if z3.is_and(term) == holds:
            return [clause for part in parts for clause in part]
        found: list[frozenset[BitLiteral]] = [frozenset()]
        for part in parts:
            if len(found) * len(part) > MOST_CLAUSES:
                raise Unreadable(f"has more than {MOST_CLAUSES} clauses")
            found = [one | other for one in found for other in part]
        return found

    found = dict.fromkeys(clauses(formula, True))
    return [tuple(sorted(clause)) for clause in found if not any((number, bit, not is_) in clause for number, bit, is_ in clause)]
