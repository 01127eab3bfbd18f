# SPDX-License-Identifier: GPL-2.0-only
"""Parses expressions (C11 6.5) and initialisers (6.7.9), by recursive descent and precedence."""

from __future__ import annotations

from abc import abstractmethod
from typing import Literal, cast

from checker.language.c.lexical.literals import character, number
from checker.language.c.lexical.tokens import CHARACTER, IDENTIFIER, NUMBER, OPERATOR, STRING, Token
from checker.language.c.lexical.words import KEYWORDS, SPELLINGS
from checker.language.c.parse.structs import StructParser
from checker.language.c.syntax import (
    Assign,
    Binary,
    Call,
    Cast,
    Comma,
    CompoundLiteral,
    Conditional,
    Designator,
    Expression,
    GenericSelection,
    Increment,
    Index,
    InitialiserItem,
    InitialiserList,
    LabelAddress,
    Member,
    Name,
    SizeofExpression,
    SizeofType,
    StatementExpression,
    String,
    Type,
    TypeArgument,
    Unary,
)
from checker.language.c.syntax.statements import Compound

LEVELS = (
    ("||",),
    ("&&",),
    ("|",),
    ("^",),
    ("&",),
    ("==", "!="),
    ("<", ">", "<=", ">="),
    ("<<", ">>"),
    ("+", "-"),
    ("*", "/", "%"),
)
PRECEDENCE = {operator: level for level, operators in enumerate(LEVELS, start=1) for operator in operators}
ASSIGNMENTS = frozenset({"=", "*=", "/=", "%=", "+=", "-=", "<<=", ">>=", "&=", "^=", "|="})
PREFIXES = frozenset("+-!~&*")
AFTER_CAST = frozenset({"!", "~"})
TYPE_ENDS = frozenset({",", ")"})
Keyword = Literal["sizeof", "_Alignof"]


