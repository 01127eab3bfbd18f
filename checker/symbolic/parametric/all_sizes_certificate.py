# SPDX-License-Identifier: GPL-2.0-only
"""Certificates of proofs for any number of instances: one file in SMT-LIB 2 for the initial state and for each kind of step.

Each is a question without quantifiers, to which the answer has to be `unsat`. What it names is counted: no more instances of a
record than there are numbers for (Obligation.enough). As the files of other certificates they stand alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from checker.symbolic.parametric.all_sizes import Lemma, Obligation
from checker.symbolic.parametric.views import Feature, Path, View
from checker.symbolic.terms.smtlib import declarations, definitions
from checker.symbolic.terms.terms import Unsupported, variables_of

NAME = re.compile(r"kind-(\d+)\.smt2")


def file_name(number: int) -> str:
    """The file for the initial state, 0, or a kind of step."""
    return f"kind-{number}.smt2"


def question(obligation: Obligation, lemmas: Sequence[Lemma]) -> str:
    """The question whether the initial state or a step of a kind breaks anything. Unsupported where it names too
    many instances."""
    t, ground = obligation.terms, obligation.ground
    assumed = [obligation.assumed, *(obligation.holds(lemma) for lemma in lemmas)]
    wrong = t.disjunction(*obligation.wrong.values(), *(obligation.breaks(lemma) for lemma in lemmas))
    known = [*ground.demands, *ground.congruence()]
    if not obligation.enough():
        raise Unsupported(f"a formula names more instances of a record than the {obligation.most} that are numbered")
    parts = {f"|known {n}|": term for n, term in enumerate([*known, *assumed]) if term is not t.true} | {"|wrong|": wrong}
    lines = [*declarations(variables_of(parts.values())), *definitions(parts, "part")]
    return "\n".join(["(set-logic QF_BV)", *lines, *(f"(assert {name})" for name in parts), "(check-sat)", ""])


# -- lemmas as data --


def lemma_data(views: Sequence[View], lemma: Lemma) -> dict[str, Any]:
    """A lemma as JSON. It does not depend on what other features there are."""
    view = views[lemma.view]
    return {
        "instances": list(view.records),
        "one of": [{**feature_data(view.features[n]), "in": list(values)} for n, values in lemma.literals],
    }


def feature_data(f: Feature) -> dict[str, Any]:
    found: dict[str, Any] = {"kind": f.kind, "name": f.name, "place": list(f.rest), "of": path_data(f.base)}
    return {**found, "other": path_data(f.other)} if f.other is not None else found


def path_data(path: Path | None) -> Any:
    if path is None or path.through is None:
        return None if path is None else path.argument
    return {"through": path.through, "place": list(path.rest), "of": path_data(path.base)}


def read_lemmas(views: Sequence[View], data: Sequence[Mapping[str, Any]]) -> list[Lemma]:
    """Lemmas from JSON. ValueError where one is none."""
    numbers = {view.records: n for n, view in enumerate(views)}
    known = [{repr(feature_data(f)): n for n, f in enumerate(view.features)} for view in views]
    found: list[Lemma] = []
    try:
        for entry in data:
            view = numbers[tuple(entry["instances"])]
            literals = []
            for literal in entry["one of"]:
                values = tuple(int(value) for value in literal["in"])
                feature = {key: value for key, value in literal.items() if key != "in"}
                literals.append((known[view][repr(feature)], values))
            found.append(Lemma(view, tuple(literals)))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no lemma of this model: {error}") from None
    return found
