# SPDX-License-Identifier: GPL-2.0-only
"""What a random program has at a place of its text: variables, pointers, functions; and what expressions read and write."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from .numbers import BOOL, INT, LONG, S8, S16, U8, U16, UNSIGNED, UNSIGNED_LONG, Range, Type

KEPT: dict[Type, tuple[tuple[int, int], ...]] = {
    BOOL: ((0, 1),),
    S8: ((-128, 127), (-5, 5)),
    U8: ((0, 255), (0, 15)),
    S16: ((-300, 300), (-9, 9)),
    U16: ((0, 65535), (0, 40)),
    INT: ((-1000, 1000), (-8, 7), (0, 255), (-100_000, 100_000)),
    UNSIGNED: ((0, 1000), (0, 15), (0, 100_000)),
    LONG: ((-1000, 1000), (-100_000, 100_000), (-3, 12)),
    UNSIGNED_LONG: ((0, 1000), (0, 100_000), (0, 31)),
}
"""The ranges that variables keep; those of integers in a model are 21 bits."""

IN_MEMORY = {type_: ranges[0] for type_, ranges in KEPT.items()}
"""The range of all variables of a type that pointers may point to."""

Object = str
"""What is read or written: `T:int` for everything outside of a function with that type, else the name of a local."""


@dataclass(frozen=True)
class Variable:
    """A variable with the range that it keeps. fixed: a loop counts with it, so that nothing else may change it. length: of an
    array. of_function: it is a local or parameter."""

    name: str
    type: Type
    low: int
    high: int
    fixed: bool = False
    length: int | None = None
    of_function: bool = True

    @property
    def range(self) -> Range:
        return Range(self.type, self.low, self.high)

    @property
    def object(self) -> Object:
        return self.name if self.of_function else f"T:{self.type.name}"


@dataclass(frozen=True)
class Pointer:
    """A local that points into an array of so many elements, to one from first to last. moves: it may be changed."""

    name: str
    target: Variable
    length: int
    first: int
    last: int
    moves: bool


@dataclass(frozen=True)
class Parameter:
    """room: for a pointer how many elements there are from it on, None for a number."""

    name: str
    type: Type
    low: int
    high: int
    room: int | None = None


@dataclass(frozen=True)
class Function:
    """result: None for a void one. cost: a bound of how many statements a call executes."""

    name: str
    parameters: tuple[Parameter, ...]
    result: Range | None
    reads: frozenset[Object]
    writes: frozenset[Object]
    cost: int


@dataclass(frozen=True)
class Expression:
    """Text with the range of its value. level: how tightly its operator binds. acts: it has effects, or calls a function."""

    text: str
    range: Range
    level: int
    reads: frozenset[Object] = frozenset()
    writes: frozenset[Object] = frozenset()
    acts: bool = False

    @property
    def pure(self) -> bool:
        return not self.acts

    @property
    def is_constant(self) -> bool:
        return not self.reads and not self.acts


def disturb(a: Expression, b: Expression) -> bool:
    """Whether the order of two expressions may matter."""
    return bool(a.writes & (b.reads | b.writes) or b.writes & a.reads)


@dataclass
class Scope:
    """The names at a place. rounds: how often it is executed at most, for one call. loops: how many loops there are around it in
    which `continue` and `break` are understood."""

    random: random.Random
    variables: dict[str, Variable] = field(default_factory=dict)
    pointers: dict[str, Pointer] = field(default_factory=dict)

    def inner(self) -> Scope:
        return Scope(self.random, dict(self.variables), dict(self.pointers))

    def add(self, variable: Variable) -> None:
        self.pointers.pop(variable.name, None)
        self.variables[variable.name] = variable

    def add_pointer(self, pointer: Pointer) -> None:
        self.variables.pop(pointer.name, None)
        self.pointers[pointer.name] = pointer

    def scalars(self, changed: bool = False) -> list[Variable]:
        """Variables that are no arrays. changed: only those that may be assigned to."""
        return [v for v in self.variables.values() if v.length is None and not (changed and v.fixed)]

    def arrays(self) -> list[Variable]:
        return [v for v in self.variables.values() if v.length is not None]
