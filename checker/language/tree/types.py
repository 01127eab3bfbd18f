# SPDX-License-Identifier: GPL-2.0-only
"""Types of values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True)
class BoolType:
    pass


@dataclass(frozen=True)
class IntType:
    """Integers from low to high, both included. names: how they print, in their order, if they have names."""

    low: int
    high: int
    names: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class EnumType:
    """One of the members; its value is its index in `members`, whatever number the source gives it. of_parameter: they are the
    names that a parameter can be set to, and the source writes them as texts."""

    name: str
    members: tuple[str, ...]
    of_parameter: bool = False


@dataclass(frozen=True)
class FlagsType:
    """A set of named bits: (name, mask) pairs."""

    name: str
    members: tuple[tuple[str, int], ...]

    @property
    def mask(self) -> int:
        return sum(mask for _, mask in self.members)


@dataclass(frozen=True)
class ReferenceType:
    """A pointer to an instance of a record, or NULL, with room for tag bits below the record's alignment."""

    record: str


Type: TypeAlias = BoolType | IntType | EnumType | FlagsType | ReferenceType
