# SPDX-License-Identifier: GPL-2.0-only
"""C's integer types, and the ranges of what is computed with them. Written from the C standard, not from the translation.

A computation has no range here where C leaves its result open, and where a translated program stops: signed overflow, division
by what may be 0, shifts and divisions of negative values, negative values that become unsigned, values cut off into signed types.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Type:
    """An integer type of C. name: as a program writes it. rank: of the conversions (C11 6.3.1.1)."""

    name: str
    bits: int
    signed: bool
    rank: int

    @property
    def low(self) -> int:
        return -(1 << (self.bits - 1)) if self.signed else 0

    @property
    def high(self) -> int:
        return (1 << (self.bits - self.signed)) - 1


BOOL = Type("bool", 1, False, 0)
S8 = Type("s8", 8, True, 1)
U8 = Type("u8", 8, False, 1)
S16 = Type("s16", 16, True, 2)
U16 = Type("u16", 16, False, 2)
INT = Type("int", 32, True, 3)
UNSIGNED = Type("unsigned int", 32, False, 3)
LONG = Type("long", 64, True, 4)
UNSIGNED_LONG = Type("unsigned long", 64, False, 4)
TYPES = (BOOL, S8, U8, S16, U16, INT, UNSIGNED, LONG, UNSIGNED_LONG)

PRELUDE = """\
#include <stdbool.h>
#include <stdint.h>
typedef int8_t s8;
typedef uint8_t u8;
typedef int16_t s16;
typedef uint16_t u16;
"""
"""What a compiler has to be told of the types."""


@dataclass(frozen=True)
class Range:
    """The values that an expression of a type can have."""

    type: Type
    low: int
    high: int

    def within(self, low: int, high: int) -> bool:
        return low <= self.low and self.high <= high


def promoted(type_: Type) -> Type:
    return INT if type_.rank < INT.rank else type_


def common(a: Type, b: Type) -> Type:
    """The usual arithmetic conversions (C11 6.3.1.8)."""
    a, b = promoted(a), promoted(b)
    if a.rank != b.rank:
        return a if a.rank > b.rank else b
    return a if not a.signed else b


def converted(found: Range, to: Type) -> Range | None:
    """A value of another type (C11 6.3.1.2, 6.3.1.3). A signed one that is cut off has none here: the translation may not know
    that it is not negative."""
    if to == BOOL:
        return Range(BOOL, int(found.low > 0 or found.high < 0), int(found.low != 0 or found.high != 0))
    if found.within(to.low, to.high):
        return Range(to, found.low, found.high)
    if to.signed or found.low < 0 or found.type.signed:
        return None
    return Range(to, 0, to.high)


def _result(type_: Type, values: list[int]) -> Range | None:
    """A result with these limits: unsigned ones wrap around, where that is beyond their largest value."""
    low, high = min(values), max(values)
    if type_.low <= low and high <= type_.high:
        return Range(type_, low, high)
    return None if type_.signed or low < 0 else Range(type_, 0, type_.high)


def binary(operator: str, left: Range, right: Range) -> Range | None:
    """What an arithmetic operator makes of two ranges; None where it may have no value."""
    if operator in ("<<", ">>"):
        return _shift(operator, left, right)
    type_ = common(left.type, right.type)
    a, b = converted(left, type_), converted(right, type_)
    if a is None or b is None:
        return None
    match operator:
        case "+":
            return _result(type_, [a.low + b.low, a.high + b.high])
        case "-":
            return _result(type_, [a.low - b.high, a.high - b.low])
        case "*":
            return _result(type_, [x * y for x in (a.low, a.high) for y in (b.low, b.high)])
        case "/" if a.low >= 0 and b.low > 0:
            return Range(type_, a.low // b.high, a.high // b.low)
        case "%" if a.low >= 0 and b.low > 0:
            return Range(type_, 0, min(a.high, b.high - 1))
        case "&" if a.low >= 0 or b.low >= 0:
            return Range(type_, 0, min(side.high for side in (a, b) if side.low >= 0))
        case "&" | "|" | "^":
            bits = max(value.bit_length() for side in (a, b) for value in (side.low, side.high))
            return Range(type_, 0 if min(a.low, b.low) >= 0 else -(1 << bits), (1 << bits) - 1)
    return None


def _shift(operator: str, left: Range, right: Range) -> Range | None:
    type_ = promoted(left.type)
    if left.low < 0 or right.low < 0 or right.high >= type_.bits:
        return None
    if operator == ">>":
        return Range(type_, left.low >> right.high, left.high >> right.low)
    return _result(type_, [left.low << right.low, left.high << right.high])


def comparable(left: Range, right: Range) -> bool:
    """Whether two values may be compared: neither changes by the conversion."""
    type_ = common(left.type, right.type)
    return converted(left, type_) is not None and converted(right, type_) is not None


def unary(operator: str, operand: Range) -> Range | None:
    """What + - ~ make of a range."""
    type_ = promoted(operand.type)
    a = converted(operand, type_)
    assert a is not None
    match operator:
        case "+":
            return a
        case "-" if type_.signed or a.high == 0:
            return Range(type_, -a.high, -a.low)
        case "~":
            return Range(type_, ~a.high, ~a.low) if type_.signed else Range(type_, type_.high - a.high, type_.high - a.low)
    return None
