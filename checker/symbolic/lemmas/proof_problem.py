# SPDX-License-Identifier: GPL-2.0-only
"""The question that a proof asks of a step relation and of samples, and what its answer means."""

from __future__ import annotations

from collections.abc import Sequence

from checker.symbolic.bmc.problem import VIOLATED, stated_lemmas, targets
from checker.symbolic.certificate.certificate import Lemma, lemma
from checker.symbolic.lemmas.feature_images import images
from checker.symbolic.lemmas.features import Feature, Sampled
from checker.symbolic.lemmas.learning import Clause
from checker.symbolic.lemmas.proof_question import ProofProblem
from checker.symbolic.relation.transition import Relation
from checker.symbolic.terms.smtlib import declarations, definitions, sort
from checker.symbolic.terms.terms import Term, Terms


def proof_problem(
    relation: Relation, properties: frozenset[str], sampled: Sampled, stated: frozenset[str] = frozenset()
) -> ProofProblem:
    """The question for an inductive invariant that excludes violations of the properties, errors and cuts. stated: the lemmas of
    the model that may be a part of it; those that are among the properties are to be shown if that can be."""
    state, inputs = relation.fields.variables, relation.inputs
    wanted = list(targets(relation, properties - stated))
    possible = stated_lemmas(relation, stated)
    features = sampled.features
    atoms = [atom for feature in features for row in feature.atoms for atom in row]
    roots = [
        relation.steps,
        *relation.next,
        relation.fields.valid(state),
        *(term for _, term in wanted),
        *possible.values(),
        *atoms,
    ]
    named = {f"root{number}": term for number, term in enumerate(roots)}
    lines = [*declarations([*state, *inputs]), *definitions(named, "part")]
    for name, term in named.items():
        lines.append(f"(declare-const is_{name} {sort(term.width)})")
        lines.append(f"(assert (= is_{name} {name}))")
    records = sorted({feature.record for feature in features if feature.record is not None})
    return ProofProblem(
        text="\n".join(lines),
        state=tuple((variable.name, variable.width) for variable in state),
        inputs=tuple((variable.name, variable.width) for variable in inputs),
        initials=relation.initials,
        targets=tuple(target for target, _ in wanted),
        features=tuple((len(feature.atoms), len(feature.values)) for feature in features),
        groups=tuple(0 if feature.record is None else 1 + records.index(feature.record) for feature in features),
        seen=sampled.seen,
        count=sampled.count,
        images=images(relation.fields.system, features),
        stated=tuple((name, name.removeprefix(VIOLATED) in properties) for name in possible),
    )


def lemmas(terms: Terms, features: Sequence[Feature], clauses: Sequence[Clause]) -> list[Lemma]:
    """The clauses as lemmas of a certificate."""
    return [lemma(f"|lemma {number}|", formula(terms, features, clause)) for number, clause in enumerate(clauses, 1)]


def formula(terms: Terms, features: Sequence[Feature], clause: Clause) -> Term:
    """What a clause says: of every instance, if it has features of a family."""
    instances = max(len(features[number].atoms) for number, _ in clause)
    return terms.conjunction(
        *(
            terms.disjunction(
                *(
                    features[number].atoms[n if features[number].record is not None else 0][value]
                    for number, allowed in clause
                    for value in sorted(allowed)
                )
            )
            for n in range(instances)
        )
    )


def printed(features: Sequence[Feature], clause: Clause) -> str:
    """A clause in the model's own terms, as an implication where that reads better."""
    record = next((features[number].record for number, _ in clause if features[number].record is not None), None)
    quantified = f"for every {record}: " if record is not None else ""
    literals = [(features[number], allowed) for number, allowed in clause]
    *conditions, last = sorted(literals, key=lambda literal: _weight(literal[0], literal[1]))
    text = _literal(*last)
    if not conditions:
        return quantified + text
    return quantified + " and ".join(_negated(*literal) for literal in conditions) + " => " + text


def _weight(feature: Feature, allowed: frozenset[int]) -> tuple[bool, int]:
    """Conclusions of an implication come last: not places of frames, if there is anything else, and with few values."""
    return "'s frame" not in feature.name, -len(allowed)


def _literal(feature: Feature, allowed: frozenset[int]) -> str:
    """That the feature has one of the values."""
    values = [feature.values[value] for value in sorted(allowed)]
    name = feature.name.replace("{", "").replace("}", "")
    if not values:
        return f"{name} has none of its usual values"
    if set(feature.values) == {"true", "false"}:
        return name if values == ["true"] else f"not ({name})"
    return f"{name} is {values[0]}" if len(values) == 1 else f"{name} is one of {{{', '.join(values)}}}"


def _negated(feature: Feature, allowed: frozenset[int]) -> str:
    """That it has none of them."""
    rest = frozenset(range(len(feature.values))) - allowed
    if len(rest) <= len(allowed) or not allowed:
        return _literal(feature, rest)
    name = feature.name.replace("{", "").replace("}", "")
    values = [feature.values[value] for value in sorted(allowed)]
    return f"{name} is not {values[0]}" if len(values) == 1 else f"{name} is none of {{{', '.join(values)}}}"
