# SPDX-License-Identifier: GPL-2.0-only
"""What a model declares: sizes, events, records and their variables, and the properties that it answers to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from checker.language.tree.position import Position
from checker.language.tree.types import Type


@dataclass(frozen=True)
class Variable:
    """A module variable, or a field of a record.

    shape: what each index of it takes: a length (an array, indexed from 0) or a record (one value for each of its instances).
    `[]` in the name, of a variable that is part of a struct, stands for the first index that is not filled in yet. `constant`:
    only `initial` writes it, so that reading it is not a step. `ghost`: kept for the properties only, so that reading or writing
    it is not a step either.
    """

    name: str
    type: Type
    position: Position
    shape: tuple[int | str, ...] = ()
    initial: int = 0
    ghost: bool = False
    constant: bool = False


@dataclass(frozen=True)
class Record:
    """A class whose instances live in an arena of fixed size.

    frames: how many frames an instance owns at most (0: it executes nothing). allocated: instances have an allocator
    state, which only Allocate and Free change; a free one must not be dereferenced. names: (prefix, how many) in the
    order of the arena, so that instances print as page3, task0, idle1. symmetric: instances are interchangeable, which
    checker/language/symmetry.py makes sure of. more: what to do where there are too few.
    """

    name: str
    count: int
    alignment: int
    frames: int
    allocated: bool
    names: tuple[tuple[str, int], ...]
    fields: tuple[Variable, ...]
    position: Position
    doc: str = ""
    symmetric: bool = False
    more: str = "give the arena more"


@dataclass(frozen=True)
class Local:
    """A parameter or local variable; its name is unique within its routine."""

    name: str
    type: Type


@dataclass(frozen=True)
class Property:
    """An entry of the property catalogue. `why` is the prose: what the demand is for. is_lemma: nothing that is demanded of the
    model, but what its author expects to hold and proofs may use."""

    identifier: str
    why: str
    position: Position
    is_lemma: bool = False


Setting: TypeAlias = int | str
"""What a parameter is set to: a number, or one of its names."""


@dataclass(frozen=True)
class Parameter:
    """A size, or a switch, from low to high; or a choice between named values (`names`), which has no bounds: 0 and 0."""

    name: str
    default: Setting
    low: int
    high: int
    meaning: str
    value: Setting
    position: Position
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Event:
    name: str
    meaning: str
    enabled: bool
    position: Position
