# SPDX-License-Identifier: GPL-2.0-only
"""Checked constructors of expressions: they type an expression, refuse what does not fit, and fold constants.

Every front end builds its expressions here, so that there is one set of typing rules.
"""

from __future__ import annotations

from collections.abc import Sequence

from checker.language.errors import ModelError
from checker.language.tree import (
    Binary,
    BoolType,
    Cast,
    Compare,
    Conditional,
    Constant,
    EnumType,
    Expression,
    FlagsType,
    IntType,
    Logical,
    Position,
    ReferenceType,
    Type,
    Unary,
)
from checker.language.types import LARGEST, NULL_TYPE, describe, integer_result
from checker.language.walking import nodes

BOOL = BoolType()


def boolean(position: Position, value: bool) -> Constant:
    return Constant(position, BOOL, int(value))


def integer(position: Position, value: int) -> Constant:
    return Constant(position, within_bounds(position, IntType(value, value)), value)


def within_bounds(position: Position, type_: IntType) -> IntType:
    """The type, if its numbers are ones to count with. A product of products has twice as many bits each time."""
    if max(-type_.low, type_.high) > LARGEST:
        bits = LARGEST.bit_length()
        raise ModelError(position, f"this can have more than {bits} bits; give what it is computed from a smaller range")
    return type_


def null(position: Position) -> Constant:
    return Constant(position, NULL_TYPE, 0)


def truth(operand: Expression) -> Expression:
    """The operand as a condition: an integer, flags or reference is true where it is not 0."""
    if isinstance(operand.type, BoolType):
        return operand
    if isinstance(operand.type, EnumType):
        raise ModelError(operand.position, f"{describe(operand.type)} is not a condition; compare it with a member")
    if isinstance(operand, Constant):
        return boolean(operand.position, operand.value != 0)
    return Compare(operand.position, BOOL, "!=", operand, Constant(operand.position, operand.type, 0))


def fit(operand: Expression, wanted: Type, purpose: str) -> Expression:
    """The operand where a value of type `wanted` is needed. The range of integers is checked when the value is there, also where
    no value of the one fits the other: nobody knows here whether the code ever runs."""
    have = operand.type
    if isinstance(wanted, ReferenceType) and have == NULL_TYPE:
        return Constant(operand.position, wanted, 0)
    if have == wanted or (isinstance(have, IntType) and isinstance(wanted, IntType)):
        return operand
    raise ModelError(operand.position, f"{purpose} takes {describe(wanted)}, and this is {describe(have)}")


def common_type(position: Position, left: Type, right: Type, purpose: str) -> Type:
    """The type that holds both operands' values."""
    if isinstance(left, IntType) and isinstance(right, IntType):
        return IntType(min(left.low, right.low), max(left.high, right.high))
    if isinstance(left, ReferenceType) and right == NULL_TYPE:
        return left
    if isinstance(right, ReferenceType) and left == NULL_TYPE:
        return right
    if left == right:
        return left
    raise ModelError(position, f"{purpose} mixes {describe(left)} and {describe(right)}")


def unary(position: Position, operator: str, operand: Expression) -> Expression:
    if operator == "not":
        operand = truth(operand)
        if isinstance(operand, Constant):
            return boolean(position, not operand.value)
        return Unary(position, BOOL, "not", operand)
    if operator == "-" and isinstance(operand.type, IntType):
        if isinstance(operand, Constant):
            return integer(position, -operand.value)
        return Unary(position, IntType(-operand.type.high, -operand.type.low), "-", operand)
    if operator == "~" and isinstance(operand.type, FlagsType):
        if isinstance(operand, Constant):
            return Constant(position, operand.type, operand.type.mask & ~operand.value)
        return Unary(position, operand.type, "~", operand)
    if operator == "~" and isinstance(operand.type, IntType):
        if isinstance(operand, Constant):
            return integer(position, ~operand.value)
        return Unary(position, IntType(~operand.type.high, ~operand.type.low), "~", operand)
    raise ModelError(position, f"`{operator}` takes an integer, not {describe(operand.type)}")


_FOLD = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "//": lambda a, b: a // b,
    "%": lambda a, b: a % b,
    "&": lambda a, b: a & b,
    "|": lambda a, b: a | b,
    "^": lambda a, b: a ^ b,
    "<<": lambda a, b: a << b,
    ">>": lambda a, b: a >> b,
}


