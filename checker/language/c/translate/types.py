# SPDX-License-Identifier: GPL-2.0-only
"""C types as the translation sees them: only what decides how C computes and what a pointer points to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from checker.language import tree
from checker.language.c import syntax
from checker.language.c.translate.raising import at
from checker.language.errors import ModelError


@dataclass(frozen=True)
class CVoid:
    pass


@dataclass(frozen=True)
class CBool:
    pass


@dataclass(frozen=True)
class CInteger:
    """bits: on a 64-bit kernel (LP64)."""

    bits: int
    signed: bool


@dataclass(frozen=True)
class CStruct:
    tag: str


@dataclass(frozen=True)
class CNamed:
    """A type of the kernel that stays what it is called: gfp_t, pte_t."""

    name: str


@dataclass(frozen=True)
class CPointer:
    target: CType


@dataclass(frozen=True)
class CFunction:
    """A pointer to a function."""


CType: TypeAlias = CVoid | CBool | CInteger | CStruct | CNamed | CPointer | CFunction

INT = CInteger(32, True)
UNSIGNED_LONG = CInteger(64, False)
ALLOCATED = CPointer(CNamed("memory of kmalloc"))
"""What kmalloc gives, which is in the tree whether it gave any."""

_BUILTIN: Mapping[str, CType] = {
    "void": CVoid(),
    "_Bool": CBool(),
    "char": CInteger(8, True),
    "signed char": CInteger(8, True),
    "unsigned char": CInteger(8, False),
    "short": CInteger(16, True),
    "unsigned short": CInteger(16, False),
    "int": INT,
    "unsigned int": CInteger(32, False),
    "long": CInteger(64, True),
    "unsigned long": UNSIGNED_LONG,
    "long long": CInteger(64, True),
    "unsigned long long": CInteger(64, False),
}
_TYPEDEFS: Mapping[str, CType] = {
    "bool": CBool(),
    "size_t": UNSIGNED_LONG,
    "ssize_t": CInteger(64, True),
    "uintptr_t": UNSIGNED_LONG,
    "ptrdiff_t": CInteger(64, True),
    "phys_addr_t": CInteger(64, False),
    **{
        f"{prefix}{sign}{bits}": CInteger(bits, sign == "s") for prefix in ("", "__") for sign in "us" for bits in (8, 16, 32, 64)
    },
    **{f"uint{bits}_t": CInteger(bits, False) for bits in (8, 16, 32, 64)},
    **{f"int{bits}_t": CInteger(bits, True) for bits in (8, 16, 32, 64)},
    **{name: CInteger(bits, False) for name, bits in (("uint", 32), ("ulong", 64), ("ushort", 16))},
}


def c_type(type_: syntax.Type, typedefs: Mapping[str, syntax.Type]) -> CType:
    """What a type of the text is. typedefs: those of the text. ModelError for one that the translation does not take."""
    match type_:
        case syntax.BuiltinType(name=name) if name in _BUILTIN:
            return _BUILTIN[name]
        case syntax.BuiltinType(name=name):
            raise ModelError(at(type_), f"`{name}` has no counterpart in a model; use integers")
        case syntax.TypedefType(name=name) if name in typedefs:
            return c_type(typedefs[name], {key: value for key, value in typedefs.items() if key != name})
        case syntax.TypedefType(name=name):
            return _TYPEDEFS.get(name) or CNamed(name)
        case syntax.TaggedType(kind="enum"):
            return CInteger(32, False)
        case syntax.TaggedType(kind="struct", tag=str(tag)):
            return CStruct(tag)
        case syntax.TaggedType(kind=kind):
            raise ModelError(
                at(type_), f"a {kind} like this has no counterpart in a model; use a struct of the kernel that has one"
            )
        case syntax.PointerType(target=target):
            return CPointer(c_type(target, typedefs))
        case syntax.ArrayType(element=element):
            return CPointer(c_type(element, typedefs))
        case syntax.FunctionPointerType() | syntax.FunctionType():
            return CFunction()
    raise ModelError(at(type_), "this type is not understood here; write the type itself")


def spell(type_: CType) -> str:
    """A type as C writes it."""
    match type_:
        case CVoid():
            return "void"
        case CBool():
            return "bool"
        case CInteger(bits, signed):
            return ("s" if signed else "u") + str(bits)
        case CStruct(tag):
            return f"struct {tag}"
        case CNamed(name):
            return name
        case CPointer(CPointer() as target):
            return f"{spell(target)}*"
        case CPointer(target):
            return f"{spell(target)} *"
        case CFunction():
            return "a pointer to a function"


def arithmetic(left: CType, right: CType) -> CInteger:
    """The type in which C computes with two integers (C11 6.3.1.8, on LP64)."""
    a, b = promoted(left), promoted(right)
    if a.bits == b.bits:
        return CInteger(a.bits, a.signed and b.signed)
    return max(a, b, key=lambda type_: type_.bits)


def promoted(type_: CType) -> CInteger:
    """The integer promotions (C11 6.3.1.1)."""
    return type_ if isinstance(type_, CInteger) and type_.bits >= 32 else INT


def limits(type_: CInteger) -> tree.IntType:
    """The integers that a C type holds."""
    if type_.signed:
        return tree.IntType(-(1 << (type_.bits - 1)), (1 << (type_.bits - 1)) - 1)
    return tree.IntType(0, (1 << type_.bits) - 1)


def wrapped(value: int, type_: CInteger) -> int:
    """A constant as gcc converts it to a type: modulo the type's size (C11 6.3.1.3)."""
    value %= 1 << type_.bits
    return value - (1 << type_.bits) if type_.signed and value >> (type_.bits - 1) else value
