# SPDX-License-Identifier: GPL-2.0-only
"""A place in a sequence of tokens, and what all parts of the parser do with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from checker.language.c.lexical.tokens import BAD, END, IDENTIFIER, OPERATOR, Token
from checker.language.c.lexical.words import KEYWORDS
from checker.language.c.syntax import Node, Position
from checker.language.c.syntax.walking import depth

NESTING = 100
"""How deep parentheses, blocks, declarators and initialisers may be nested in each other. The kernel's stay below 20; every pass
over the tree is recursive, and so is this one."""


DEEPEST_TREE = 200
"""How deep a tree may be. Chains of operators make it deep without nesting anything in the text."""


def check_depth(node: Node, token: Token) -> None:
    """Raises ModelError, at the token, for a tree that is too deep."""
    if depth(node) > DEEPEST_TREE:
        raise token.error(f"operators or statements are nested more than {DEEPEST_TREE} deep")


class Cursor:
    """tokens: all that can be read, without the end. typedefs: names that are known to be types."""

    def __init__(self, tokens: Sequence[Token], end: Token, typedefs: frozenset[str]) -> None:
        self.tokens = [*tokens, end, end, end, end]
        self.at = 0
        self.last = len(tokens)
        self.typedefs = typedefs
        self.variables: set[str] = set()
        self.depth = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    @property
    def position(self) -> Position:
        return self.tokens[self.at].position

    @property
    def at_end(self) -> bool:
        return self.at >= self.last

    def peek(self, ahead: int = 1) -> Token:
        return self.tokens[min(self.at + ahead, self.last)]

    def is_operator(self, text: str, ahead: int = 0) -> bool:
        token = self.tokens[self.at + ahead] if ahead < 3 else self.peek(ahead)
        return token.text == text and token.kind == OPERATOR

    def is_word(self, text: str) -> bool:
        token = self.tokens[self.at]
        return token.text == text and token.kind == IDENTIFIER

    def is_name(self, ahead: int = 0) -> bool:
        """Whether an identifier that is no keyword stands here."""
        token = self.peek(ahead)
        return token.kind == IDENTIFIER and token.text not in KEYWORDS

    def take(self) -> Token:
        token = self.tokens[self.at]
        if token.kind == END:
            raise token.error("the text ends too early")
        self.at += 1
        return token

    def accept(self, text: str) -> bool:
        """Goes past an operator or keyword if it stands here."""
        token = self.tokens[self.at]
        if token.text == text and token.kind in (OPERATOR, IDENTIFIER):
            self.at += 1
            return True
        return False

    def expect(self, text: str) -> Token:
        token = self.tokens[self.at]
        if token.text != text or token.kind not in (OPERATOR, IDENTIFIER):
            raise token.error(f"expected `{text}` before {token.shown}")
        self.at += 1
        return token

    def name(self, what: str) -> Token:
        """An identifier that is no keyword. what: it is, for the error."""
        if not self.is_name():
            raise self.token.error(f"expected {what} before {self.token.shown}")
        return self.take()

    def skip_group(self) -> None:
        """Goes past a group in parentheses, whatever is in it."""
        opening = self.expect("(")
        depth = 1
        while depth:
            token = self.token
            if token.kind == END:
                raise opening.error("`(` is not closed")
            if token.kind == BAD:
                raise token.error("")
            if token.kind == OPERATOR:
                depth += (token.text == "(") - (token.text == ")")
            self.at += 1

    @contextmanager
    def nested(self) -> Iterator[None]:
        """Counts a level of nesting. Raises ModelError if there are too many."""
        self.enter()
        try:
            yield
        finally:
            self.depth -= 1

    def enter(self) -> None:
        self.depth += 1
        if self.depth > NESTING:
            raise self.token.error(f"this is nested more than {NESTING} deep")
