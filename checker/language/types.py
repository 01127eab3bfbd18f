# SPDX-License-Identifier: GPL-2.0-only
"""Ranges of types: which integers a type holds, and what arithmetic makes of ranges."""

from __future__ import annotations

from checker.language.tree import BoolType, EnumType, FlagsType, IntType, Record, ReferenceType, Type

NULL_TYPE = ReferenceType("")
"""The type of a bare `None`, which fits every reference."""

MOST = 10_000
"""The most instances of a record, frames of them all, values of a variable, rounds of a loop, and bindings of an action or
invariant: far more than can be searched, and few enough to be listed."""

LARGEST = (1 << 256) - 1
"""The largest magnitude of a number: more than any product of two machine words, and few enough bits to count with."""


def value_range(type_: Type, records: dict[str, Record]) -> tuple[int, int]:
    """The smallest and the largest value of a type. Within flags, only values inside the mask count."""
    match type_:
        case BoolType():
            return 0, 1
        case IntType(low, high):
            return low, high
        case EnumType(members=members):
            return 0, len(members) - 1
        case FlagsType():
            return 0, type_.mask
        case ReferenceType(""):
            return 0, 0
        case ReferenceType(record):
            return 0, (records[record].count + 1) * records[record].alignment - 1


def _corners(operation: str, left: IntType, right: IntType) -> IntType:
    values = []
    for a in (left.low, left.high):
        for b in (right.low, right.high):
            match operation:
                case "+":
                    values.append(a + b)
                case "-":
                    values.append(a - b)
                case "*":
                    values.append(a * b)
                case "<<":
                    values.append(a << b)
                case ">>":
                    values.append(a >> b)
                case "//":
                    values.append(a // b)
    return IntType(min(values), max(values))


def _bits(type_: IntType) -> int:
    return max(type_.low.bit_length(), type_.high.bit_length())


def integer_result(operation: str, left: IntType, right: IntType) -> IntType | None:
    """The range of `left operation right` in Python's integers; None where it can fail (division by 0, shift by less
    than 0 or by more than 64)."""
    match operation:
        case "+" | "-" | "*":
            return _corners(operation, left, right)
        case "//":
            return _corners(operation, left, right) if right.low > 0 else None
        case "%":
            return IntType(0, min(right.high - 1, left.high) if left.low >= 0 else right.high - 1) if right.low > 0 else None
        case "<<" | ">>":
            return _corners(operation, left, right) if right.low >= 0 and right.high <= 64 else None
        case "&":
            limits = [side.high for side in (left, right) if side.low >= 0]
            if limits:
                return IntType(0, min(limits))
    bits = max(_bits(left), _bits(right))
    if left.low >= 0 and right.low >= 0:
        return IntType(0, (1 << bits) - 1)
    return IntType(-(1 << bits), (1 << bits) - 1)


def describe(type_: Type) -> str:
    """A type as an error message names it."""
    match type_:
        case BoolType():
            return "bool"
        case IntType(low, high):
            return f"an integer from {low} to {high}" if low != high else str(low)
        case EnumType(name=name) | FlagsType(name=name):
            return name
        case ReferenceType(""):
            return "None"
        case ReferenceType(record):
            return f"a reference to {record}"
