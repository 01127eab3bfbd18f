# SPDX-License-Identifier: GPL-2.0-only
"""What terms are worth where the variables have given values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from checker.symbolic.terms.terms import ARITHMETIC, COMPARISONS, Term, postorder, signed


class Evaluator:
    """Computes the values of terms, in an order that is found once. A Boolean is 0 or 1, a bit-vector a number without sign."""

    def __init__(self, terms: Sequence[Term]) -> None:
        self.terms = terms
        self.order = postorder(terms)

    def __call__(self, variables: Mapping[Term, int]) -> list[int]:
        """The values of the terms; of a variable without a value, 0."""
        values: dict[Term, int] = {}
        for term in self.order:
            values[term] = _value(term, [values[argument] for argument in term.arguments], variables)
        return [values[term] for term in self.terms]


def _value(term: Term, arguments: Sequence[int], variables: Mapping[Term, int]) -> int:
    match term.op:
        case "constant":
            return term.value
        case "variable":
            return variables.get(term, 0)
        case "not":
            return 1 - arguments[0]
        case "and":
            return int(all(arguments))
        case "or":
            return int(any(arguments))
        case "ite":
            return arguments[1] if arguments[0] else arguments[2]
        case "zero_extend":
            return arguments[0]
        case "sign_extend":
            return signed(arguments[0], term.arguments[0].width) & ((1 << term.width) - 1)
        case "extract":
            return arguments[0] & ((1 << term.width) - 1)
    width = term.arguments[0].width
    if term.op in COMPARISONS:
        return int(COMPARISONS[term.op](arguments[0], arguments[1], width))
    return ARITHMETIC[term.op](arguments[0], arguments[1], width) & ((1 << width) - 1)
