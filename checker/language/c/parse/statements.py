# SPDX-License-Identifier: GPL-2.0-only
"""Parses statements (C11 6.8), with the kernel's loops and guards that macros make."""

from __future__ import annotations

from collections.abc import Sequence

from checker.language.c.lexical.tokens import IDENTIFIER, OPERATOR, Token
from checker.language.c.lexical.words import ATTRIBUTES, ITERATORS, KEYWORDS, MACRO_NAME, SPELLINGS, STATEMENT_WORDS
from checker.language.c.parse.expressions import ExpressionParser
from checker.language.c.parse.types import Specifiers
from checker.language.c.syntax import (
    Asm,
    Break,
    Case,
    Compound,
    Continue,
    Declaration,
    Default,
    DoWhile,
    Empty,
    Expression,
    ExpressionStatement,
    For,
    Goto,
    GuardStatement,
    If,
    IteratorLoop,
    Label,
    MacroDeclaration,
    Return,
    ScopedGuard,
    Statement,
    Switch,
    TaggedType,
    TypeDeclaration,
    While,
)

AFTER_DECLARED = frozenset({";", "=", ",", "[", ")", ":"})


class StatementParser(ExpressionParser):
    """Statements and the declarations of blocks."""

    def compound(self) -> Compound:
        opening = self.expect("{")
        with self.nested():
            outer = set(self.variables)
            statements = self.statements(opening)
            self.variables = outer
        end = self.expect("}")
        return Compound(opening.position, tuple(statements), end.position)

    def statements(self, opening: Token) -> list[Statement]:
        found: list[Statement] = []
        while not self.is_operator("}"):
            if self.at_end:
                raise opening.error("`{` is not closed")
            found.extend(self.statement())
        return found

    def body(self) -> Statement:
        """The statement that another one governs. Of several (a label and what it marks) it makes a block."""
        with self.nested():
            token = self.token
            found = self.labelled()
            return found[0] if len(found) == 1 else Compound(token.position, tuple(found), token.position)

    def labelled(self) -> list[Statement]:
        """A statement with the labels before it."""
        found = list(self.statement())
        while isinstance(found[-1], Label | Case | Default):
            found.extend(self.statement())
        return found

    def statement(self) -> Sequence[Statement]:
        """One statement or label, or the declarators of one declaration."""
        token = self.token
        if token.kind == OPERATOR:
            if token.text == "{":
                return (self.compound(),)
            if token.text == ";":
                self.at += 1
                return (Empty(token.position),)
        elif token.kind == IDENTIFIER:
            word = SPELLINGS.get(token.text, token.text)
            if word in STATEMENT_WORDS:
                return (self.keyword_statement(word),)
            if word not in KEYWORDS:
                if self.is_operator(":", 1):
                    self.at += 2
                    attributes: list[str] = []
                    self.attributes(attributes)
                    return (Label(token.position, token.text),)
                if self.is_operator("(", 1) and (special := self.macro_statement()):
                    return (special,)
            if self.begins_declaration():
                return self.declaration()
        expression = self.expression()
        self.expect(";")
        return (ExpressionStatement(token.position, expression),)

    def macro_statement(self) -> Statement | None:
        """A loop or guard of the kernel; None if an expression stands here. A block behind what looks like a call can only be the
        body of a loop."""
        token = self.token
        if token.text in ("scoped_guard", "scoped_cond_guard"):
            return self.scoped_guard()
        if token.text == "guard":
            self.at += 2
            kind = self.name("the kind of a lock").text
            self.expect(")")
            self.expect("(")
            arguments = self.arguments()
            self.expect(";")
            return GuardStatement(token.position, kind, arguments)
        begin = self.at
        self.at += 1
        self.skip_group()
        is_loop = self.is_operator("{") or (ITERATORS.fullmatch(token.text) is not None and not self.is_operator(";"))
        self.at = begin
        if not is_loop:
            return None
        self.at += 2
        arguments = self.arguments()
        return IteratorLoop(token.position, token.text, arguments, self.body())

    def scoped_guard(self) -> Statement:
        token = self.take()
        self.take()
        kind = self.name("the kind of a lock").text
        failure: Statement | None = None
        if token.text == "scoped_cond_guard":
            self.expect(",")
            failure = self.guard_failure()
        arguments: tuple[Expression, ...] = ()
        if self.accept(","):
            arguments = self.arguments()
        else:
            self.expect(")")
        return ScopedGuard(token.position, kind, arguments, self.body(), failure)

    def guard_failure(self) -> Statement:
        """The statement without semicolon that scoped_cond_guard has as its second argument."""
        token = self.token
        if self.is_operator(","):
            return Empty(token.position)
        word = token.text
        if word in ("break", "continue"):
            self.at += 1
            return Break(token.position) if word == "break" else Continue(token.position)
        if word == "goto":
            self.at += 1
            return Goto(token.position, self.name("a label").text)
        if word == "return":
            self.at += 1
            from_here = None if self.is_operator(",") else self.assignment()
            return Return(token.position, from_here)
        expression = self.assignment()
        return ExpressionStatement(expression.position, expression)

    def keyword_statement(self, word: str) -> Statement:
        token = self.take()
        at = token.position
        if word == "if":
            return self.if_chain(token)
        if word == "for":
            return self.for_loop(token)
        if word == "while":
            test = self.parenthesised_expression()
            return While(at, test, self.body())
        if word == "do":
            body = self.body()
            self.expect("while")
            test = self.parenthesised_expression()
            self.expect(";")
            return DoWhile(at, body, test)
        if word == "switch":
            value = self.parenthesised_expression()
            return Switch(at, value, self.body())
        if word == "else":
            raise token.error("`else` without `if`")
        if word == "asm":
            return self.assembler(token)
        if word == "case":
            value = self.conditional()
            last = self.conditional() if self.accept("...") else None
            self.expect(":")
            return Case(at, value, last)
        if word == "default":
            self.expect(":")
            return Default(at)
        return self.jump(token, word)

    def jump(self, token: Token, word: str) -> Statement:
        at = token.position
        result: Statement
        if word == "return":
            result = Return(at, None if self.is_operator(";") else self.expression())
        elif word == "goto" and self.accept("*"):
            result = Goto(at, "", self.expression())
        elif word == "goto":
            result = Goto(at, self.name("a label").text)
        else:
            result = Break(at) if word == "break" else Continue(at)
        self.expect(";")
        return result

    def if_chain(self, token: Token) -> Statement:
        """An `if` with all its `else if`s, without recursion: chains are long at times."""
        branches: list[tuple[Token, Expression, Statement]] = []
        otherwise: Statement | None = None
        while True:
            test = self.parenthesised_expression()
            branches.append((token, test, self.body()))
            if not self.accept("else"):
                break
            if not self.is_word("if"):
                otherwise = self.body()
                break
            token = self.take()
        for token, test, then in reversed(branches):
            otherwise = If(token.position, test, then, otherwise)
        assert otherwise is not None
        return otherwise

    def parenthesised_expression(self) -> Expression:
        self.expect("(")
        with self.nested():
            result = self.expression()
        self.expect(")")
        return result

    def for_loop(self, token: Token) -> Statement:
        self.expect("(")
        outer = set(self.variables)
        initial: Sequence[Statement] = ()
        if self.begins_declaration():
            initial = self.declaration()
        elif not self.accept(";"):
            expression = self.expression()
            self.expect(";")
            initial = (ExpressionStatement(expression.position, expression),)
        test = None if self.is_operator(";") else self.expression()
        self.expect(";")
        step = None if self.is_operator(")") else self.expression()
        self.expect(")")
        body = self.body()
        self.variables = outer
        return For(token.position, tuple(initial), test, step, body)

    def assembler(self, token: Token) -> Statement:
        while self.token.kind == IDENTIFIER and self.token.text.strip("_") in ("volatile", "goto", "inline"):
            self.at += 1
        self.skip_group()
        self.expect(";")
        return Asm(token.position)

    def begins_declaration(self) -> bool:
        """Whether a declaration stands here. `name name` and `name *name` before what ends a declarator are one, if the first
        name is no variable."""
        token = self.token
        if token.kind != IDENTIFIER:
            return False
        if token.text in ATTRIBUTES or token.text == "__attribute__":
            return True
        if self.begins_type():
            behind = self.peek()
            return (
                token.text in KEYWORDS
                or behind.kind == IDENTIFIER
                or (behind.kind == OPERATOR and behind.text in ("*", "(", ";"))
            )
        if not self.is_name() or token.text in self.variables:
            return False
        ahead = 1
        while self.is_operator("*", ahead):
            ahead += 1
        if not self.is_name(ahead):
            return False
        end = self.peek(ahead + 1)
        if ahead == 1:
            return (end.kind == OPERATOR and end.text in AFTER_DECLARED) or end.kind == IDENTIFIER
        return end.kind == OPERATOR and end.text in AFTER_DECLARED

    def declaration(self) -> list[Statement]:
        """A declaration with its semicolon: one statement for each declarator."""
        token = self.token
        if token.text == "__attribute__":
            begin, words = self.at, list[str]()
            self.attributes(words)
            if words == ["fallthrough"] and self.accept(";"):
                return [Empty(token.position)]
            self.at = begin
        if macro := self.macro_declaration():
            return [macro]
        specifiers = self.specifiers()
        if self.accept(";"):
            return [self.type_declaration(token, specifiers)]
        found: list[Statement] = []
        while True:
            declarator = self.declarator(specifiers.type)
            if declarator.name is None:
                raise self.token.error(f"expected a name before {self.token.shown}")
            if "typedef" in specifiers.attributes:
                self.typedefs |= {declarator.name}
                self.variables.discard(declarator.name)
            else:
                self.variables.add(declarator.name)
            attributes = specifiers.attributes + declarator.attributes
            initialiser = self.initialiser() if self.accept("=") else None
            found.append(Declaration(declarator.token.position, declarator.name, declarator.type, initialiser, attributes))
            if not self.accept(","):
                break
        self.expect(";")
        return found

    def macro_declaration(self) -> Statement | None:
        """`static MACRO(arguments);`, or None."""
        begin = self.at
        words: list[str] = []
        while self.is_word("static") or self.attribute(words):
            if self.accept("static"):
                words.append("static")
        token = self.token
        if not words or MACRO_NAME.fullmatch(token.text) is None or not self.is_operator("(", 1):
            self.at = begin
            return None
        self.at += 2
        arguments = self.arguments()
        self.expect(";")
        return MacroDeclaration(token.position, token.text, arguments, tuple(words))

    @staticmethod
    def type_declaration(token: Token, specifiers: Specifiers) -> Statement:
        """A declaration without declarators."""
        if isinstance(specifiers.type, TaggedType) and specifiers.type.definition is not None:
            return TypeDeclaration(token.position, specifiers.type.definition)
        if isinstance(specifiers.type, TaggedType):
            return Empty(token.position)
        raise token.error("a declaration that declares nothing")
