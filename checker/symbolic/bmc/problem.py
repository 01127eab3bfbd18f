# SPDX-License-Identifier: GPL-2.0-only
"""The question that bounded model checking asks of a step relation, as text."""

from __future__ import annotations

from collections.abc import Iterator

from checker.language.raised import NO_DEADLOCK
from checker.symbolic.bmc.question import STATE, STEP, Problem, Target
from checker.symbolic.relation.order import order
from checker.symbolic.relation.transition import Relation
from checker.symbolic.solvers.solvers import Z3
from checker.symbolic.terms.smtlib import declarations, definitions, sort
from checker.symbolic.terms.terms import Term

VIOLATED = "broken "
VIOLATES = "violates "
DEADLOCK = "stuck"
ERROR = "error"
INVARIANT_ERROR = "error in an invariant"
ERROR_IN = "error in "
CUT = "cut "
UNHELD = "nowhere: an allocated "
"""Names of targets; those that end in a space are followed by a property, or by a reason. Certificates have them, so the texts
stay what they are."""


def targets(relation: Relation, properties: frozenset[str]) -> Iterator[tuple[Target, Term]]:
    """What to look for: violations of the properties, model errors, cuts. What cannot be is left out."""
    found: list[tuple[str, str, Term]] = []
    found += [(VIOLATED + name, STATE, term) for name, term in relation.violated.items() if name in properties]
    found += [(VIOLATES + name, STEP, term) for name, term in relation.violates.items() if name in properties]
    if NO_DEADLOCK in properties:
        found.append((DEADLOCK, STATE, relation.deadlock))
    found.append((ERROR, STEP, relation.error))
    found.append((INVARIANT_ERROR, STATE, relation.fields.terms.disjunction(*relation.invariant_errors.values())))
    found += [(CUT + reason, STEP, term) for reason, term in relation.cuts.items()]
    found += [(UNHELD + record, STATE, term) for record, term in relation.unheld.items()]
    for name, kind, term in found:
        if term is not relation.fields.terms.false:
            yield Target(name, kind), term


def stated_lemmas(relation: Relation, lemmas: frozenset[str]) -> dict[str, Term]:
    """The lemmas of the model as the names of targets, with when each is violated. What cannot be is left out."""
    false = relation.fields.terms.false
    return {VIOLATED + name: term for name, term in relation.violated.items() if name in lemmas and term is not false}


def _errors(relation: Relation, properties: frozenset[str]) -> Iterator[tuple[str, Term]]:
    """The properties in whose invariants the model can be in error, and when."""
    for name, term in relation.invariant_errors.items():
        if name in properties and term is not relation.fields.terms.false:
            yield name, term


def bounded_problem(relation: Relation, properties: frozenset[str], depth: int, solver: str = Z3) -> Problem:
    """The question whether a violation can be reached in so many steps. solver: who is to answer, one of SOLVERS."""
    state, inputs = relation.fields.variables, relation.inputs
    wanted = [(target, term) for target, term in targets(relation, properties) if target.name != INVARIANT_ERROR]
    wanted += [(Target(ERROR_IN + name, STATE), term) for name, term in _errors(relation, properties)]
    agent, accesses = order(relation) if relation.fields.system.processors is None else (relation.fields.terms.true, [])
    whole = [relation.steps, *relation.next, *(term for _, term in wanted)]
    if accesses:
        whole += [agent, *(term for access in accesses for term in (access.touches, access.writes))]
    roots = {f"root{number}": term for number, term in enumerate(whole)}
    lines = [*declarations([*state, *inputs]), *definitions(roots, "part")]
    for name, term in roots.items():
        lines.append(f"(declare-const is_{name} {sort(term.width)})")
        lines.append(f"(assert (= is_{name} {name}))")
    return Problem(
        "\n".join(lines),
        tuple((variable.name, variable.width) for variable in state),
        tuple((variable.name, variable.width) for variable in inputs),
        relation.initials,
        tuple(target for target, _ in wanted),
        depth,
        solver,
        bool(accesses),
    )
