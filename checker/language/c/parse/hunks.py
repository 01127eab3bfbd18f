# SPDX-License-Identifier: GPL-2.0-only
"""Pieces of files that hunks show: whether they begin inside a function, and where that ends."""

from __future__ import annotations

from collections.abc import Sequence

from checker.language.c.lexical.tokens import IDENTIFIER, OPERATOR, Token, rows
from checker.language.c.lexical.words import (
    ATTRIBUTES,
    FILE_SCOPE,
    KEYWORDS,
    MACRO_NAME,
    SPELLINGS,
    STATEMENT_WORDS,
    STORAGE,
    TYPE_WORDS,
)
from checker.language.c.parse.chunks import Chunk, Chunker, ChunkKind, Depth, head_name, tagged
from checker.language.c.parse.directives import Fork
from checker.language.c.source import Fragment, SourceLine

INSIDE_OPERATORS = frozenset(
    {"=", "->", ".", "[", "++", "--", "+=", "-=", "|=", "&=", ":", ")", ",", "?", "<", ">", "==", "!=", "&&", "||"}
)


def chunks_of_hunk(fragment: Fragment, stream: Sequence[Token | Fork]) -> list[Chunk]:
    """The chunks of a fragment that is not a whole file."""
    end = end_of_inside(fragment, stream)
    inside = [item for item in stream[:end] if isinstance(item, Token)]
    found = []
    if inside:
        kind, name = heading_of(fragment)
        found.append(Chunk(kind, name, tuple(inside), fragment.heading))
    # Alternatives that began inside and end outside would be counted wrongly: what is not decided stays marked in the tokens.
    outside = stream[end:]
    balanced = [item for item in outside if isinstance(item, Token)] if unbalanced(outside) else outside
    return found + Chunker(True).run(balanced)


def unbalanced(stream: Sequence[Token | Fork]) -> bool:
    open_forks = 0
    for item in stream:
        if isinstance(item, Fork):
            open_forks += (item is Fork.OPEN) - (item is Fork.CLOSE)
            if open_forks < 0 or (item is Fork.NEXT and open_forks == 0):
                return True
    return False


def end_of_inside(fragment: Fragment, stream: Sequence[Token | Fork]) -> int:
    """How much of the stream belongs to something that begins before the fragment: it ends with the brace that closes the most,
    if what follows looks like file scope."""
    depth = Depth()
    lowest, behind = 0, 0
    headless = False
    before: Token | None = None
    for index, item in enumerate(stream):
        if isinstance(item, Fork):
            depth.fork(item)
            continue
        if item.text == "{" and not depth.braces and not behind and item.kind == OPERATOR:
            headless = before is None or (depth.groups < 0 and before.text == ")")
        depth.step(item)
        if depth.braces < lowest or (headless and not behind and item.text == "}" and depth.braces == 0):
            lowest, behind = depth.braces, index + 1
        before = item
    rest = [item for item in stream[behind:] if isinstance(item, Token)]
    if not rest:
        return len(stream)
    closing = stream[behind - 1] if behind else None
    if is_inside(fragment, rest, closing if isinstance(closing, Token) else None):
        return len(stream)
    if closing is not None and rest[0].text == ";" and rest[0].kind == OPERATOR:
        return stream.index(rest[0]) + 1
    return behind


def is_inside(fragment: Fragment, rest: Sequence[Token], closing: Token | None) -> bool:
    """Whether text belongs to something that began before it: `closing` is the brace before it, if there is one. Text that is
    indented with tabs, as the kernel's style has it, tells by its columns (mails that lost blanks have lost their tabs); else by
    what it says."""
    if any(line.text[:1] == "\t" and line.text.strip() for line in fragment.lines):
        if closing is not None:
            return closing.column > 1
        first = rest[0]
        label = len(rest) > 1 and rest[1].text == ":"
        return first.column > 1 or first.text in ("{", "}", ")") or label
    at = 0
    while at < len(rest):
        end = statement_end(rest, at)
        verdict = says_inside(rest[at:end])
        if verdict is not None:
            return verdict
        at = end
    return closing is None and heading_of(fragment)[1] is not None


def statement_end(tokens: Sequence[Token], begin: int) -> int:
    """Behind the semicolon or closing brace that ends what begins at `begin`."""
    depth = Depth()
    for index in range(begin, len(tokens)):
        depth.step(tokens[index])
        if depth.braces <= 0 and depth.groups <= 0 and tokens[index].text in (";", "}"):
            return index + 1
    return len(tokens)


def says_inside(tokens: Sequence[Token]) -> bool | None:
    """Whether a piece of text stands in a function; None if it can stand outside as well."""
    first = tokens[0]
    word = SPELLINGS.get(first.text, first.text)
    if first.kind != IDENTIFIER or word in STATEMENT_WORDS:
        return True
    level = 0
    for index, token in enumerate(tokens):
        if token.kind == OPERATOR:
            level += (token.text in ("(", "[")) - (token.text in (")", "]"))
            if level < 0:
                return True
            if token.text == "{" and level == 0:
                return not function_head(tokens[:index])
    typed = word in TYPE_WORDS or word in STORAGE or word in ATTRIBUTES or word in KEYWORDS
    behind = tokens[1] if len(tokens) > 1 else None
    if behind is None or typed:
        return False if word in ("extern", "typedef") or declares_function(tokens) else None
    if behind.kind == OPERATOR and behind.text in INSIDE_OPERATORS:
        return True
    if behind.kind == OPERATOR and behind.text == "(":
        if FILE_SCOPE.fullmatch(word):
            return False
        return None if MACRO_NAME.fullmatch(word) else True
    return False if declares_function(tokens) else None


def function_head(tokens: Sequence[Token]) -> bool:
    """Whether tokens before a brace are the first line of a function or a type."""
    words = [token for token in tokens if token.kind == IDENTIFIER]
    if tokens[1:2] and tokens[1].text == "(" and not MACRO_NAME.fullmatch(tokens[0].text):
        return False
    return len(words) > 1 and not any(token.text in STATEMENT_WORDS for token in words)


def declares_function(tokens: Sequence[Token]) -> bool:
    """Whether `type name(type ...)` stands here, and no initialiser."""
    if any(token.text == "=" for token in tokens):
        return False
    opening = next((index for index, token in enumerate(tokens) if token.text == "("), 0)
    if opening < 2 or tokens[opening - 1].kind != IDENTIFIER or MACRO_NAME.fullmatch(tokens[opening - 1].text):
        return False
    return opening + 1 < len(tokens) and (tokens[opening + 1].text in TYPE_WORDS or tokens[opening + 2 : opening + 3] != ())


def heading_of(fragment: Fragment) -> tuple[ChunkKind, str | None]:
    """What the heading of a hunk says that it begins in."""
    heading = Fragment(fragment.path, "", (SourceLine(fragment.heading, 0, None, False),))
    tokens = [token for row in rows(heading, True) for token in row.tokens]
    if not tokens or tokens[-1].text in (";", "}"):
        return ChunkKind.INSIDE_FUNCTION, None
    if tokens[-1].text == "{":
        tokens.pop()
    found = tagged(tokens)
    if found is not None and not any(token.text == "(" for token in tokens):
        return (ChunkKind.INSIDE_ENUM if found[0] == "enum" else ChunkKind.INSIDE_STRUCT), found[1]
    return ChunkKind.INSIDE_FUNCTION, head_name(tokens)
