# SPDX-License-Identifier: GPL-2.0-only
"""A proof as files in SMT-LIB 2, for another solver: each is a question whose answer has to be `unsat`.

initiation.smt2      an initial state breaks the invariant
consecution-N.smt2   a step leads from a state that satisfies the invariant to one that breaks a part of it
safety.smt2          a state that satisfies the invariant is wrong, or takes a wrong step

The invariant is the conjunction of: that a state is valid (where the claim says so), that no state is in one of some targets,
and lemmas. The lemmas are
functions of variables, the same lines in every file; all else follows from the model (`files` says how), so that who has the
model can make the files again from the lemmas.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from checker.symbolic.bmc.problem import targets
from checker.symbolic.relation.transition import Relation
from checker.symbolic.terms.smtlib import declarations, definitions, one_of, quoted, sort
from checker.symbolic.terms.terms import Term, variables_of

INITIATION = "initiation.smt2"
SAFETY = "safety.smt2"
TOGETHER = 64
"""Parts of the invariant that one file for consecution asks about."""

LEMMA = re.compile(r"\(define-fun (\|lemma \d+\|) \(((?:\(\|[^|]*\| (?:Bool|\(_ BitVec \d+\))\) ?)*)\) Bool ")
PARAMETER = re.compile(r"\((\|[^|]*\|) (?:Bool|\(_ BitVec (\d+)\))\)")


@dataclass(frozen=True)
class Lemma:
    """name: |lemma N|. variables: of the state, that it is a function of, by their names and widths. line: its definition."""

    name: str
    variables: tuple[tuple[str, int], ...]
    line: str


@dataclass(frozen=True)
class Claim:
    """What is proved: kept: the targets (kind STATE) that the invariant itself excludes; excluded: those that it implies to be
    impossible; valid: whether the invariant says that a state is valid."""

    kept: tuple[str, ...]
    excluded: tuple[str, ...]
    valid: bool = True


def lemma(name: str, term: Term) -> Lemma:
    """A lemma from the term that it is."""
    variables = tuple((variable.name, variable.width) for variable in variables_of([term]))
    (line,) = definitions({name: term}, None)
    head = f"(define-fun {name} () Bool "
    assert line.startswith(head)
    parameters = " ".join(f"({variable} {sort(width)})" for variable, width in variables)
    return Lemma(name, variables, f"(define-fun {name} ({parameters}) Bool {line.removeprefix(head)}")


def files(relation: Relation, claim: Claim, lemmas: Sequence[Lemma]) -> dict[str, str]:
    """The files, by their names."""
    terms = relation.fields.terms
    state = relation.fields.variables
    after = [terms.variable(_next(variable.name), variable.width) for variable in state]
    all_targets = {target.name: term for target, term in targets(relation, frozenset(relation.fields.system.properties))}
    parts = {"|valid|": relation.fields.valid(state)} if claim.valid else {}
    for name in claim.kept:
        parts |= {quoted(f"no {name} {n}"): terms.negation(part) for n, part in enumerate(_disjuncts(all_targets[name]), 1)}
    moved = terms.substituted(list(parts.values()), dict(zip(state, after, strict=True)))
    next_parts = {_next(name): term for name, term in zip(parts, moved, strict=True)}
    of_lemmas = [entry.line for entry in lemmas]
    invariant = [*parts, *(_applied(entry, False) for entry in lemmas)]
    next_invariant = [*next_parts, *(_applied(entry, True) for entry in lemmas)]
    of_state = declarations(state)
    of_parts = definitions(parts, "part")
    first = one_of(state, relation.initials)
    found = {INITIATION: _file([*of_lemmas, *of_state, *of_parts, *first, f"(assert (not {_all(invariant)}))"])}
    inputs = declarations(relation.inputs)
    step = {"|step|": relation.steps}
    step |= {variable.name: term for variable, term in zip(after, relation.next, strict=True)}
    head = [*of_lemmas, *of_state, *inputs, *of_parts, *definitions(step, "of_step"), *definitions(next_parts, "next_part")]
    head += ["(assert |step|)", *(f"(assert {entry})" for entry in invariant)]
    groups = [next_invariant[n : n + TOGETHER] for n in range(0, len(next_invariant) or 1, TOGETHER)]
    for number, group in enumerate(groups):
        found[f"consecution-{number}.smt2"] = _file([*head, f"(assert (not {_all(group)}))"])
    wrong = {quoted(name): all_targets[name] for name in claim.excluded}
    lines = [*of_lemmas, *of_state, *inputs, *of_parts, *definitions(wrong, "wrong")]
    lines += [f"(assert {entry})" for entry in invariant]
    lines.append(f"(assert (or false {' '.join(wrong) or 'false'}))")
    return found | {SAFETY: _file(lines)}


def _disjuncts(term: Term) -> list[Term]:
    """What a disjunction is of, so that each part is asked for by itself."""
    return [part for inner in term.arguments for part in _disjuncts(inner)] if term.op == "or" else [term]


def _next(name: str) -> str:
    return f"|next {name.strip('|')}|"


def _applied(entry: Lemma, to_next: bool) -> str:
    arguments = [_next(name) if to_next else name for name, _ in entry.variables]
    return f"({entry.name} {' '.join(arguments)})" if arguments else entry.name


def _all(parts: Sequence[str]) -> str:
    return f"(and true {' '.join(parts)})" if parts else "true"


def _file(lines: Sequence[str]) -> str:
    return "\n".join(["(set-logic QF_BV)", *lines, "(check-sat)", ""])


def lemmas_in(text: str) -> list[Lemma]:
    """The lemmas that a file defines, as `lemma` makes them. They stand before everything else, so that they can speak of their
    parameters only."""
    found: list[Lemma] = []
    for line in text.splitlines()[1:]:
        match = LEMMA.match(line)
        if match is None:
            break
        variables = tuple((name, int(width or 0)) for name, width in PARAMETER.findall(match[2]))
        found.append(Lemma(match[1], variables, line))
    return found