def known(e: Expression, otherwise: str) -> int:
    """The value of an expression that is evaluated here, whatever the model does. ModelError with the text `otherwise` if it is
    not a constant."""
    if isinstance(e, Constant):
        return e.value
    for part in nodes(e):
        if isinstance(part, Cast) and isinstance(part.operand, Constant) and isinstance(part.type, FlagsType):
            names = ", ".join(name for name, _ in part.type.members)
            raise ModelError(part.position, f"{part.type.name} has no such bits; it has {names}")
        if isinstance(part, Cast) and isinstance(part.operand, Constant) and isinstance(part.type, IntType):
            raise ModelError(part.position, f"{part.what} cannot be {part.operand.value}; change it")
    raise ModelError(e.position, otherwise)


_MOST_PLACES = 64
"""The most by which a value is shifted."""


def right_side(operator: str, operand: Expression) -> Expression:
    """The right operand of an operator, with a check when the value is there where `operator` cannot take all that it may be:
    a divisor is 1 or more, and a shift is by 0 to 64."""
    if operator not in ("//", "%", "<<", ">>") or not isinstance(operand.type, IntType):
        return operand
    divides = operator in ("//", "%")
    low, high = operand.type.low, operand.type.high
    least, most = (1, max(high, 1)) if divides else (0, _MOST_PLACES)
    if least <= low and high <= most:
        return operand
    fitting = IntType(min(max(low, least), most), max(min(high, most), least))
    return Cast(operand.position, fitting, operand, "the divisor" if divides else "the number of places")


def binary(position: Position, operator: str, left: Expression, right: Expression) -> Expression:
    result: Type | None
    if isinstance(left.type, IntType) and isinstance(right.type, IntType):
        right = right_side(operator, right)
        assert isinstance(right.type, IntType)
        result = integer_result(operator, left.type, right.type)
        assert result is not None
        within_bounds(position, result)
        if isinstance(left, Constant) and isinstance(right, Constant):
            return integer(position, _FOLD[operator](left.value, right.value))
    elif isinstance(left.type, FlagsType) and left.type == right.type and operator in "&|^":
        result = left.type
        if isinstance(left, Constant) and isinstance(right, Constant):
            return Constant(position, result, _FOLD[operator](left.value, right.value))
    elif isinstance(left.type, BoolType) and isinstance(right.type, BoolType):
        raise ModelError(position, f"`{operator}` takes integers; use `and`, `or` or `!=` on booleans")
    elif isinstance(left.type, ReferenceType) or isinstance(right.type, ReferenceType):
        raise ModelError(
            position,
            f"`{operator}` takes integers; address(pointer) makes one of a reference, reference(Record, n) turns it back",
        )
    else:
        raise ModelError(position, f"`{operator}` takes integers, not {describe(left.type)} and {describe(right.type)}")
    return Binary(position, result, operator, left, right)  # type: ignore[arg-type]


_COMPARE = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def compare(position: Position, operator: str, left: Expression, right: Expression) -> Expression:
    type_ = common_type(position, left.type, right.type, f"`{operator}`")
    if operator not in ("==", "!=") and not isinstance(type_, IntType):
        raise ModelError(position, f"`{operator}` orders integers, not {describe(type_)}")
    if isinstance(left, Constant) and isinstance(right, Constant):
        return boolean(position, _COMPARE[operator](left.value, right.value))
    if isinstance(type_, ReferenceType):
        left, right = fit(left, type_, ""), fit(right, type_, "")
    return Compare(position, BOOL, operator, left, right)  # type: ignore[arg-type]


def logical(position: Position, operator: str, operands: Sequence[Expression]) -> Expression:
    """`and`/`or`. Operands after a constant one that decides are never evaluated, so they are dropped."""
    decides = operator == "or"
    kept: list[Expression] = []
    for operand in map(truth, operands):
        if isinstance(operand, Constant):
            if bool(operand.value) == decides:
                kept.append(operand)
                break
        else:
            kept.append(operand)
    if not kept:
        return boolean(position, not decides)
    if len(kept) == 1:
        return kept[0]
    return Logical(position, BOOL, operator, tuple(kept))  # type: ignore[arg-type]


def conditional(position: Position, test: Expression, then: Expression, otherwise: Expression) -> Expression:
    test = truth(test)
    type_ = common_type(position, then.type, otherwise.type, "`if ... else`")
    if isinstance(test, Constant):
        return then if test.value else otherwise
    if isinstance(type_, ReferenceType):
        then, otherwise = fit(then, type_, ""), fit(otherwise, type_, "")
    return Conditional(position, type_, test, then, otherwise)


def cast(position: Position, type_: Type, operand: Expression) -> Expression:
    """The operand's integer under another type. Whether it is a value of that is checked when the value is there."""
    outside = isinstance(type_, FlagsType) and isinstance(operand, Constant) and operand.value & ~type_.mask
    if isinstance(operand, Constant) and not isinstance(type_, ReferenceType) and not outside:
        return Constant(position, type_, operand.value)
    return Cast(position, type_, operand)
