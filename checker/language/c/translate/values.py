# SPDX-License-Identifier: GPL-2.0-only
"""What a C expression is in a model, and what a local variable of C holds.

C has one notion of memory; a model has records and arrays. So a pointer to an object is a reference, a pointer into an array is
a *region* (which array, and an index), an address that is a number is a pair (of which area, and how many
bytes from its lowest address), and what makes no difference in the model, such as a NUMA node, is *opaque*.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from checker.language import tree
from checker.language.c.translate.types import CType


@dataclass(frozen=True)
class Scalar:
    """A value of the tree: an integer, a truth value, flags, a reference. type: what it is to C."""

    expression: tree.Expression
    type: CType


@dataclass(frozen=True)
class AreaAddress:
    """An address in an area or near it. area: a reference to it, offset: bytes from its lowest address."""

    area: tree.Expression
    offset: tree.Expression


@dataclass(frozen=True)
class Region:
    """A pointer to an element of an array. base: the instance whose field the array is, None for a variable. index: of the
    element."""

    variable: tree.Variable
    record: str | None
    base: tree.Expression | None
    index: tree.Expression


@dataclass(frozen=True)
class Struct:
    """A struct of the text, or a pointer to one. tag: which. name: what the names of its members begin with. record, base: the
    instance that it is a part of, None for a variable."""

    tag: str
    name: str
    record: str | None
    base: tree.Expression | None


@dataclass(frozen=True)
class Opaque:
    """What is passed on and makes no difference here. what: in words, for errors."""

    what: str


@dataclass(frozen=True)
class Nothing:
    """The value of a call of a void function."""


Value: TypeAlias = Scalar | AreaAddress | Region | Struct | Opaque | Nothing


@dataclass(frozen=True)
class ScalarKind:
    """A local that is one local of the tree."""

    type: tree.Type
    c_type: CType


@dataclass(frozen=True)
class AddressKind:
    """A local with an address in an area: two locals of the tree."""


@dataclass(frozen=True)
class RegionKind:
    """A local that points into one array: the array is fixed, the instance whose field it is and the index are locals. index: a
    fixed one, where the pointer never moves."""

    variable: tree.Variable
    record: str | None
    index: int | None


@dataclass(frozen=True)
class StructKind:
    """A local that points to one struct of the text; the instance that it is a part of is a local."""

    tag: str
    name: str
    record: str | None


@dataclass(frozen=True)
class OpaqueKind:
    """A local that makes no difference."""

    what: str


Kind: TypeAlias = ScalarKind | AddressKind | RegionKind | StructKind | OpaqueKind
