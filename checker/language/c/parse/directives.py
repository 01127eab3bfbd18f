# SPDX-License-Identifier: GPL-2.0-only
"""The preprocessor's directives (C11 6.10): decides what is compiled and collects macros. Nothing is included or expanded
here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, unique

from checker.language.c.lexical.configuration import Configuration
from checker.language.c.lexical.macros import Entry, Expander, MacroDefinition, Macros
from checker.language.c.lexical.tokens import IDENTIFIER, OPERATOR, STRING, Row, Token, Undecided
from checker.language.c.parse.conditions import decide, defined
from checker.language.c.syntax import Position

IGNORED = frozenset({"pragma", "warning", "ident"})
DEEPEST = 100


@unique
class Fork(Enum):
    """Where undecided alternatives begin, where the next one does, and where they end."""

    OPEN = "open"
    NEXT = "next"
    CLOSE = "close"


@dataclass(frozen=True)
class Include:
    """#include: name with its quotes or brackets, as written."""

    name: str
    position: Position


@dataclass(frozen=True)
class Note:
    """What a verdict should say about how a file was read."""

    position: Position
    what: str


@dataclass
class Conditional:
    """An #if whose #endif is to come. opening: its token. outer: the state around it. taken: a branch is certainly compiled.
    doubt: why it is not known whether an earlier branch is. forked: alternatives that are not decided have begun."""

    opening: Token
    outer: bool | Undecided
    taken: bool = False
    doubt: Undecided | None = None
    forked: bool = False
    last: bool = False


@dataclass
class Text:
    """What directives leave of a file. stream: the tokens that are, or may be, compiled. directives, left_out: lines of
    directives, and of text that is not compiled."""

    stream: list[Token | Fork] = field(default_factory=list)
    includes: list[Include] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    directives: set[int] = field(default_factory=set)
    left_out: set[int] = field(default_factory=set)


