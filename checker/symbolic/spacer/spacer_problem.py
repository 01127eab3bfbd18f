# SPDX-License-Identifier: GPL-2.0-only
"""The question that Spacer is asked of a step relation, and what its answer means."""

from __future__ import annotations

from checker.symbolic.bmc.problem import targets
from checker.symbolic.certificate.certificate import Lemma, lemma
from checker.symbolic.lemmas.names import Names
from checker.symbolic.lemmas.readable import readable_places
from checker.symbolic.relation.transition import Relation
from checker.symbolic.spacer.spacer_question import BitClause, SpacerProblem
from checker.symbolic.terms.smtlib import declarations, definitions, sort
from checker.symbolic.terms.terms import Term


def spacer_problem(relation: Relation, properties: frozenset[str]) -> SpacerProblem:
    """The question for an invariant that excludes violations of the properties, errors, cuts and states that are not valid."""
    terms, state, inputs = relation.fields.terms, relation.fields.variables, relation.inputs
    wrong = [terms.negation(relation.fields.valid(state)), *(term for _, term in targets(relation, properties))]
    named = {f"root{number}": term for number, term in enumerate([relation.steps, *relation.next, *wrong])}
    lines = [*declarations([*state, *inputs]), *definitions(named, "part")]
    for name, term in named.items():
        lines.append(f"(declare-const is_{name} {sort(term.width)})")
        lines.append(f"(assert (= is_{name} {name}))")
    return SpacerProblem(
        "\n".join(lines),
        tuple((variable.name, variable.width) for variable in state),
        tuple((variable.name, variable.width) for variable in inputs),
        relation.initials,
    )


def spacer_lemmas(relation: Relation, clauses: tuple[BitClause, ...]) -> list[Lemma]:
    """The clauses as lemmas of a certificate."""
    return [lemma(f"|lemma {number}|", formula(relation, clause)) for number, clause in enumerate(clauses, 1)]


LISTED = 256
"""Values of a field that are looked at one by one to print a clause; of a field with more, the bits are printed."""


def formula(relation: Relation, clause: BitClause) -> Term:
    """What a clause says."""
    terms = relation.fields.terms
    found: list[Term] = []
    for number, bit, is_ in clause:
        variable = relation.fields.variables[number]
        set_ = variable
        if variable.width:
            mask = terms.constant(1 << bit, variable.width)
            set_ = terms.negation(terms.equal(terms.arithmetic("bvand", variable, mask), terms.constant(0, variable.width)))
        found.append(set_ if is_ else terms.negation(set_))
    return terms.disjunction(*found)


def printed(relation: Relation, names: Names, clause: BitClause) -> str:
    """A clause in the model's own terms: which fields have which values."""
    places = readable_places(relation.fields, names)
    literals: list[str] = []
    for number in dict.fromkeys(number for number, _, _ in clause):
        bits = [(bit, is_) for other, bit, is_ in clause if other == number]
        most = relation.fields.fields[number].most
        name, text = places[number]
        if most >= LISTED:
            # A field has the value less its lowest one.
            since = "" if text(0) == "0" else f" (counted from {text(0)})"
            literals += [f"bit {bit} of {name}{since} is {int(is_)}" for bit, is_ in bits]
            continue
        allowed = [value for value in range(most + 1) if any(bool(value >> bit & 1) == is_ for bit, is_ in bits)]
        if len(allowed) == 1:
            literals.append(f"{name} is {text(allowed[0])}")
        elif len(allowed) == most:
            (left,) = set(range(most + 1)) - set(allowed)
            literals.append(f"{name} is not {text(left)}")
        else:
            literals.append(f"{name} is one of {{{', '.join(map(text, allowed))}}}")
    return " or ".join(literals) or "false"
