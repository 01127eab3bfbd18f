# SPDX-License-Identifier: GPL-2.0-only
"""Parses chunks, whole ones and those that hunks cut. What cannot be parsed is told as Unparsed: nothing is raised, and nothing
is left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from checker.language.c.lexical.macros import Entry, Expander
from checker.language.c.lexical.tokens import END, OPERATOR, Token
from checker.language.c.parse.chunks import Chunk, ChunkKind
from checker.language.c.parse.cursor import check_depth
from checker.language.c.parse.files import FileParser
from checker.language.c.syntax import (
    Added,
    Enumerator,
    EnumeratorsInEnum,
    MembersInStruct,
    ShownStatement,
    Statement,
    StatementsInFunction,
    StructMember,
    TopLevel,
    Unparsed,
)
from checker.language.c.syntax.position import Node
from checker.language.errors import ModelError

Part = TypeVar("Part", bound=Node)


@dataclass(frozen=True)
class Others:
    """What other files tell. macros: those of headers (macros.all_of). typedefs: types that they declare. kept: macros that are
    not expanded, since the model gives them a meaning."""

    macros: Mapping[str, Entry] = field(default_factory=dict)
    typedefs: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()


NO_OTHERS = Others()


def parse_chunk(chunk: Chunk, others: Others = NO_OTHERS) -> tuple[TopLevel, ...]:
    """What a chunk says: one node for a function, one for each declarator of a declaration, none for `struct x;`. What is
    inside a function, struct or enum is one node, with Unparsed ones behind it for what it does not have. Text that is not
    understood, or depends on a symbol that is not decided, is Unparsed."""
    if chunk.kind is ChunkKind.BROKEN:
        return (unparsed(chunk.tokens, chunk.tokens[0].error(chunk.reason), chunk.name),)
    context = chunk.context
    inside = chunk.kind not in (ChunkKind.FUNCTION, ChunkKind.DECLARATION)
    if not inside and (undecided := chunk.undecided) is not None:
        token = next(token for token in chunk.tokens if token.undecided is not None)
        return (unparsed(chunk.tokens, token.error(undecided.reason), chunk.name),)
    expander = Expander(context.macros, others.macros, context.values, others.kept)
    try:
        tokens = expander.expand(chunk.tokens)
    except ModelError as error:
        return (unparsed(chunk.tokens, error, chunk.name),)
    parser = FileParser(tokens, end_of(chunk), context.typedefs | others.typedefs)
    if chunk.kind is ChunkKind.INSIDE_FUNCTION:
        return (StatementsInFunction(chunk.position, chunk.name, chunk.heading, tuple(shown_statements(parser))),)
    if chunk.kind is ChunkKind.INSIDE_STRUCT:
        members, rest = listed(parser, lambda: member(parser))
        return (MembersInStruct(chunk.position, chunk.name or "", tuple(members)), *rest)
    if chunk.kind is ChunkKind.INSIDE_ENUM:
        enumerators, rest = listed(parser, lambda: enumerator(parser))
        return (EnumeratorsInEnum(chunk.position, chunk.name or "", tuple(enumerators)), *rest)
    return whole(chunk, parser)


def whole(chunk: Chunk, parser: FileParser) -> tuple[TopLevel, ...]:
    try:
        found = parser.external()
        for node in found:
            check_depth(node, chunk.tokens[0])
    except ModelError as error:
        return (unparsed(chunk.tokens, error, chunk.name),)
    return tuple(found)


def end_of(chunk: Chunk) -> Token:
    """The token behind a chunk's last one, where an error may be."""
    last = chunk.tokens[-1]
    return Token(END, "", False, last.line, last.column + len(last.text), last.path)


def unparsed(tokens: Sequence[Token], error: ModelError, name: str | None = None) -> Unparsed:
    from_here = tokens[0].position
    at = error.position
    position = next((token.position for token in tokens if token.position == at), from_here)
    return Unparsed(from_here, tokens[-1].position, error.message, position, name)


def shown_statements(parser: FileParser) -> list[ShownStatement]:
    """Statements one after the other; what no statement can be read of is Unparsed, up to where one may begin again."""
    found: list[ShownStatement] = []
    while not parser.at_end:
        found += next_shown(parser)
    return found


