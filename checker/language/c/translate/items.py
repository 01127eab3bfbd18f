# SPDX-License-Identifier: GPL-2.0-only
"""What the variables of a text are, and the members of its structs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from checker.language import tree
from checker.language.c.translate.types import CType
from checker.language.errors import ModelError


@dataclass(frozen=True)
class Stored:
    """A variable of the program, or a field of a record. type: of a value, or of an element, in C."""

    variable: tree.Variable
    type: CType


@dataclass(frozen=True)
class Lock:
    """A lock: an instance of a record of the kernel. type: in C. number: which one, from 0; None for those of which each CPU has
    one: `field` refers to it."""

    record: str
    type: CType
    number: int | None
    field: tree.Variable | None = None


@dataclass(frozen=True)
class Holder:
    """A variable or member that is a struct of the text. tag: which."""

    tag: str


@dataclass(frozen=True)
class Work:
    """A struct irq_work. name: in the text."""

    name: str


@dataclass(frozen=True)
class Refused:
    """What a model does not have: an error where it is reached."""

    error: ModelError


Item: TypeAlias = Stored | Lock | Holder | Work | Refused
