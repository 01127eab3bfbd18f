# SPDX-License-Identifier: GPL-2.0-only
"""Types as C text writes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from checker.language.c.syntax.position import Expression, Node, Type


@dataclass(frozen=True)
class BuiltinType(Type):
    """A type of the language. name: its usual spelling: void, _Bool, char, signed char, unsigned char, short, unsigned short,
    int, unsigned int, long, unsigned long, long long, unsigned long long, float, double, ..."""

    name: str


@dataclass(frozen=True)
class TypedefType(Type):
    name: str


@dataclass(frozen=True)
class TaggedType(Type):
    """struct, union or enum. tag: None if it has none. definition: the members, where the type is defined in its place."""

    kind: Literal["struct", "union", "enum"]
    tag: str | None
    definition: StructDefinition | EnumDefinition | None = None


@dataclass(frozen=True)
class PointerType(Type):
    target: Type


@dataclass(frozen=True)
class ArrayType(Type):
    """length: None for `[]`."""

    element: Type
    length: Expression | None


@dataclass(frozen=True)
class FunctionType(Type):
    """What a function declarator declares. A pointer to a function is a FunctionPointerType."""

    result: Type
    parameters: tuple[Parameter, ...]
    variadic: bool


@dataclass(frozen=True)
class FunctionPointerType(Type):
    """result (*)(parameters)"""

    result: Type
    parameters: tuple[Parameter, ...]
    variadic: bool


@dataclass(frozen=True)
class TypeofType(Type):
    """typeof(operand), __typeof__, typeof_unqual; also __auto_type, which has no operand. keyword: as written."""

    keyword: str
    operand: Expression | Type | None


@dataclass(frozen=True)
class Parameter(Node):
    """A parameter of a function; name is None in a prototype without names."""

    name: str | None
    type: Type
    attributes: tuple[str, ...] = ()


@dataclass(frozen=True)
class StructMember(Node):
    """name: None for an anonymous struct or union, and for padding (`int : 4`). bits: the width of a bit field. macro: the member
    is written by this macro (DECLARE_BITMAP, DECLARE_FLEX_ARRAY, ...); its arguments are `arguments`, and the type is void."""

    name: str | None
    type: Type
    bits: Expression | None = None
    attributes: tuple[str, ...] = ()
    macro: str | None = None
    arguments: tuple[Expression, ...] = ()


@dataclass(frozen=True)
class StructDefinition(Node):
    """A struct or union with its members."""

    kind: Literal["struct", "union"]
    tag: str | None
    members: tuple[StructMember, ...]
    attributes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Enumerator(Node):
    name: str
    value: Expression | None


@dataclass(frozen=True)
class EnumDefinition(Node):
    tag: str | None
    members: tuple[Enumerator, ...]
    attributes: tuple[str, ...] = ()
