# SPDX-License-Identifier: GPL-2.0-only
"""Terms as text in SMT-LIB 2."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from checker.symbolic.terms.terms import Term, postorder


def quoted(name: str) -> str:
    """The symbol of that name; different names have different ones. A symbol holds no bar, backslash or end of a line."""
    return "|" + re.sub(r"[^ -~]|[|%\\]", lambda met: f"%{ord(met[0]):x}%", name) + "|"


def sort(width: int) -> str:
    """The sort of terms of this width."""
    return f"(_ BitVec {width})" if width else "Bool"


def constant(value: int, width: int) -> str:
    """A bit-vector or, with width 0, a Boolean."""
    return f"(_ bv{value} {width})" if width else ("true" if value else "false")


def declarations(variables: Sequence[Term]) -> list[str]:
    """A line for each variable."""
    return [f"(declare-const {variable.name} {sort(variable.width)})" for variable in variables]


def definitions(terms: Mapping[str, Term], prefix: str | None) -> list[str]:
    """Lines that define each name as its term. Parts that occur more than once get names of their own, which begin with the
    prefix, before what uses them; with None they are written out each time."""
    order = postorder(terms.values())
    uses = Counter(argument for term in order for argument in term.arguments)
    written: dict[Term, str] = {}
    lines: list[str] = []
    for term in order:
        text = _text(term, [written[argument] for argument in term.arguments])
        if prefix is not None and uses[term] > 1 and term.arguments:
            name = f"{prefix}{len(lines)}"
            lines.append(f"(define-fun {name} () {sort(term.width)} {text})")
            text = name
        written[term] = text
    lines += [f"(define-fun {name} () {sort(term.width)} {written[term]})" for name, term in terms.items()]
    return lines


def one_of(variables: Sequence[Term], states: Sequence[Sequence[int]]) -> list[str]:
    """Assertions that the variables have the numbers of one of the states."""

    def has(n: int, number: int) -> str:
        return f"(= {variables[n].name} {constant(number, variables[n].width)})"

    varying = [n for n in range(len(variables)) if len({state[n] for state in states}) > 1]
    same = sorted({*range(len(variables))} - {*varying})
    lines = [f"(assert {has(n, states[0][n])})" for n in same]
    if varying:
        ways = (f"(and true {' '.join(has(n, state[n]) for n in varying)})" for state in states)
        lines.append(f"(assert (or {' '.join(ways)}))")
    return lines


def _text(term: Term, arguments: Sequence[str]) -> str:
    match term.op:
        case "constant":
            return constant(term.value, term.width)
        case "variable":
            return term.name
        case "zero_extend" | "sign_extend":
            return f"((_ {term.op} {term.value}) {arguments[0]})"
        case "extract":
            return f"((_ extract {term.width - 1} 0) {arguments[0]})"
    return f"({term.op} {' '.join(arguments)})"
