# SPDX-License-Identifier: GPL-2.0-only
"""Arithmetic as C has it, on integers of the tree, which have no size.

Values in a model are small, so that most operations are the same in both. Where C would wrap around, a constant is computed as C
does; another unsigned value is taken modulo its size where that is what C says, and what can only be a mistake (a negative value
that becomes unsigned, signed overflow, a shift or division of a negative value) is checked when the value is there.
"""

from __future__ import annotations

from typing import Literal

from checker.language import build, tree
from checker.language.c import syntax
from checker.language.c.translate.raising import at, error
from checker.language.c.translate.types import (
    INT,
    CBool,
    CFunction,
    CInteger,
    CPointer,
    CType,
    arithmetic,
    limits,
    promoted,
    wrapped,
)
from checker.language.c.translate.values import Scalar
from checker.language.errors import ModelError

Operator = Literal["+", "-", "*", "//", "%", "&", "|", "^", "<<", ">>"]
ON_TREE: dict[str, Operator] = {
    "+": "+",
    "-": "-",
    "*": "*",
    "/": "//",
    "%": "%",
    "&": "&",
    "|": "|",
    "^": "^",
    "<<": "<<",
    ">>": ">>",
}
"""The tree's operator for one of C."""


def number(node: syntax.Number) -> Scalar:
    """An integer constant, with the type that it has (C11 6.4.4.1)."""
    for type_ in (CInteger(32, True), CInteger(32, False), CInteger(64, True), CInteger(64, False)):
        if node.long and type_.bits < 64:
            continue
        if (node.unsigned and type_.signed) or (node.decimal and not node.unsigned and not type_.signed):
            continue
        if node.value <= limits(type_).high:
            return Scalar(build.integer(at(node), node.value), type_)
    raise error(node, "this number does not fit into any integer type; write a smaller one")


def size_of(type_: CType) -> int | None:
    """sizeof of a type on a 64-bit kernel, None if a model does not know it."""
    match type_:
        case CInteger(bits, _):
            return bits // 8
        case CPointer() | CFunction():
            return 8
        case CBool():
            return 1
    return None


def as_integer(position: tree.Position, value: Scalar) -> Scalar:
    """A truth value as the integer that C has for it; integers as they are. ModelError for a reference, and for flags, whose bits
    are not where C has them."""
    match value.expression.type:
        case tree.IntType():
            return value
        case tree.BoolType():
            return Scalar(build.cast(position, tree.IntType(0, 1), value.expression), INT)
        case tree.FlagsType(name=name):
            raise ModelError(position, f"{name} is no number here, as its bits have names only; use & | ^ with its names")
    raise ModelError(position, "a pointer is not a number here; cast it to unsigned long first")


def converted(position: tree.Position, value: Scalar, wanted: CInteger) -> tree.Expression:
    """An integer as C converts it to a type (C11 6.3.1.3)."""
    expression = as_integer(position, value).expression
    have, room = expression.type, limits(wanted)
    assert isinstance(have, tree.IntType)
    if room.low <= have.low and have.high <= room.high:
        return expression
    if isinstance(expression, tree.Constant):
        return build.integer(position, wrapped(expression.value, wanted))
    if not wanted.signed and have.low >= 0:
        return build.binary(position, "&", expression, build.integer(position, room.high))
    fitting = tree.IntType(max(room.low, min(have.low, room.high)), min(room.high, max(have.high, room.low)))
    return tree.Cast(position, fitting, expression, "a value that C converts to another type")


def binary(position: tree.Position, operator: str, left: Scalar, right: Scalar) -> Scalar:
    """One of the operators * / % + - << >> & ^ |."""
    left, right = as_integer(position, left), as_integer(position, right)
    shifts = operator in ("<<", ">>")
    type_ = promoted(left.type) if shifts else arithmetic(left.type, right.type)
    a = converted(position, left, type_)
    b = converted(position, right, promoted(right.type) if shifts else type_)
    if operator in ("<<", ">>", "/", "%"):
        a, b = _natural(position, a, operator), _natural(position, b, operator)
    if shifts:
        b = _places(position, b, type_)
    if operator == "&":
        a, b = _narrowed(position, a, b), _narrowed(position, b, a)
    result = build.binary(position, ON_TREE[operator], a, b)
    return Scalar(_in_range(position, result, type_), type_)


