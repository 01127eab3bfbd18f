# SPDX-License-Identifier: GPL-2.0-only
"""Constants of enums (C11 6.7.2.2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from checker.language import build
from checker.language.c import syntax
from checker.language.c.translate.constants import Lookup, Types, value_of
from checker.language.c.translate.raising import at, error
from checker.language.c.translate.types import INT, limits
from checker.language.c.translate.values import Scalar


@dataclass(frozen=True)
class FoundEnum:
    """An enum at file scope. is_type: something of the text may have its type: it has a tag, or stands in a declaration."""

    definition: syntax.EnumDefinition
    is_type: bool


FindEnum = Callable[[str], FoundEnum | None]
"""Gives the enum that defines a constant, None if none does; ModelError if its name has another meaning too."""


def enumerators(found: FoundEnum, lookup: Lookup, types: Types) -> dict[str, int]:
    """The values of all constants of an enum. lookup: of names that are none of them. ModelError for a value that is no constant
    or no int, and for a name that is there twice."""
    values: dict[str, int] = {}
    names = {member.name for member in found.definition.members}

    def of_name(node: syntax.Name) -> Scalar:
        if node.name in values:
            return Scalar(build.integer(at(node), values[node.name]), INT)
        if node.name in names:
            raise error(node, f"`{node.name}` has no value yet: it is defined here or further down")
        return lookup(node)

    following = 0
    for member in found.definition.members:
        if member.name in values:
            raise error(member, f"`{member.name}` is in this enum twice; rename one")
        value = following if member.value is None else value_of(member.value, of_name, types)
        _check(found, member, value)
        values[member.name] = value
        following = value + 1
    return values


def _check(found: FoundEnum, member: syntax.Enumerator, value: int) -> None:
    """ModelError for a value that the constant cannot have."""
    ints = limits(INT)
    if not ints.low <= value <= ints.high:
        raise error(member, f"`{member.name}` is {value}, which is no int; a constant of an enum is one")
    if value < 0 and found.is_type:
        raise error(
            member,
            f"`{member.name}` is {value}, which makes the type of its enum signed; an enum whose type is used begins at 0. Leave "
            "out the tag, or use int",
        )
