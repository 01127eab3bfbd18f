# SPDX-License-Identifier: GPL-2.0-only
"""How values and cells of a model print: page3, page3|1, task0, PF_DYNAMIC_STACK, True."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from checker.language.tree import BoolType, EnumType, FlagsType, IntType, Program, Record, ReferenceType, Type, Variable


def instance_name(record: Record, index: int) -> str:
    """The name of the instance of that index: `task0`."""
    for prefix, count in record.names:
        if index < count:
            return f"{prefix}{index}"
        index -= count
    raise IndexError(index)


def format_value(program: Program, type_: Type, value: int) -> str:
    """A value as a model's author writes it and as traces store it; reports tell it by told_text. A reference outside its arena
    prints as its number: `0x2f`."""
    match type_:
        case BoolType():
            return str(bool(value))
        case IntType(low=low, high=high, names=called):
            return called[value - low] if called and low <= value <= high else str(value)
        case EnumType(members=members):
            return members[value]
        case FlagsType(members=flags):
            names = [name for name, mask in flags if mask and value & mask == mask]
            return "|".join(names) or "0"
        case ReferenceType(record=name):
            record = program.records[name]
            index, tag = divmod(value, record.alignment)
            if value == 0:
                return "None"
            if not 1 <= index <= record.count:
                return hex(value)
            return instance_name(record, index - 1) + (f"|{tag}" if tag else "")


def told_value(program: Program, type_: Type, value: int) -> str:
    """A value as a message to kernel developers has it: NULL, true and false as C does."""
    match type_:
        case BoolType():
            return "true" if value else "false"
        case ReferenceType() if value == 0:
            return "NULL"
    return format_value(program, type_, value)


_TOLD = {"None": "NULL", "True": "true", "False": "false"}
_PRINTED = re.compile(rf"\b({'|'.join(_TOLD)})\b")  # no name of a model is one of these: they are words of Python


def told_text(printed: str) -> str:
    """A text made of values that format_value printed, and of names, with the values as told_value has them."""
    return _PRINTED.sub(lambda match: _TOLD[match[0]], printed)


def wild_pointer_message(program: Program, record_name: str, value: int, free: bool) -> str:
    """What is wrong with a reference that must not be followed. free: it points to an instance that is not allocated."""
    record = program.records[record_name]
    index, tag = divmod(value, record.alignment)
    if value == 0:
        return f"a NULL pointer to {record_name} is used"
    if not 1 <= index <= record.count:
        fault = f"and no {record_name} is there"
    elif tag:
        fault = "with its tag"
    elif free:
        fault = "but is free"
    else:
        raise ValueError(f"{value} is a good pointer to {record_name}")
    return f"{format_value(program, ReferenceType(record_name), value)} is used as a pointer to {record_name}, {fault}"


def element_name(program: Program, name: str, variable: Variable, indices: Sequence[int]) -> str:
    """The name of a cell of the variable, of which `name` is the name with what comes before it: `cpu0.pool[1]`."""
    parts = zip(variable.shape, indices, strict=True)
    return indexed_name(name, (str(n) if isinstance(part, int) else instance_name(program.records[part], n) for part, n in parts))


def indexed_name(name: str, indices: Iterable[str]) -> str:
    """A name with its indices: each in the place of a `[]`, or behind it where none is left."""
    for index in indices:
        name = name.replace("[]", f"[{index}]", 1) if "[]" in name else f"{name}[{index}]"
    return name


def array_name(name: str, number: int) -> str:
    """The name of the array of which an index is the one with that number, from 0: `grid`, then `grid[]`."""
    parts = name.split("[]")
    return "[]".join(parts[: number + 1]) + "[]" * (number + 1 - len(parts))


def index_message(name: str, index: int, length: int) -> str:
    """What is wrong with an index: `index 3 is outside pool[2]`."""
    return f"index {index} is outside {name}[{length}]"
