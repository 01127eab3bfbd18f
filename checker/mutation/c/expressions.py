# SPDX-License-Identifier: GPL-2.0-only
"""Changes of an expression of C: what one of its parts can be replaced by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from checker.language.c import syntax
from checker.mutation.c.wording import expression
from checker.mutation.expressions import AND_OR, CONSTANT, DROP_CONDITION, NEGATE, OFF_BY_ONE

OPERATOR = "operator"

_Comparison = Literal["<", "<=", ">", ">="]
_NEIGHBOUR: dict[str, _Comparison] = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
_OPPOSITE: dict[str, Literal["==", "!=", "<", "<=", ">", ">="]] = {
    "==": "!=",
    "!=": "==",
    "<": ">=",
    ">=": "<",
    ">": "<=",
    "<=": ">",
}
_SUMS: dict[str, Literal["+", "-"]] = {"+": "-", "-": "+"}
_SETS: dict[str, Literal["|=", "&=", "+=", "-="]] = {"|=": "&=", "&=": "|=", "+=": "-=", "-=": "+="}
_TRUTHS = {"true": "false", "false": "true"}


@dataclass(frozen=True)
class Replacement:
    """old: the part that changes. kind: of change. text: what changes, in words of the source."""

    old: syntax.Expression
    new: syntax.Expression
    kind: str
    text: str


def replacements(node: syntax.Expression) -> Iterator[Replacement]:
    """All changes of an expression and of what is in it, in the order of the text. What a call calls stays as it is."""
    for kind, new in _replacements(node):
        yield Replacement(node, new, kind, f"{expression(node)} -> {expression(new)}")
    match node:
        case syntax.Binary(operator="&&" | "||" as operator, left=left, right=right):
            other: Literal["&&", "||"] = "||" if operator == "&&" else "&&"
            yield Replacement(node, replace(node, operator=other), AND_OR, f"{operator} -> {other}")
            yield Replacement(node, right, DROP_CONDITION, expression(left))
            yield Replacement(node, left, DROP_CONDITION, expression(right))
    for child in _inside(node):
        yield from replacements(child)


def _inside(node: syntax.Expression) -> Iterator[syntax.Expression]:
    for name, value in vars(node).items():
        if name == "function" and isinstance(node, syntax.Call):
            continue
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, syntax.Expression):
                yield part


def _replacements(node: syntax.Expression) -> Iterator[tuple[str, syntax.Expression]]:
    match node:
        case syntax.Number(value=value, decimal=decimal):
            yield OFF_BY_ONE, replace(node, value=value + 1, decimal=decimal or value == 0)  # 0 is octal, 1 is not
            if value > 0:
                yield OFF_BY_ONE, replace(node, value=value - 1)
        case syntax.Name(name=name) if name in _TRUTHS:
            yield CONSTANT, replace(node, name=_TRUTHS[name])
        case syntax.Binary(operator=operator) if operator in _NEIGHBOUR:
            yield OFF_BY_ONE, replace(node, operator=_NEIGHBOUR[operator])
        case syntax.Binary(operator=operator) if operator in _SUMS:
            yield OPERATOR, replace(node, operator=_SUMS[operator])
        case syntax.Binary(operator="|", left=left, right=right):
            yield AND_OR, replace(node, operator="&")
            yield CONSTANT, right
            yield CONSTANT, left
        case syntax.Binary(operator="&"):
            yield AND_OR, replace(node, operator="|")
        case syntax.Assign(operator=operator) if operator in _SETS:
            yield (AND_OR if operator in ("|=", "&=") else OPERATOR), replace(node, operator=_SETS[operator])
        case syntax.Increment(operator=operator):
            yield OPERATOR, replace(node, operator="--" if operator == "++" else "++")
        case syntax.Unary(operator="~", operand=operand):
            yield CONSTANT, operand
        case syntax.Unary(operator="!", operand=operand):
            yield NEGATE, operand
        case syntax.Conditional(test=test):
            yield NEGATE, replace(node, test=negated(test))


def negated(test: syntax.Expression) -> syntax.Expression:
    """The contrary of a condition, without two negations in a row."""
    match test:
        case syntax.Unary(operator="!", operand=operand):
            return operand
        case syntax.Binary(operator=operator) if operator in _OPPOSITE:
            return replace(test, operator=_OPPOSITE[operator])
    return syntax.Unary(test.position, "!", test)