def _narrowed(position: tree.Position, mask: tree.Expression, operand: tree.Expression) -> tree.Expression:
    """A constant that masks an operand, without the bits that the operand never has: `~1UL` has 63 of them, and the compiled
    engine computes with 64 bits, one of which is a sign."""
    type_ = operand.type
    assert isinstance(type_, tree.IntType)
    if not isinstance(mask, tree.Constant) or mask.value < 0 or type_.low < 0:
        return mask
    return build.integer(position, mask.value & ((1 << type_.high.bit_length()) - 1))


def _natural(position: tree.Position, operand: tree.Expression, operator: str) -> tree.Expression:
    """The operand, checked not to be negative: what then comes out C leaves to the compiler, or rounds differently."""
    type_ = operand.type
    assert isinstance(type_, tree.IntType)
    if type_.low >= 0:
        return operand
    if type_.high < 0:
        raise ModelError(position, f"`{operator}` of a negative value; C leaves it to the compiler what comes out")
    return tree.Cast(position, tree.IntType(0, type_.high), operand, f"an operand of `{operator}`")


def _places(position: tree.Position, operand: tree.Expression, type_: CInteger) -> tree.Expression:
    """By how much a value is shifted, checked to be less than it has bits."""
    have = operand.type
    assert isinstance(have, tree.IntType)
    if have.high < type_.bits:
        return operand
    if have.low >= type_.bits:
        raise ModelError(position, f"a shift by {type_.bits} places or more; C leaves it to the compiler what comes out")
    return tree.Cast(position, tree.IntType(have.low, type_.bits - 1), operand, "the number of places of a shift")


def _in_range(position: tree.Position, result: tree.Expression, type_: CInteger) -> tree.Expression:
    """A result in the range of its type: unsigned ones wrap around, signed ones must not."""
    have, room = result.type, limits(type_)
    assert isinstance(have, tree.IntType)
    if room.low <= have.low and have.high <= room.high:
        return result
    if isinstance(result, tree.Constant):
        if type_.signed:
            raise ModelError(position, f"this is {result.value}, which overflows; use an unsigned type")
        return build.integer(position, wrapped(result.value, type_))
    if not type_.signed and have.low >= 0:
        return build.binary(position, "&", result, build.integer(position, room.high))
    fitting = tree.IntType(max(room.low, min(have.low, room.high)), min(room.high, max(have.high, room.low)))
    return tree.Cast(position, fitting, result, "a result that would wrap around in C")


def unary(position: tree.Position, operator: str, operand: Scalar) -> Scalar:
    """One of the operators + - ~."""
    type_ = promoted(operand.type)
    value = converted(position, operand, type_)
    if operator == "~" and not type_.signed:
        return Scalar(build.binary(position, "-", build.integer(position, limits(type_).high), value), type_)
    result = value if operator == "+" else build.unary(position, operator, value)
    return Scalar(_in_range(position, result, type_), type_)


def compare(position: tree.Position, operator: str, left: Scalar, right: Scalar) -> tree.Expression:
    """One of the operators == != < > <= >=, of two integers."""
    left, right = as_integer(position, left), as_integer(position, right)
    type_ = arithmetic(left.type, right.type)
    return build.compare(position, operator, converted(position, left, type_), converted(position, right, type_))


def cast(position: tree.Position, value: Scalar, wanted: CType) -> Scalar:
    """An integer as another integer type, or as a truth value."""
    if isinstance(wanted, CBool):
        return Scalar(build.truth(value.expression), wanted)
    assert isinstance(wanted, CInteger)
    return Scalar(converted(position, value, wanted), wanted)


def chosen(position: tree.Position, test: tree.Expression, then: Scalar, otherwise: Scalar) -> Scalar:
    """`test ? then : otherwise` of two integers: of the type in which C would compute with both (C11 6.5.15)."""
    then, otherwise = as_integer(position, then), as_integer(position, otherwise)
    type_ = arithmetic(then.type, otherwise.type)
    first, second = (converted(position, each, type_) for each in (then, otherwise))
    return Scalar(build.conditional(position, test, first, second), type_)


def counts_alike(type_: CType, first: tree.IntType, last: tree.IntType, bound: Scalar) -> bool:
    """Whether `for (i = first; i < last; i++)` goes in C through the numbers of that range: whether no value changes by a
    conversion, and i holds them all. type_: of i."""
    if not isinstance(type_, CInteger):
        return False
    room = limits(type_)
    if first.low < room.low or first.high > room.high or last.high > room.high:
        return False
    return arithmetic(type_, bound.type).signed or min(first.low, last.low) >= 0


def as_type(value: int, type_: CType) -> int:
    """A constant that is the initial value of a variable of the type."""
    match type_:
        case CBool():
            return int(value != 0)
        case CInteger():
            return wrapped(value, type_)
    return value