class Preprocessor:
    """Goes through the rows of one fragment of a file. partial: conditionals may begin and end outside of it."""

    def __init__(self, values: Configuration, macros: Macros, others: Mapping[str, Entry], partial: bool) -> None:
        self.expander = Expander(macros, others, values)
        self.macros = macros
        self.partial = partial
        self.text = Text()
        self.open: list[Conditional] = []
        self.state: bool | Undecided = True

    def run(self, rows: Sequence[Row]) -> Text:
        for number, row in enumerate(rows):
            if row.is_directive:
                self.text.directives.update(token.line.number for token in row.tokens)
                if len(row.tokens) > 1:
                    self.directive(row.tokens, rows[number + 1] if number + 1 < len(rows) else None)
            elif self.state is False:
                self.text.left_out.update(token.line.number for token in row.tokens)
            else:
                if isinstance(self.state, Undecided):
                    for token in row.tokens:
                        token.undecided = self.state
                self.text.stream.extend(row.tokens)
        if self.open and not self.partial:
            raise self.open[-1].opening.error("`#if` without `#endif`")
        return self.text

    def directive(self, row: Sequence[Token], following: Row | None) -> None:
        name, rest = row[1], row[2:]
        word = name.text
        if word in ("if", "ifdef", "ifndef"):
            self.begin(name, rest, following)
        elif word in ("elif", "else"):
            self.next(name, rest)
        elif word == "endif":
            self.end(name)
        elif self.state is False or word in IGNORED:
            return
        elif word == "define":
            self.define(name, rest)
        elif word == "undef":
            target = self.macro_name(name, rest)
            self.macros.set(target.text, name.line.number, self.state if isinstance(self.state, Undecided) else None)
        elif word == "include":
            self.text.includes.append(Include(included(rest), name.position))
        elif word == "error":
            if self.state is True:
                raise name.error("#error is reached: does the configuration fit?")
        else:
            raise name.error(f"the directive {name.shown} is not supported")

    @staticmethod
    def macro_name(directive: Token, rest: Sequence[Token]) -> Token:
        if not rest or rest[0].kind != IDENTIFIER or rest[0].text == "defined":
            raise (rest[0] if rest else directive).error(f"expected the name of a macro behind `#{directive.text}`")
        return rest[0]

    def begin(self, directive: Token, rest: Sequence[Token], following: Row | None) -> None:
        if len(self.open) >= DEEPEST:
            raise directive.error(f"conditionals are nested more than {DEEPEST} deep")
        frame = Conditional(directive, self.state)
        self.open.append(frame)
        if self.state is not False:
            self.enter(frame, self.condition(directive, rest, following))

    def condition(self, directive: Token, rest: Sequence[Token], following: Row | None) -> bool | Undecided:
        if directive.text in ("if", "elif"):
            return decide(rest, directive, self.expander)
        name = self.macro_name(directive, rest)
        truth = defined(name, self.expander)
        if directive.text == "ifdef":
            return truth
        if isinstance(truth, Undecided):
            return True if defines(following, name.text) and not name.text.startswith("CONFIG_") else truth
        return not truth

    def enter(self, frame: Conditional, truth: bool | Undecided) -> None:
        """A branch begins, whose own condition is `truth`."""
        before = frame.forked
        if frame.taken or truth is False:
            self.state = False
        elif frame.doubt is not None:
            self.state = frame.doubt
            frame.taken = truth is True
        elif isinstance(truth, Undecided):
            self.state = frame.doubt = truth
            frame.forked = True
        else:
            self.state = frame.outer
            frame.taken = True
        if frame.forked:
            self.text.stream.append(Fork.NEXT if before else Fork.OPEN)

    def next(self, directive: Token, rest: Sequence[Token]) -> None:
        if not self.open:
            self.unmatched(directive)
            outside = Undecided(f"#if outside of the hunk, of this #{directive.text}", directive.position)
            frame = Conditional(directive, self.state, doubt=outside, forked=True, last=directive.text == "else")
            self.open.append(frame)
            self.text.stream.append(Fork.OPEN)
            self.state = outside
            return
        frame = self.open[-1]
        if frame.last:
            raise directive.error(f"`#{directive.text}` behind `#else`")
        frame.last = directive.text == "else"
        if frame.outer is not False:
            skipped = frame.taken and directive.text == "elif"
            self.enter(frame, directive.text == "else" or (not skipped and self.condition(directive, rest, None)))

    def end(self, directive: Token) -> None:
        if not self.open:
            self.unmatched(directive)
            return
        frame = self.open.pop()
        self.state = frame.outer
        if frame.forked:
            self.text.stream.append(Fork.CLOSE)

    def unmatched(self, directive: Token) -> None:
        if not self.partial:
            raise directive.error(f"`#{directive.text}` without `#if`")
        what = f"`#{directive.text}` belongs to an `#if` outside of the hunk: the text before it is taken to be compiled"
        self.text.notes.append(Note(directive.position, what))

    def define(self, directive: Token, rest: Sequence[Token]) -> None:
        name = self.macro_name(directive, rest)
        parameters: tuple[str, ...] | None = None
        variadic = False
        body = rest[1:]
        if body and body[0].text == "(" and body[0].kind == OPERATOR and not body[0].space:
            parameters, variadic, body = macro_parameters(body, name)
        line = directive.line.number
        if isinstance(self.state, Undecided):
            self.macros.set(name.text, line, self.state)
        else:
            self.macros.set(name.text, line, MacroDefinition(name.text, parameters, variadic, tuple(body), name.position))


def macro_parameters(tokens: Sequence[Token], name: Token) -> tuple[tuple[str, ...], bool, Sequence[Token]]:
    """The parameters of a #define from its parenthesis on, whether the last one takes all that is left, and the body."""
    found: list[str] = []
    at = 1
    if len(tokens) > 1 and tokens[1].text == ")":
        return (), False, tokens[2:]
    while at + 1 < len(tokens):
        token, behind = tokens[at], tokens[at + 1]
        variadic = token.text == "..."
        if token.kind == IDENTIFIER and behind.text == "...":
            variadic = True
            at += 1
            behind = tokens[at + 1] if at + 1 < len(tokens) else behind
        if (not variadic and token.kind != IDENTIFIER) or token.text in found:
            break
        found.append("__VA_ARGS__" if token.text == "..." else token.text)
        if behind.text == ")":
            return tuple(found), variadic, tokens[at + 2 :]
        if behind.text != "," or variadic:
            break
        at += 2
    raise name.error(f"the parameters of the macro `{name.text}` are malformed")


def included(rest: Sequence[Token]) -> str:
    if rest and rest[0].kind == STRING:
        return rest[0].text
    return "".join(token.text for token in rest)


def defines(row: Row | None, name: str) -> bool:
    """Whether a row is `#define name`: behind `#ifndef name` it guards a header, or gives a default."""
    return row is not None and row.is_directive and [token.text for token in row.tokens[1:3]] == ["define", name]
