# SPDX-License-Identifier: GPL-2.0-only
"""Expressions: they have no side effects, except that they may raise. All values are integers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from checker.language.tree import Position


@dataclass(frozen=True)
class Constant:
    value: int


@dataclass(frozen=True)
class Local:
    name: str


@dataclass(frozen=True)
class Load:
    """The value of a cell of a variable; each index is in range."""

    variable: str
    indices: tuple[Expression, ...]


@dataclass(frozen=True)
class Index:
    """The arena index of the instance that a reference points to. Raises a wild pointer if it is NULL, tagged or
    outside the arena, or (with `live`) if the instance is free."""

    record: str
    reference: Expression
    live: bool
    position: Position


@dataclass(frozen=True)
class Element:
    """An index into an array. Raises a wild pointer if it is outside."""

    index: Expression
    variable: str
    length: int
    position: Position


@dataclass(frozen=True)
class InRange:
    """The value, or a model error if it is not from low to high, or has bits outside the mask (None: any)."""

    value: Expression
    low: int
    high: int
    mask: int | None
    target: str
    position: Position


@dataclass(frozen=True)
class Operation:
    """not, neg, and Python's + - * // % & | ^ << >> == != < <= > >= on integers; truth values are 0 and 1."""

    operator: str
    operands: tuple[Expression, ...]


@dataclass(frozen=True)
class Logical:
    """`and`/`or` of 0/1 values, evaluated from the left and no further than needed."""

    operator: str
    operands: tuple[Expression, ...]


@dataclass(frozen=True)
class Conditional:
    test: Expression
    then: Expression
    otherwise: Expression


@dataclass(frozen=True)
class Let:
    """`body` where the local is the value, which is evaluated first and once."""

    local: str
    value: Expression
    body: Expression


@dataclass(frozen=True)
class Over:
    """`any`, `all` or `sum` of the body, with the local bound to each instance of the record's arena. Only in a system that
    was lowered for any number of instances; else such a quantifier is written out."""

    kind: str
    record: str
    local: str
    body: Expression
    position: Position


@dataclass(frozen=True)
class Processor:
    """The reference of the processor that steps."""


@dataclass(frozen=True)
class FrameIn:
    """1 if a frame of the owner stands at one of the locations inside the routine (System.inside)."""

    record: str
    owner: Expression
    routine: str


@dataclass(frozen=True)
class HasFrames:
    record: str
    owner: Expression


@dataclass(frozen=True)
class Calls:
    """1 if what comes next is a step of the processor (a reference) that calls the routine. In conditions on runs only."""

    processor: Expression
    routine: str


Expression: TypeAlias = (
    Constant
    | Local
    | Load
    | Index
    | Element
    | InRange
    | Operation
    | Logical
    | Conditional
    | Let
    | Over
    | Processor
    | FrameIn
    | HasFrames
    | Calls
)
