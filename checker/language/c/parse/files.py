# SPDX-License-Identifier: GPL-2.0-only
"""Parses chunks: what stands at file scope, and pieces of functions and structs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from checker.language.c.lexical.tokens import IDENTIFIER, Token
from checker.language.c.lexical.words import ATTRIBUTES, KEYWORDS, LOCKS, PER_CPU
from checker.language.c.parse.statements import StatementParser
from checker.language.c.parse.types import Declarator, Specifiers
from checker.language.c.syntax import (
    Expression,
    FileAsm,
    FunctionDeclaration,
    FunctionDefinition,
    FunctionType,
    MacroDefinitionCall,
    MacroFunctionDefinition,
    Name,
    TaggedType,
    TopLevel,
    Type,
    Typedef,
    TypedefType,
    VariableDefinition,
)
from checker.language.errors import ModelError

NO_NAMES = ATTRIBUTES | KEYWORDS
Parsed = TypeVar("Parsed")


class FileParser(StatementParser):
    """What stands at file scope."""

    def external(self) -> list[TopLevel]:
        """Everything that is left. Raises ModelError if it is not what a chunk holds: one definition, or one declaration with all
        its declarators."""
        first = self.token
        found = self.one()
        if not self.at_end:
            raise self.token.error(f"expected the end of what begins in line {first.line.number} before {self.token.shown}")
        return found

    def one(self) -> list[TopLevel]:
        token = self.token
        if token.kind == IDENTIFIER and token.text.strip("_") == "asm":
            self.at += 1
            self.skip_group()
            self.accept(";")
            return [FileAsm(token.position)]
        storage: list[str] = []
        while self.token.text in ("static", "extern") or self.attribute(storage):
            if self.token.text in ("static", "extern"):
                storage.append(self.take().text)
        macro = self.token
        if macro.kind == IDENTIFIER and self.is_operator("(", 1) and not self.begins_type():
            return [self.macro(tuple(storage))]
        return self.declared(tuple(storage))

    def declared(self, storage: tuple[str, ...]) -> list[TopLevel]:
        token = self.token
        specifiers = self.specifiers()
        specifiers = Specifiers(specifiers.type, storage + specifiers.attributes)
        if self.accept(";"):
            return self.type_alone(token, specifiers)
        found: list[TopLevel] = []
        while True:
            declarator = self.declarator(specifiers.type)
            if declarator.name is None:
                raise self.token.error(f"expected a name before {self.token.shown}")
            if isinstance(declarator.type, FunctionType) and self.is_operator("{"):
                return [self.function(declarator, declarator.type, specifiers)]
            found.append(self.declaration_of(declarator, declarator.name, specifiers))
            if not self.accept(","):
                break
        self.expect(";")
        return found

    @staticmethod
    def type_alone(token: Token, specifiers: Specifiers) -> list[TopLevel]:
        """`struct x { ... };`, or `struct x;`, which says nothing."""
        if isinstance(specifiers.type, TaggedType):
            return [] if specifiers.type.definition is None else [specifiers.type.definition]
        raise token.error("a declaration that declares nothing")

    def function(self, declarator: Declarator, type_: FunctionType, specifiers: Specifiers) -> TopLevel:
        assert declarator.name is not None
        self.variables = {parameter.name for parameter in type_.parameters if parameter.name is not None}
        attributes = specifiers.attributes + declarator.attributes
        body = self.compound()
        return FunctionDefinition(
            declarator.token.position, declarator.name, type_.result, type_.parameters, type_.variadic, attributes, body
        )

    def declaration_of(self, declarator: Declarator, name: str, specifiers: Specifiers) -> TopLevel:
        at = declarator.token.position
        attributes = list(specifiers.attributes + declarator.attributes)
        self.attributes(attributes)
        if "typedef" in attributes:
            return Typedef(at, name, declarator.type)
        if isinstance(type_ := declarator.type, FunctionType):
            return FunctionDeclaration(at, name, type_.result, type_.parameters, type_.variadic, tuple(attributes))
        initialiser = self.initialiser() if self.accept("=") else None
        return VariableDefinition(at, name, declarator.type, initialiser, tuple(attributes))

    def macro(self, storage: tuple[str, ...]) -> TopLevel:
        """`MACRO(...)` at file scope."""
        token = self.take()
        if per_cpu := PER_CPU.fullmatch(token.text):
            return self.per_cpu(token, storage + (("extern",) if per_cpu[1] == "DECLARE" else ()))
        if token.text in LOCKS:
            return self.lock(token, storage)
        arguments = self.macro_arguments()
        attributes = list(storage)
        self.attributes(attributes)
        if self.is_operator("{"):
            first = arguments[0] if arguments else None
            body = self.compound()
            name = first.name if isinstance(first, Name) else None
            return MacroFunctionDefinition(token.position, name, token.text, body, tuple(attributes))
        if not self.at_end:
            self.expect(";")
        return MacroDefinitionCall(token.position, token.text, arguments)

    def macro_arguments(self) -> tuple[Expression, ...] | None:
        """The arguments of a macro that is not known, past the parenthesis; None if they are neither expressions nor types."""
        begin = self.at
        self.skip_group()
        end, self.at = self.at, begin + 1
        arguments = attempt(self.arguments)
        if self.at != end:
            arguments = None
        self.at, self.depth = end, 0
        return arguments

    def per_cpu(self, token: Token, attributes: tuple[str, ...]) -> TopLevel:
        """DEFINE_PER_CPU(type, name[n]) = initialiser;"""
        self.expect("(")
        type_ = self.type_name()
        self.expect(",")
        declarator = self.declarator(type_)
        self.expect(")")
        if declarator.name is None:
            raise declarator.token.error(f"expected a name before {declarator.token.shown}")
        words = list(attributes + declarator.attributes)
        self.trailing_attributes(words)
        initialiser = self.initialiser() if self.accept("=") else None
        self.expect(";")
        at = declarator.token.position
        return VariableDefinition(at, declarator.name, declarator.type, initialiser, tuple(words), token.text, True)

    def lock(self, token: Token, attributes: tuple[str, ...]) -> TopLevel:
        self.expect("(")
        name = self.name("the name of a lock")
        self.expect(")")
        self.expect(";")
        return VariableDefinition(name.position, name.text, lock_type(token), None, attributes, token.text)


def lock_type(token: Token) -> Type:
    spelling = LOCKS[token.text]
    if spelling.startswith("struct "):
        return TaggedType(token.position, (), "struct", spelling.removeprefix("struct "))
    return TypedefType(token.position, (), spelling)


def attempt(parse: Callable[[], Parsed]) -> Parsed | None:
    """What is parsed, or None if it is not what was expected."""
    try:
        return parse()
    except ModelError:
        return None


def name_of_typedef(tokens: Sequence[Token]) -> str | None:
    """The name that a typedef declares, without parsing it."""
    for index, token in enumerate(tokens[:-2]):
        if token.text == "(" and tokens[index + 1].text == "*" and tokens[index + 2].kind == IDENTIFIER:
            return tokens[index + 2].text
        if token.kind == IDENTIFIER and tokens[index + 1].text == ")" and tokens[index + 2].text == "(" and index > 1:
            if tokens[index - 1].text == "(":
                return token.text
    level = 0
    for token in reversed(tokens):
        level += (token.text in (")", "]")) - (token.text in ("(", "["))
        if token.kind == IDENTIFIER and level == 0 and token.text not in NO_NAMES:
            return token.text
    return None
