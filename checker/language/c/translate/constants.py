# SPDX-License-Identifier: GPL-2.0-only
"""Constant expressions of C, evaluated."""

from __future__ import annotations

from collections.abc import Callable

from checker.language import build, tree
from checker.language.c import syntax
from checker.language.c.translate import integers
from checker.language.c.translate.raising import at, error
from checker.language.c.translate.types import (
    INT,
    UNSIGNED_LONG,
    CBool,
    CInteger,
    CPointer,
    CType,
    arithmetic,
    c_type,
    limits,
    wrapped,
)
from checker.language.c.translate.values import Scalar


def evaluate(node: syntax.Expression, size: Callable[[str], int]) -> int:
    """The value of a constant expression. size: of a name in it. ModelError if it is none."""
    found = _value(node, size).expression
    assert isinstance(found, tree.Constant)
    return found.value


def _value(node: syntax.Expression, size: Callable[[str], int]) -> Scalar:
    match node:
        case syntax.Number(value=value):
            return Scalar(build.integer(at(node), value), number_type(node))
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
            first, second = _value(then, size), _value(otherwise, size)
            type_ = arithmetic(first.type, second.type)
            chosen = first if evaluate(test, size) else second
            return Scalar(integers.converted(at(node), chosen, type_), type_)
        case syntax.Cast(type=type_, operand=operand):
            wanted = c_type(type_, {})
            if isinstance(wanted, (CBool, CInteger)):
                found = _value(operand, size)
                return integers.as_integer(at(node), integers.cast(at(node), found, wanted))
        case syntax.SizeofType(type=type_, keyword="sizeof"):
            bytes_ = size_of(c_type(type_, {}))
            if bytes_ is not None:
                return Scalar(build.integer(at(node), bytes_), UNSIGNED_LONG)
    raise error(node, "this has to be a constant; write numbers, sizes and operators only")


def number_type(node: syntax.Number) -> CInteger:
    """The type of an integer constant (C11 6.4.4.1)."""
    for type_ in (CInteger(32, True), CInteger(32, False), CInteger(64, True), CInteger(64, False)):
        if node.long and type_.bits < 64:
            continue
        if (node.unsigned and type_.signed) or (node.decimal and not node.unsigned and not type_.signed):
            continue
        if node.value <= limits(type_).high:
            return type_
    raise error(node, "this number does not fit into any integer type; write a smaller one")


def size_of(type_: CType) -> int | None:
    """How many bytes a value of a type has; None where a model does not know it, as for structs."""
    match type_:
        case CInteger(bits, _):
            return bits // 8
        case CPointer():
            return 8
        case CBool():
            return 1
    return None


def as_type(value: int, type_: CType) -> int:
    """A constant that is the initial value of a variable of the type."""
    match type_:
        case CBool():
            return int(value != 0)
        case CInteger():
            return wrapped(value, type_)
    return value