def next_shown(parser: FileParser) -> list[ShownStatement]:
    """The next statement, the declarators of the next declaration, or what is none."""
    begin = parser.at
    parser.depth = 0
    token = parser.token
    statements: Sequence[Statement | Unparsed]
    try:
        if token.kind == OPERATOR and token.text == "}":
            raise token.error("`}` closes what the hunk does not show")
        statements = parser.statement()
        used = parser.tokens[begin : parser.at]
        undecided = next((word for word in used if word.undecided is not None), None)
        if undecided is not None and undecided.undecided is not None:
            statements = (unparsed(used, undecided.error(undecided.undecided.reason)),)
        for statement in statements:
            check_depth(statement, token)
    except ModelError as error:
        parser.at = begin
        skip(parser)
        used = parser.tokens[begin : parser.at]
        statements = (unparsed(used, error),)
    kind = added(used)
    return [ShownStatement(statement.position, statement, kind) for statement in statements]


def shown_body(chunk: Chunk, others: Others) -> StatementsInFunction:
    """The body of a whole function of which not all is understood, as a hunk would show it: only what the patch adds there has to
    be, and only of that are macros expanded."""
    opening = next((number for number, token in enumerate(chunk.tokens) if token.text == "{" and token.kind == OPERATOR), 0)
    typedefs = chunk.context.typedefs | others.typedefs
    expander = Expander(chunk.context.macros, others.macros, chunk.context.values, others.kept)
    parser = FileParser(chunk.tokens[opening + 1 : -1], chunk.tokens[-1], typedefs)
    found: list[ShownStatement] = []
    while not parser.at_end:
        begin = parser.at
        shown = next_shown(parser)
        if all(each.added is Added.NO_LINE for each in shown):
            found += shown
            continue
        used = parser.tokens[begin : parser.at]
        try:
            found += shown_statements(FileParser(expander.expand(used), parser.token, typedefs))
        except ModelError as error:
            reason = unparsed(used, error)
            found.append(ShownStatement(reason.position, reason, added(used)))
    return StatementsInFunction(chunk.position, chunk.name, "", tuple(found))


def added(tokens: Sequence[Token]) -> Added:
    lines = {token.position.added for token in tokens}
    return Added.SOME_LINES if len(lines) > 1 else Added.ALL_LINES if True in lines else Added.NO_LINE


def skip(parser: FileParser) -> None:
    """Goes past at least one token, up to behind a semicolon or an opening brace, or before a closing one."""
    level = 0
    begin = parser.at
    while not parser.at_end:
        token = parser.token
        text = token.text if token.kind == OPERATOR else ""
        if text == "}" and parser.at > begin:
            return
        parser.at += 1
        level += (text in ("(", "[")) - (text in (")", "]"))
        if (text in (";", "{") and level <= 0) or text == "}":
            return


def member(parser: FileParser) -> Sequence[StructMember]:
    return parser.member()


def enumerator(parser: FileParser) -> Sequence[Enumerator]:
    token = parser.name("an enumerator")
    found = Enumerator(token.position, token.text, parser.conditional() if parser.accept("=") else None)
    if not parser.at_end and not parser.is_operator("}"):
        parser.expect(",")
    return (found,)


def closes_type(parser: FileParser) -> bool:
    """Goes past the brace that closes the type that the hunk shows the end of. One that the patch adds is none."""
    begin = parser.at
    if parser.is_operator("}") and not parser.token.line.added:
        parser.take()
        parser.attributes([])
        if parser.is_operator(";"):
            return True
    parser.at = begin
    return False


def listed(parser: FileParser, parse: Callable[[], Sequence[Part]]) -> tuple[list[Part], list[Unparsed]]:
    """Members one after the other, and what is none."""
    found: list[Part] = []
    rest: list[Unparsed] = []
    while not parser.at_end:
        begin = parser.at
        parser.depth = 0
        if parser.accept(";") or closes_type(parser):
            continue
        try:
            parts = parse()
            used = parser.tokens[begin : parser.at]
            for word in used:
                if word.undecided is not None:
                    raise word.error(word.undecided.reason)
            found.extend(parts)
        except ModelError as error:
            parser.at = begin
            skip(parser)
            rest.append(unparsed(parser.tokens[begin : parser.at], error))
    return found, rest
