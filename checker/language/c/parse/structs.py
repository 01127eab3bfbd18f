# SPDX-License-Identifier: GPL-2.0-only
"""Parses structs, unions and enums (C11 6.7.2.1, 6.7.2.2)."""

from __future__ import annotations

from typing import Literal

from checker.language.c.lexical.tokens import Token
from checker.language.c.parse.types import TypeParser
from checker.language.c.syntax import (
    BuiltinType,
    EnumDefinition,
    Enumerator,
    StructDefinition,
    StructMember,
    TaggedType,
    Type,
)


class StructParser(TypeParser):
    """Types with members."""

    def struct(self, token: Token, kind: Literal["struct", "union"]) -> Type:
        attributes: list[str] = []
        self.attributes(attributes)
        tag = self.take().text if self.is_name() else None
        if not self.is_operator("{"):
            if tag is None:
                raise self.token.error(f"expected a tag or `{{` before {self.token.shown}")
            return TaggedType(token.position, (), kind, tag)
        self.take()
        with self.nested(), self.nested():
            members = self.members()
        self.expect("}")
        self.attributes(attributes)
        return TaggedType(token.position, (), kind, tag, StructDefinition(token.position, kind, tag, members, tuple(attributes)))

    def members(self) -> tuple[StructMember, ...]:
        """The members of a struct down to what closes it."""
        found: list[StructMember] = []
        while not self.is_operator("}") and not self.at_end:
            if self.accept(";"):
                continue
            found.extend(self.member())
        return tuple(found)

    def member(self) -> list[StructMember]:
        token = self.token
        if self.is_name() and token.text.isupper() and self.is_operator("(", 1):
            return [self.macro_member()]
        specifiers = self.specifiers()
        if self.is_operator(";"):
            self.take()
            return [StructMember(token.position, None, specifiers.type, None, specifiers.attributes)]
        found = []
        while True:
            declarator = self.declarator(specifiers.type)
            bits = self.conditional() if self.accept(":") else None
            attributes = list(specifiers.attributes + declarator.attributes)
            self.attributes(attributes)
            at = declarator.token.position
            found.append(StructMember(at, declarator.name, declarator.type, bits, tuple(attributes)))
            if not self.accept(","):
                break
        self.expect(";")
        return found

    def macro_member(self) -> StructMember:
        token = self.take()
        self.expect("(")
        arguments = self.arguments()
        self.accept(";")
        return StructMember(token.position, None, BuiltinType(token.position, (), "void"), macro=token.text, arguments=arguments)

    def enum(self, token: Token) -> Type:
        attributes: list[str] = []
        self.attributes(attributes)
        tag = self.take().text if self.is_name() else None
        if not self.is_operator("{"):
            if tag is None:
                raise self.token.error(f"expected a tag or `{{` before {self.token.shown}")
            return TaggedType(token.position, (), "enum", tag)
        self.take()
        members = self.enumerators()
        self.expect("}")
        self.attributes(attributes)
        return TaggedType(token.position, (), "enum", tag, EnumDefinition(token.position, tag, members, tuple(attributes)))

    def enumerators(self) -> tuple[Enumerator, ...]:
        """The members of an enum down to what closes it."""
        found: list[Enumerator] = []
        while not self.is_operator("}") and not self.at_end:
            token = self.name("an enumerator")
            found.append(Enumerator(token.position, token.text, self.conditional() if self.accept("=") else None))
            if not self.accept(","):
                break
        return tuple(found)
