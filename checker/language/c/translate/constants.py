# SPDX-License-Identifier: GPL-2.0-only
"""Constant expressions of C, evaluated."""

from __future__ import annotations

from collections.abc import Callable

from checker.language import build, tree
from checker.language.c import syntax
from checker.language.c.translate import integers
from checker.language.c.translate.raising import at, error
from checker.language.c.translate.types import INT, UNSIGNED_LONG, CBool, CInteger, CType
from checker.language.c.translate.values import Scalar

Lookup = Callable[[syntax.Name], Scalar]
"""Gives the constant that a name stands for; ModelError or UsageError if it stands for none."""
Types = Callable[[syntax.Type], CType]


def evaluate(node: syntax.Expression, lookup: Lookup, type_of: Types) -> Scalar:
    """A constant expression: a constant of the tree, with its type in C. ModelError if it is none."""
    match node:
        case syntax.Number():
            return integers.number(node)
        case syntax.Character(value=value):
            return Scalar(build.integer(at(node), value), INT)
        case syntax.Name():
            return lookup(node)
        case syntax.Unary(operator="!", operand=operand):
            return _truth(node, not value_of(operand, lookup, type_of))
        case syntax.Unary(operator="-" | "~" | "+" as operator, operand=operand):
            return integers.unary(at(node), operator, evaluate(operand, lookup, type_of))
        case syntax.Binary(operator="&&" | "||" as operator, left=left, right=right):
            first = value_of(left, lookup, type_of)
            decides = bool(first) == (operator == "||")
            return _truth(node, first if decides else value_of(right, lookup, type_of))
        case syntax.Binary(operator=operator, left=left, right=right):
            sides = evaluate(left, lookup, type_of), evaluate(right, lookup, type_of)
            if operator in ("==", "!=", "<", ">", "<=", ">="):
                return integers.as_integer(at(node), Scalar(integers.compare(at(node), operator, *sides), INT))
            return _known(node, integers.binary(at(node), operator, *sides))
        case syntax.Conditional(test=test, then=then, otherwise=otherwise) if then is not None:
            decided = build.boolean(at(node), bool(value_of(test, lookup, type_of)))
            sides = evaluate(then, lookup, type_of), evaluate(otherwise, lookup, type_of)
            return integers.chosen(at(node), decided, *sides)
        case syntax.Cast(type=type_, operand=operand):
            wanted = type_of(type_)
            if isinstance(wanted, (CInteger, CBool)):
                return integers.cast(at(node), evaluate(operand, lookup, type_of), wanted)
        case syntax.SizeofType(keyword="sizeof", type=type_):
            size = integers.size_of(type_of(type_))
            if size is not None:
                return Scalar(build.integer(at(node), size), UNSIGNED_LONG)
    raise error(node, "this has to be a constant; write numbers, sizes and operators only")


def value_of(node: syntax.Expression, lookup: Lookup, type_of: Types) -> int:
    """The number that a constant expression is."""
    found = evaluate(node, lookup, type_of).expression
    assert isinstance(found, tree.Constant)
    return found.value


def _truth(node: syntax.Node, value: object) -> Scalar:
    return Scalar(build.integer(at(node), int(bool(value))), INT)


def _known(node: syntax.Node, found: Scalar) -> Scalar:
    """The result of an operator, if it has one: not for a division by 0, or a shift by too much."""
    if not isinstance(found.expression, tree.Constant):
        raise error(node, "this has no value in C; a divisor is not 0, and a shift is by less than 64 places")
    return found
