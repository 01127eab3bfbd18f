# SPDX-License-Identifier: GPL-2.0-only
"""Parses specifiers, declarators and types (C11 6.7)."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, replace
from typing import Literal

from checker.language.c.lexical.tokens import IDENTIFIER, OPERATOR, STRING, Token
from checker.language.c.lexical.words import (
    ADDRESS_SPACES,
    ATTRIBUTES,
    ATTRIBUTES_WITH_ARGUMENTS,
    KEYWORDS,
    QUALIFIERS,
    SIMPLE_TYPES,
    SPELLINGS,
    STORAGE,
    TYPE_WORDS,
)
from checker.language.c.parse.cursor import NESTING, Cursor
from checker.language.c.syntax import (
    ArrayType,
    BuiltinType,
    Expression,
    FunctionPointerType,
    FunctionType,
    Parameter,
    PointerType,
    Position,
    Type,
    TypedefType,
    TypeofType,
)

SIGNED = {"char": "signed char", "short": "short", "int": "int", "long": "long", "long long": "long long"}
UNSIGNED = {name: f"unsigned {name}" for name in SIGNED}


@dataclass(frozen=True)
class Specifiers:
    """What stands before the declarators."""

    type: Type
    attributes: tuple[str, ...]


@dataclass(frozen=True)
class Declarator:
    """name: None of an abstract one. token: where the name stands, or would."""

    name: str | None
    type: Type
    attributes: tuple[str, ...]
    token: Token


def simple_type(words: list[str], token: Token) -> str:
    """The usual spelling of a type that several words make, in any order. Raises ModelError if they make none."""
    rest = [word for word in words if word not in ("signed", "unsigned")]
    signs = [word for word in words if word in ("signed", "unsigned")]
    if len(rest) > 1 and rest.count("int") == 1 and ("short" in rest or "long" in rest):
        rest.remove("int")
    base = " ".join(rest) or "int"
    if not signs and (base in SIGNED or base in ("void", "_Bool", "float", "double", "long double", "double long", "__int128")):
        return "long double" if base == "double long" else base
    if len(signs) == 1 and base in SIGNED:
        return SIGNED[base] if signs[0] == "signed" else UNSIGNED[base]
    if len(signs) == 1 and base == "__int128":
        return f"{signs[0]} __int128"
    raise token.error("these words make no type")


class TypeParser(Cursor):
    """Types and declarators. Expressions in them are parsed by what derives from it."""

    @abstractmethod
    def conditional(self) -> Expression: ...

    @abstractmethod
    def expression(self) -> Expression: ...

    @abstractmethod
    def arguments(self) -> tuple[Expression, ...]: ...

    @abstractmethod
    def struct(self, token: Token, kind: Literal["struct", "union"]) -> Type: ...

    @abstractmethod
    def enum(self, token: Token) -> Type: ...

    def is_typedef(self, ahead: int = 0) -> bool:
        """Whether a name is that of a type. One that is not known is if it ends in `_t`, and calls nothing (`min_t(...)`)."""
        token = self.peek(ahead)
        name = token.text
        if token.kind != IDENTIFIER or name in self.variables or name in KEYWORDS:
            return False
        if name in self.typedefs:
            return True
        return name.endswith("_t") and (not self.is_operator("(", ahead + 1) or self.is_operator("*", ahead + 2))

    def begins_type(self, ahead: int = 0) -> bool:
        """Whether what stands here can only be a type, or a declaration."""
        token = self.peek(ahead)
        if token.kind != IDENTIFIER:
            return False
        word = SPELLINGS.get(token.text, token.text)
        if word in TYPE_WORDS or word in QUALIFIERS or word in ADDRESS_SPACES or word in STORAGE or word == "_Alignas":
            return True
        return self.is_typedef(ahead)

    def attribute(self, found: list[str]) -> bool:
        """Goes past one attribute if it stands here, and adds its words to `found`."""
        token = self.token
        if token.kind != IDENTIFIER:
            return False
        word = SPELLINGS.get(token.text, token.text)
        if word in ATTRIBUTES:
            self.at += 1
            found.append(word)
        elif (word in ATTRIBUTES_WITH_ARGUMENTS and self.is_operator("(", 1)) or word == "_Alignas":
            self.at += 1
            self.skip_group()
            found.append(word)
        elif word == "__attribute__":
            self.at += 1
            begin = self.at + 2
            self.skip_group()
            found.extend(self.words_of_attribute(begin, self.at - 2))
        elif word == "__extension__":
            self.at += 1
        else:
            return False
        return True

    def words_of_attribute(self, begin: int, end: int) -> list[str]:
        """`packed` and `aligned` of __attribute__((packed, __aligned__(8)))."""
        found = []
        depth = 0
        for token in self.tokens[begin:end]:
            if token.kind == OPERATOR:
                depth += (token.text == "(") - (token.text == ")")
            elif token.kind == IDENTIFIER and depth == 0:
                found.append(token.text.strip("_"))
        return found

    def specifiers(self, what: str = "a type") -> Specifiers:
        """Storage, qualifiers, attributes and the type, in any order. A name that is no known typedef is taken for one if it
        stands where a type must. Raises ModelError if there is no type."""
        first = self.token
        attributes: list[str] = []
        qualifiers: list[str] = []
        simple: list[str] = []
        result: Type | None = None
        while True:
            token = self.token
            if token.kind != IDENTIFIER:
                break
            word = SPELLINGS.get(token.text, token.text)
            if word in STORAGE:
                self.at += 1
                attributes.append(word)
            elif word in QUALIFIERS or word in ADDRESS_SPACES:
                self.at += 1
                qualifiers.append(word)
            elif self.attribute(attributes):
                pass
            elif result is None and (word in SIMPLE_TYPES or word == "__int128"):
                self.at += 1
                simple.append(word)
            elif result is None and not simple and word not in KEYWORDS and self.is_unknown_attribute():
                self.at += 1
                attributes.append(word)
            elif result is None and not simple and (word in TYPE_WORDS or word not in KEYWORDS):
                result = self.one_type(word)
            elif word not in KEYWORDS and word.startswith("__") and self.is_plain_name(1):
                self.at += 1
                attributes.append(word)
            else:
                break
        if simple:
            result = BuiltinType(first.position, (), simple_type(simple, first))
        if result is None:
            raise self.token.error(f"expected {what} before {self.token.shown}")
        return Specifiers(qualified(result, qualifiers), tuple(attributes))

    def is_unknown_attribute(self) -> bool:
        """Whether a word stands here that is no type, since a type stands behind it: a macro that is not known."""
        behind = self.peek()
        word = SPELLINGS.get(behind.text, behind.text)
        return not self.is_typedef() and (word in TYPE_WORDS or self.is_typedef(1))

    def is_plain_name(self, ahead: int) -> bool:
        """Whether a name stands there that is no word about how code is compiled."""
        text = self.peek(ahead).text
        if not self.is_name(ahead) or text in ATTRIBUTES or text in ATTRIBUTES_WITH_ARGUMENTS:
            return False
        return not text.startswith("__") or self.is_operator("(", ahead + 1)

    def attributes(self, found: list[str]) -> None:
        """Goes past all attributes that stand here."""
        while self.attribute(found):
            pass

    def trailing_attributes(self, found: list[str]) -> None:
        """Attributes behind a declarator, where nothing else in two underscores can stand: also those that are not known."""
        while self.attribute(found) or self.assembler_name():
            pass
        while self.is_name() and self.token.text.startswith("__"):
            found.append(self.take().text)
            if self.is_operator("("):
                self.skip_group()
            self.attributes(found)

    def one_type(self, word: str) -> Type:
        token = self.take()
        if word in ("struct", "union"):
            return self.struct(token, "struct" if word == "struct" else "union")
        if word == "enum":
            return self.enum(token)
        if word == "__auto_type":
            return TypeofType(token.position, (), word, None)
        if word in ("typeof", "typeof_unqual"):
            self.expect("(")
            with self.nested(), self.nested():
                operand: Expression | Type = self.type_name() if self.begins_type() else self.expression()
            self.expect(")")
            return TypeofType(token.position, (), word, operand)
        return TypedefType(token.position, (), token.text)

    def pointers(self, base: Type, attributes: list[str]) -> Type:
        """`*`s before a declarator, with their qualifiers."""
        count = 0
        while True:
            token = self.token
            word = SPELLINGS.get(token.text, token.text) if token.kind == IDENTIFIER else ""
            if token.kind == OPERATOR and token.text == "*":
                self.at += 1
                count += 1
                if count > 20:
                    raise token.error("a pointer of more than 20 levels")
                base = PointerType(token.position, (), base)
            elif word in QUALIFIERS or word in ADDRESS_SPACES:
                self.at += 1
                base = qualified(base, [word])
            elif not self.attribute(attributes):
                return base

    def declarator(self, base: Type) -> Declarator:
        """A declarator, abstract or not, with the type that it makes of `base`."""
        with self.nested():
            attributes: list[str] = []
            base = self.pointers(base, attributes)
            if self.is_operator("(") and self.is_inner_declarator():
                return self.parenthesised(base, attributes)
            token = self.token
            if not self.is_name():
                return Declarator(None, self.suffixes(base), tuple(attributes), token)
            self.at += 1
            result = self.suffixes(base)
            self.trailing_attributes(attributes)
            return Declarator(token.text, result, tuple(attributes), token)

    def is_inner_declarator(self) -> bool:
        """Whether a parenthesis opens a declarator, not the parameters of a function without a name."""
        ahead = self.peek()
        if ahead.kind == OPERATOR:
            return ahead.text in ("*", "(", "[")
        if self.is_name(1) and self.is_operator(")", 2) and self.is_operator("(", 3):
            return True
        return (
            ahead.kind == IDENTIFIER and not self.begins_type(1) and ahead.text not in ATTRIBUTES and ahead.text not in KEYWORDS
        )

    def parenthesised(self, base: Type, attributes: list[str]) -> Declarator:
        """`(*name)(parameters)`, `(*name[2])(...)`, `(name)(...)`: the inner one applies to what the outer suffixes make."""
        self.take()
        begin = self.at
        depth = 1
        while depth:
            token = self.take()
            if token.kind == OPERATOR:
                depth += (token.text == "(") - (token.text == ")")
                if depth > NESTING:
                    raise token.error(f"this is nested more than {NESTING} deep")
        outer = self.suffixes(base)
        self.attributes(attributes)
        end, self.at = self.at, begin
        inner = self.declarator(outer)
        self.expect(")")
        self.at = end
        return Declarator(inner.name, pointed(inner.type), inner.attributes + tuple(attributes), inner.token)

    def assembler_name(self) -> bool:
        """`asm("name")` behind a declarator."""
        if self.token.kind == IDENTIFIER and SPELLINGS.get(self.token.text, self.token.text) == "asm":
            if self.is_operator("(", 1) and self.peek(2).kind == STRING:
                raise self.token.error("a name for the assembler is not supported")
        return False

    def suffixes(self, base: Type) -> Type:
        """`[n]` and `(parameters)` behind a declarator; the first applies last."""
        found: list[tuple[Position, Expression | tuple[tuple[Parameter, ...], bool] | None]] = []
        while True:
            token = self.token
            if self.accept("["):
                length = None if self.is_operator("]") else self.conditional()
                self.expect("]")
                found.append((token.position, length))
            elif self.is_operator("("):
                self.take()
                found.append((token.position, self.parameters()))
            else:
                break
            if len(found) > 20:
                raise token.error("a declarator of more than 20 parts")
        for position, part in reversed(found):
            if isinstance(part, tuple):
                base = FunctionType(position, (), base, *part)
            else:
                base = ArrayType(position, (), base, part)
        return base

    def parameters(self) -> tuple[tuple[Parameter, ...], bool]:
        """The parameters of a function, past the closing parenthesis; and whether `...` ends them."""
        found: list[Parameter] = []
        if self.accept(")"):
            return (), False
        if self.is_word("void") and self.is_operator(")", 1):
            self.at += 2
            return (), False
        while True:
            if self.accept("..."):
                self.expect(")")
                return tuple(found), True
            specifiers = self.specifiers("a parameter's type")
            declarator = self.declarator(specifiers.type)
            attributes = specifiers.attributes + declarator.attributes
            found.append(Parameter(declarator.token.position, declarator.name, declarator.type, attributes))
            if not self.accept(","):
                break
        self.expect(")")
        return tuple(found), False

    def type_name(self) -> Type:
        """A type without a name, as in a cast."""
        specifiers = self.specifiers()
        declarator = self.declarator(specifiers.type)
        if declarator.name is not None:
            raise declarator.token.error(f"expected a type without the name {declarator.token.shown}")
        return declarator.type


def qualified(base: Type, qualifiers: list[str]) -> Type:
    if not qualifiers:
        return base
    return replace(base, qualifiers=(*base.qualifiers, *qualifiers))


def pointed(result: Type) -> Type:
    """A pointer to a function is a type of its own."""
    if isinstance(result, PointerType) and isinstance(function := result.target, FunctionType):
        return FunctionPointerType(result.position, result.qualifiers, function.result, function.parameters, function.variadic)
    if isinstance(result, PointerType):
        return replace(result, target=pointed(result.target))
    if isinstance(result, ArrayType):
        return ArrayType(result.position, result.qualifiers, pointed(result.element), result.length)
    return result