class ExpressionParser(StructParser):
    """Expressions. Blocks in them are parsed by what derives from it."""

    @abstractmethod
    def compound(self) -> Compound: ...

    def expression(self) -> Expression:
        """An expression, commas included."""
        left = self.assignment()
        while self.is_operator(","):
            at = self.take().position
            left = Comma(at, left, self.assignment())
        return left

    def assignment(self) -> Expression:
        self.enter()
        left = self.conditional()
        token = self.token
        if token.kind == OPERATOR and token.text in ASSIGNMENTS:
            self.at += 1
            left = Assign(token.position, token.text, left, self.assignment())  # type: ignore[arg-type]
        self.depth -= 1
        return left

    def conditional(self) -> Expression:
        test = self.binary(self.unary(), 1)
        token = self.token
        if not (token.kind == OPERATOR and token.text == "?"):
            return test
        with self.nested():
            self.at += 1
            then = None if self.is_operator(":") else self.expression()
            self.expect(":")
            return Conditional(token.position, test, then, self.conditional())

    def binary(self, left: Expression, lowest: int) -> Expression:
        """What begins with the operand `left` and has operators of the precedence `lowest` or above."""
        while True:
            token = self.token
            level = PRECEDENCE.get(token.text, 0) if token.kind == OPERATOR else 0
            if level < lowest or not level:
                return left
            self.at += 1
            right = self.unary()
            while self.token.kind == OPERATOR and PRECEDENCE.get(self.token.text, 0) > level:
                with self.nested():
                    right = self.binary(right, level + 1)
            left = Binary(token.position, token.text, left, right)  # type: ignore[arg-type]

    def unary(self) -> Expression:
        token = self.token
        text = token.text
        if token.kind == OPERATOR:
            if text == "(":
                return self.cast_or_postfix()
            if text in PREFIXES:
                with self.nested():
                    self.at += 1
                    return Unary(token.position, text, self.unary())  # type: ignore[arg-type]
            if text in ("++", "--"):
                with self.nested():
                    self.at += 1
                    return Increment(token.position, cast('Literal["++", "--"]', text), self.unary(), True)
            if text == "&&":
                self.at += 1
                return LabelAddress(token.position, self.name("a label").text)
        elif token.kind == IDENTIFIER:
            word = SPELLINGS.get(text, text)
            if word in ("sizeof", "_Alignof"):
                return self.sizeof(cast("Keyword", word))
            if word == "__extension__":
                with self.nested():
                    self.at += 1
                    return self.unary()
        return self.postfix(self.primary())

    def sizeof(self, keyword: Keyword) -> Expression:
        with self.nested():
            token = self.take()
            if self.is_operator("(") and self.is_cast():
                self.take()
                type_ = self.type_name()
                self.expect(")")
                if not self.is_operator("{"):
                    return SizeofType(token.position, type_, keyword)
                literal = CompoundLiteral(token.position, type_, self.initialiser_list())
                return SizeofExpression(token.position, self.postfix(literal), keyword)
            return SizeofExpression(token.position, self.unary(), keyword)

    def cast_or_postfix(self) -> Expression:
        """What an opening parenthesis begins: a cast, a compound literal, a statement expression or a group."""
        with self.nested():
            token = self.token
            if self.is_operator("{", 1):
                self.at += 1
                body = self.compound()
                self.expect(")")
                return self.postfix(StatementExpression(token.position, body))
            if not self.is_cast():
                self.at += 1
                inner = self.expression()
                self.expect(")")
                return self.postfix(inner)
            self.at += 1
            type_ = self.type_name()
            self.expect(")")
            if self.is_operator("{"):
                return self.postfix(CompoundLiteral(token.position, type_, self.initialiser_list()))
            return Cast(token.position, type_, self.unary())

    def is_cast(self) -> bool:
        """Whether the parenthesis that stands here holds a type. Of a name that is not known, `(name *)` and `(name)` before what
        can only be an operand do."""
        if self.begins_type(1):
            return True
        if not self.is_name(1) or self.peek(1).text in self.variables:
            return False
        ahead = 2
        while self.is_operator("*", ahead):
            ahead += 1
        if not self.is_operator(")", ahead):
            return False
        behind = self.peek(ahead + 1)
        if ahead > 2 or behind.kind in (NUMBER, STRING, CHARACTER):
            return True
        if behind.kind == IDENTIFIER:
            return behind.text not in KEYWORDS or behind.text == "sizeof"
        return behind.kind == OPERATOR and behind.text in AFTER_CAST

    def postfix(self, base: Expression) -> Expression:
        """What calls, indices, members and increments make of a primary expression."""
        while True:
            token = self.token
            if token.kind != OPERATOR:
                return base
            text = token.text
            if text == "(":
                self.at += 1
                base = Call(base.position, base, self.arguments())
            elif text == "[":
                self.at += 1
                with self.nested():
                    index = self.expression()
                self.expect("]")
                base = Index(token.position, base, index)
            elif text in (".", "->"):
                self.at += 1
                base = Member(token.position, base, self.name("a member").text, text == "->")
            elif text in ("++", "--"):
                self.at += 1
                base = Increment(token.position, cast('Literal["++", "--"]', text), base, False)
            else:
                return base

    def primary(self) -> Expression:
        token = self.token
        if token.kind == IDENTIFIER:
            if token.text == "_Generic":
                self.at += 1
                return self.generic(token)
            if token.text not in KEYWORDS:
                if self.peek().kind == STRING or (self.is_name(1) and self.peek(2).kind == STRING):
                    return self.string()
                self.at += 1
                return Name(token.position, token.text)
        elif token.kind == NUMBER:
            self.at += 1
            return number(token)
        elif token.kind == STRING:
            return self.string()
        elif token.kind == CHARACTER:
            self.at += 1
            return character(token)
        raise token.error(f"expected an expression before {token.shown}")

    def string(self) -> String:
        """Adjacent literals, and names between them."""
        first = self.token
        parts: list[str] = []
        macros: list[str] = []
        while self.token.kind == STRING or self.is_name():
            token = self.take()
            if token.kind == STRING:
                parts.append(token.text[1:-1])
            else:
                macros.append(token.text)
        return String(first.position, "".join(parts), tuple(macros))

    def generic(self, token: Token) -> Expression:
        begin = self.at
        self.skip_group()
        end, self.at = self.at, begin + 1
        selector = self.assignment()
        self.at = end
        return GenericSelection(token.position, selector)

    def arguments(self) -> tuple[Expression, ...]:
        """Arguments of a call, past the closing parenthesis. Macros that are not known take types too."""
        if self.accept(")"):
            return ()
        found = []
        with self.nested():
            while True:
                found.append(self.argument())
                if not self.accept(","):
                    break
            self.expect(")")
        return tuple(found)

    def argument(self) -> Expression:
        token = self.token
        type_: Type | None = None
        if self.begins_type() and not self.is_typed_name():
            type_ = self.type_name()
        elif self.is_name() and token.text not in self.variables and self.is_operator("*", 1):
            ahead = 1
            while self.is_operator("*", ahead):
                ahead += 1
            end = self.peek(ahead)
            if end.kind == OPERATOR and end.text in TYPE_ENDS:
                type_ = self.type_name()
        if type_ is not None:
            return TypeArgument(token.position, type_)
        return self.assignment()

    def is_typed_name(self) -> bool:
        """Whether a name that looks like a typedef is used as a variable: an operator of an expression follows."""
        behind = self.peek()
        if self.token.text in self.typedefs or behind.kind != OPERATOR:
            return False
        return (behind.text in PRECEDENCE and behind.text != "*") or behind.text in ("->", ".", "[", "?", "++", "--")

    def initialiser(self) -> Expression:
        """What stands behind `=` in a declaration."""
        return self.initialiser_list() if self.is_operator("{") else self.assignment()

    def initialiser_list(self) -> InitialiserList:
        opening = self.expect("{")
        items: list[InitialiserItem] = []
        with self.nested():
            while not self.is_operator("}"):
                token = self.token
                designators: list[Designator] = []
                while self.is_operator(".") or self.is_operator("["):
                    designators.append(self.designator())
                if designators:
                    self.accept("=")
                items.append(InitialiserItem(token.position, tuple(designators), self.initialiser()))
                if not self.accept(","):
                    break
            self.expect("}")
        return InitialiserList(opening.position, tuple(items))

    def designator(self) -> Designator:
        token = self.take()
        if token.text == ".":
            return Designator(token.position, self.name("a member").text)
        first = self.conditional()
        last = self.conditional() if self.accept("...") else None
        self.expect("]")
        return Designator(token.position, None, first, last)
