# SPDX-License-Identifier: GPL-2.0-only
"""A proof by k-induction as files in SMT-LIB 2, for another solver: each is a question whose answer has to be `unsat`.

initiation.smt2      within the first k states of a run one is wrong, or a step from it is
consecution-0.smt2   k states in a row that are right, and a step from the last to one that is wrong
safety.smt2          k states in a row that are right, and a wrong step from the last

A state is right if it is valid and in none of the kept targets. By induction over its depth every reachable state is right: the
first k are by initiation, every later one by consecution, as the k before it are. No step from it is wrong: from the first k by
initiation, from later ones by safety. For k = 1 this is induction.
"""

from __future__ import annotations

from collections.abc import Sequence

from checker.symbolic.bmc.problem import targets
from checker.symbolic.certificate.certificate import INITIATION, SAFETY, Claim
from checker.symbolic.relation.transition import Relation
from checker.symbolic.terms.smtlib import declarations, definitions, one_of
from checker.symbolic.terms.terms import Term

CONSECUTION = "consecution-0.smt2"


def unrolled_files(relation: Relation, claim: Claim, k: int, part: str | None = None) -> dict[str, str]:
    """The files, by their names. claim: kept: the targets (kind STATE) that no right state is in; excluded: all targets that are
    shown to be impossible. part: one of the kept ones, if only whether that one is kept is asked."""
    terms = relation.fields.terms
    all_targets = {target.name: term for target, term in targets(relation, frozenset(relation.fields.system.properties))}
    right = terms.conjunction(
        relation.fields.valid(relation.fields.variables), *(terms.negation(all_targets[name]) for name in claim.kept)
    )
    shown = right if part is None else terms.negation(all_targets[part])
    wrong = terms.disjunction(*(all_targets[name] for name in claim.excluded))
    states = [[terms.variable(_at(v, n), v.width) for v in relation.fields.variables] for n in range(k + 1)]
    inputs = [[terms.variable(_at(v, n), v.width) for v in relation.inputs] for n in range(k)]
    is_right, is_shown, is_wrong, steps = [], [], [], []
    for n in range(k + 1):
        values = dict(zip(relation.fields.variables, states[n], strict=True))
        is_right += terms.substituted([right], values)
        is_shown += terms.substituted([shown], values)
        if n < k:
            values |= zip(relation.inputs, inputs[n], strict=True)
            possible, bad, *after = terms.substituted([relation.steps, wrong, *relation.next], values)
            is_wrong.append(bad)
            leads = (terms.equal(new, value) for new, value in zip(states[n + 1], after, strict=True))
            steps.append(terms.conjunction(possible, *leads))
    early = [terms.conjunction(*steps[:n], terms.disjunction(terms.negation(is_shown[n]), is_wrong[n])) for n in range(k)]
    known = [variable for group in (*states, *inputs) for variable in group]
    first = one_of(states[0], relation.initials)
    return {
        INITIATION: _file(known, [terms.disjunction(*early)], first),
        CONSECUTION: _file(known, [*is_right[:k], *steps, terms.negation(is_shown[k])]),
        SAFETY: _file(known, [*is_right[:k], *steps[: k - 1], is_wrong[k - 1]]),
    }


def _at(variable: Term, n: int) -> str:
    """The variable's name after so many steps."""
    return f"|{variable.name.strip('|')} @{n}|"


def _file(variables: list[Term], demands: list[Term], first: Sequence[str] = ()) -> str:
    named = {f"demand{number}": term for number, term in enumerate(demands)}
    lines = [*declarations(variables), *definitions(named, "part"), *first, *(f"(assert {name})" for name in named)]
    return "\n".join(["(set-logic QF_BV)", *lines, "(check-sat)", ""])
