# SPDX-License-Identifier: GPL-2.0-only
"""Printed values back to integers: the inverse of checker/language/values.py."""

from __future__ import annotations

import re

from checker.language.tree import BoolType, EnumType, FlagsType, IntType, Program, ReferenceType, Type
from checker.language.values import format_value, instance_name


def parse_value(program: Program, type_: Type, text: str) -> int:
    """The value of the type that prints as `text`. Raises ValueError if there is none."""
    try:
        value = _parse(program, type_, text)
        if format_value(program, type_, value) == text:
            return value
    except (KeyError, ValueError, IndexError):
        pass
    raise ValueError(f"`{text}` is not a value of its type")


def parse_instance(program: Program, record_name: str, text: str) -> int:
    """The index of the instance of that name. Raises ValueError if there is none."""
    record = program.records[record_name]
    for index in range(record.count):
        if instance_name(record, index) == text:
            return index
    raise ValueError(f"`{text}` is not a {record_name}")


def _parse(program: Program, type_: Type, text: str) -> int:
    match type_:
        case BoolType():
            return {"False": 0, "True": 1}[text]
        case IntType(low=low, names=names):
            return low + names.index(text) if text in names else int(text)
        case EnumType(members=members):
            return members.index(text)
        case FlagsType(members=flags):
            value = 0
            for name in [] if text == "0" else text.split("|"):
                value |= dict(flags)[name]
            return value
        case ReferenceType(record=name):
            if text == "None":
                return 0
            if re.fullmatch("0x[0-9a-f]+", text):
                return int(text, 16)
            instance, _, tag = text.partition("|")
            return (parse_instance(program, name, instance) + 1) * program.records[name].alignment + int(tag or 0)
    raise ValueError(f"unknown type {type_}")
