# SPDX-License-Identifier: GPL-2.0-only
"""Constant expressions of C, evaluated."""

from __future__ import annotations

from collections.abc import Callable

from checker.language import build, tree
from checker.language.c import syntax
from checker.language.c.translate import integers
from checker.language.c.translate.raising import at, error
from checker.language.c.translate.types import INT, UNSIGNED_LONG
from checker.language.c.translate.values import Scalar


def evaluate(node: syntax.Expression, size: Callable[[str], int]) -> int:
    """The value of a constant expression. size: of a name in it. ModelError if it is none."""
    found = _value(node, size).expression
    assert isinstance(found, tree.Constant)
    return found.value


def _value(node: syntax.Expression, size: Callable[[str], int]) -> Scalar:
    match node:
        case syntax.Number(value=value, unsigned=unsigned):
            return Scalar(build.integer(at(node), value), UNSIGNED_LONG if unsigned else INT)
        case syntax.Name(name=name):
            return Scalar(build.integer(at(node), size(name)), UNSIGNED_LONG)
        case syntax.Unary(operator="-" | "~" | "+" as operator, operand=operand):
            return integers.unary(at(node), operator, _value(operand, size))
        case syntax.Binary(operator="==" | "!=" | "<" | ">" | "<=" | ">=" as operator, left=left, right=right):
            compared = integers.compare(at(node), operator, _value(left, size), _value(right, size))
            return integers.as_integer(at(node), Scalar(compared, INT))
        case syntax.Binary(operator="&&" | "||"):
            pass
        case syntax.Binary(operator=operator, left=left, right=right):
            return integers.binary(at(node), operator, _value(left, size), _value(right, size))
        case syntax.Conditional(test=test, then=then, otherwise=otherwise) if then is not None:
            return _value(then if evaluate(test, size) else otherwise, size)
        case syntax.Cast(operand=operand):
            return _value(operand, size)
        case syntax.SizeofType():
            return Scalar(build.integer(at(node), 8), UNSIGNED_LONG)
    raise error(node, "this has to be a constant; write numbers, sizes and operators only")
