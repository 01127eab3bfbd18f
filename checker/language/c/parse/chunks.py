# SPDX-License-Identifier: GPL-2.0-only
"""Cuts the text of a file into chunks, one for each thing at file scope, by matching braces. Most chunks are never parsed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum, unique
from typing import TypeAlias

from checker.language.c.lexical.configuration import Configuration
from checker.language.c.lexical.macros import Macros
from checker.language.c.lexical.tokens import IDENTIFIER, OPERATOR, Token, Undecided
from checker.language.c.lexical.words import ATTRIBUTES, ATTRIBUTES_WITH_ARGUMENTS, KEYWORDS, KNOWN_TYPEDEFS, MACRO_NAME
from checker.language.c.parse.directives import Fork
from checker.language.c.syntax import Position

NO_MACROS = KEYWORDS | ATTRIBUTES | ATTRIBUTES_WITH_ARGUMENTS
GIVE_BASE = "give the rest of the file with --base"


@unique
class ChunkKind(Enum):
    """FUNCTION: has a body. DECLARATION: anything else that is whole. INSIDE_...: what a hunk shows of a function, of a struct or
    union, or of an enum that begins or ends outside of it. BROKEN: cut off, or its braces do not match."""

    FUNCTION = "function"
    DECLARATION = "declaration"
    INSIDE_FUNCTION = "inside a function"
    INSIDE_STRUCT = "inside a struct"
    INSIDE_ENUM = "inside an enum"
    BROKEN = "broken"


@dataclass(frozen=True, eq=False)
class Context:
    """What the text of a file knows. macros: those that it defines. values: the configuration. typedefs: names of types."""

    macros: Macros
    values: Configuration
    typedefs: frozenset[str]


@dataclass(frozen=True, eq=False)
class Chunk:
    """A piece of a file that is parsed by itself: never empty. context: what its file knows.

    name: of the function, struct, union or enum, if the text or the heading of the hunk tells it. heading: of the hunk, for what
    is inside something. reason: of a BROKEN chunk, what is wrong.
    """

    kind: ChunkKind
    name: str | None
    tokens: tuple[Token, ...]
    heading: str = ""
    reason: str = ""
    context: Context = field(default=Context(Macros(), {}, KNOWN_TYPEDEFS), repr=False)

    @property
    def position(self) -> Position:
        return self.tokens[0].position

    @property
    def added_lines(self) -> frozenset[int]:
        """The lines of the file that the patch adds and that have text of the chunk."""
        return frozenset(token.line.number for token in self.tokens if token.line.added)

    @property
    def undecided(self) -> Undecided | None:
        """Why it is not known which of its text is compiled; None if that is known."""
        return next((token.undecided for token in self.tokens if token.undecided is not None), None)


Snapshot: TypeAlias = tuple[int, int, tuple[str, ...]]


class Depth:
    """How deep braces and parentheses are open; below zero where text closes what it did not open. A closing brace also closes
    the parentheses behind its opening one, so that one that is missing does not spoil the rest of a file.

    Alternatives that are not decided are counted once: each begins as deep as the first did, and behind them it is as deep as at
    the end of the first.
    """

    def __init__(self) -> None:
        self.braces = 0
        self.groups = 0
        self.open: list[str] = []
        self.forks: list[tuple[Snapshot, Snapshot | None]] = []

    def fork(self, fork: Fork) -> None:
        here = self.braces, self.groups, tuple(self.open)
        if fork is Fork.OPEN:
            self.forks.append((here, None))
            return
        begin, first_end = self.forks.pop()
        if fork is Fork.NEXT:
            self.forks.append((begin, here if first_end is None else first_end))
            self.restore(begin)
        elif first_end is not None:
            self.restore(first_end)

    def restore(self, snapshot: Snapshot) -> None:
        self.braces, self.groups, found = snapshot
        self.open = [*found]

    def step(self, token: Token) -> None:
        if token.kind != OPERATOR:
            return
        text = token.text
        if text == "{":
            self.open.append(text)
            self.braces += 1
        elif text in ("(", "["):
            self.open.append(text)
            self.groups += 1
        elif text == "}":
            while self.open and self.open[-1] != "{":
                self.open.pop()
                self.groups -= 1
            if self.open:
                self.open.pop()
            self.braces -= 1
        elif text in (")", "]") and (not self.open or self.open[-1] != "{"):
            if self.open:
                self.open.pop()
            self.groups -= 1


def head_name(tokens: Sequence[Token]) -> str | None:
    """The name that a function's first line declares: what stands before its parameters. Of a macro in capitals that writes the
    head, the first argument."""
    for index in range(1, len(tokens)):
        token, before = tokens[index], tokens[index - 1]
        if token.kind == OPERATOR and token.text == "(" and before.kind == IDENTIFIER:
            name = before.text
            if name in KEYWORDS or name in ATTRIBUTES_WITH_ARGUMENTS or name in ATTRIBUTES:
                continue
            if MACRO_NAME.fullmatch(name):
                argument = tokens[index + 1] if index + 1 < len(tokens) else None
                return argument.text if argument is not None and argument.kind == IDENTIFIER else None
            return name
    return None


def tagged(tokens: Sequence[Token]) -> tuple[str, str | None] | None:
    """The keyword and tag of the struct, union or enum whose members would follow; None if none would."""
    for index in range(len(tokens) - 1, -1, -1):
        token = tokens[index]
        if token.kind == IDENTIFIER and token.text in ("struct", "union", "enum"):
            names = [word.text for word in tokens[index + 1 :] if word.kind == IDENTIFIER and word.text not in ATTRIBUTES]
            return token.text, names[-1] if names else None
        if token.kind == OPERATOR and token.text in ("=", "*", "{", "}", ";"):
            return None
    return None


def opens_function(tokens: Sequence[Token]) -> bool:
    """Whether a brace behind these tokens opens the body of a function."""
    level = 0
    grouped = False
    for token in tokens:
        if token.kind == OPERATOR:
            if token.text in ("(", "["):
                level += 1
                grouped = True
            elif token.text in (")", "]"):
                level -= 1
            elif token.text == "=" and level == 0:
                return False
    last = tokens[-1] if tokens else None
    if last is not None and last.kind == OPERATOR and last.text == ")":
        return True
    return grouped and tagged(tokens) is None


def closes_at_end(tokens: Sequence[Token]) -> bool:
    """Whether the parenthesis that the second token opens is closed by the last one."""
    level = 0
    for token in tokens[1:-1]:
        if token.kind == OPERATOR:
            level += (token.text == "(") - (token.text == ")")
            if level == 0:
                return False
    return True


class Chunker:
    """Collects the tokens of chunks at file scope. partial: the text may end inside one."""

    def __init__(self, partial: bool) -> None:
        self.partial = partial
        self.chunks: list[Chunk] = []
        self.current: list[Token] = []
        self.depth = Depth()
        self.function = False
        self.body = 0

    def run(self, stream: Iterable[Token | Fork]) -> list[Chunk]:
        for item in stream:
            if isinstance(item, Fork):
                self.depth.fork(item)
            else:
                self.token(item)
        if self.current:
            if self.is_macro_call():
                self.close(ChunkKind.DECLARATION)
            elif self.partial:
                self.cut_off()
            else:
                self.close(ChunkKind.BROKEN, "the file ends inside of this")
        return self.chunks

    def token(self, token: Token) -> None:
        depth = self.depth
        if token.kind == IDENTIFIER and not depth.braces and not depth.groups and self.is_macro_call():
            if token.text not in ATTRIBUTES and token.text not in ATTRIBUTES_WITH_ARGUMENTS and token.text != "__attribute__":
                self.close(ChunkKind.DECLARATION)
        operator = token.text if token.kind == OPERATOR else ""
        if operator == "{" and not depth.braces and not depth.groups:
            self.function = opens_function(self.current)
            self.body = len(self.current) + 1
        self.current.append(token)
        depth.step(token)
        if depth.braces < 0 or (depth.groups < 0 and not depth.braces):
            self.close(ChunkKind.BROKEN, f"unmatched `{operator}`")
        elif not depth.braces and not depth.groups:
            if operator == ";":
                self.close(ChunkKind.DECLARATION)
            elif operator == "}" and self.function:
                self.close(ChunkKind.FUNCTION)

    def is_macro_call(self) -> bool:
        """Whether what has been collected is `MACRO(...)`, which needs no semicolon."""
        current = self.current
        if len(current) < 3 or current[-1].text != ")" or current[1].text != "(":
            return False
        first = current[0]
        if first.kind != IDENTIFIER or first.text in NO_MACROS:
            return False
        return closes_at_end(current)

    def close(self, kind: ChunkKind, reason: str = "") -> None:
        tokens = self.current
        name = head_name(tokens[: self.body or len(tokens)]) if kind is ChunkKind.FUNCTION or self.function else None
        if kind is ChunkKind.DECLARATION and self.body and (found := tagged(tokens[: self.body - 1])):
            name = found[1]
        if len(tokens) > 1 or tokens[0].text != ";" or kind is ChunkKind.BROKEN:
            self.chunks.append(Chunk(kind, name, tuple(tokens), "", reason))
        self.reset()

    def cut_off(self) -> None:
        """The hunk ends inside of a chunk. If only lines inside its braces are added, these are what counts."""
        head, inside = self.current[: self.body], self.current[self.body :]
        kind: ChunkKind | None = None
        name = None
        if self.depth.braces > 0 and self.function:
            kind, name = ChunkKind.INSIDE_FUNCTION, head_name(head)
        elif self.depth.braces > 0 and (found := tagged(head[:-1])):
            kind, name = (ChunkKind.INSIDE_ENUM if found[0] == "enum" else ChunkKind.INSIDE_STRUCT), found[1]
        only_inside = any(token.line.added for token in inside) and not any(token.line.added for token in head)
        if kind is not None and only_inside:
            self.chunks.append(Chunk(ChunkKind.BROKEN, name, tuple(head), "", f"cut off by the hunk: {GIVE_BASE}"))
            self.chunks.append(Chunk(kind, name, tuple(inside), " ".join(token.text for token in head[:-1])[:80]))
            self.reset()
            return
        what = "function cut off" if self.function else "cut off"
        self.close(ChunkKind.BROKEN, f"{what} by the hunk: {GIVE_BASE}")

    def reset(self) -> None:
        self.current = []
        self.function = False
        self.body = 0
        self.depth.restore((0, 0, ()))
