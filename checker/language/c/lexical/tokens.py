# SPDX-License-Identifier: GPL-2.0-only
"""Cuts C text into tokens (C11 6.4), in time linear in its length.

Nothing is refused here. Text that is no token of C is a token of kind BAD, with what is wrong with it, and whoever meets it
refuses it; most never meet it, since most code of a file is never reached.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from checker.language.c.source import Fragment, SourceLine
from checker.language.c.syntax import Position
from checker.language.errors import ModelError

IDENTIFIER, NUMBER, STRING, CHARACTER, OPERATOR, BAD, END = range(7)

OPERATORS = (
    "<<= >>= ... -> ++ -- << >> <= >= == != && || += -= *= /= %= &= ^= |= ## # + - * / % & ^ | ~ ! < > = ? : ; , . ( ) [ ] { }"
)
TOKEN = re.compile(
    r"""[ \t\f\v\r]*+(?:
  (?P<identifier>[A-Za-z_]\w*+)
| (?P<newline>\n)
| (?P<comment>//(?:\\[ \t\r]*+\n|[^\n])*+|/\*(?s:.*?)\*/)
| (?P<open>/\*)
| (?P<number>\.?[0-9](?:[eEpP][+-]|[\w.])*+)
| (?P<refused>\?\?[=/'()!<>-]|<:|:>|<%|%>|%:)
| (?P<operator>"""
    + "|".join(re.escape(operator) for operator in OPERATORS.split())
    + r""")
| (?P<string>"(?:[^"\\\n]|\\.)*+")
| (?P<character>'(?:[^'\\\n]|\\.)++')
| (?P<splice>\\[ \t\r]*+\n)
| (?P<unclosed>["'][^\n]*+)
| (?P<other>(?s:.))
| (?P<end>\Z)
)""",
    re.VERBOSE | re.ASCII,
)
KINDS = {"identifier": IDENTIFIER, "number": NUMBER, "string": STRING, "character": CHARACTER, "operator": OPERATOR}
SHOWN = 60
REST_OF_MACRO = "this may be the rest of a macro that begins outside of the hunk: give its file with --base"


@dataclass(frozen=True, slots=True)
class Undecided:
    """Why it is not known whether text is compiled: the condition at `position` depends on `symbol`."""

    symbol: str
    position: Position

    @property
    def reason(self) -> str:
        return f"it depends on `{self.symbol[:SHOWN]}`, which is not decided (line {self.position.line}): set it in [config]"


class Token:
    """kind: IDENTIFIER (also keywords), NUMBER (a pp-number), STRING and CHARACTER (with quotes), OPERATOR, BAD, END. text: as
    written; of a BAD token, what is wrong. space: white space stands before it. column: from 1, in bytes. undecided: it may be
    not compiled. use: of a token from a macro, the token of the outermost use. final: it names a macro that is
    not to be expanded any more. configured: it is a number that the configuration puts there."""

    __slots__ = ("column", "configured", "final", "kind", "line", "path", "space", "text", "undecided", "use")

    def __init__(self, kind: int, text: str, space: bool, line: SourceLine, column: int, path: str) -> None:
        self.kind = kind
        self.text = text
        self.space = space
        self.line = line
        self.column = column
        self.path = path
        self.undecided: Undecided | None = None
        self.use: Token | None = None
        self.final = False
        self.configured = False

    def expanded(self, use: Token) -> Token:
        """The token as the use of a macro brings it into the text."""
        token = self.copy()
        token.use = use.use or use
        token.undecided = use.undecided
        return token

    def copy(self) -> Token:
        """The same token, which can be changed by itself."""
        token = Token(self.kind, self.text, self.space, self.line, self.column, self.path)
        token.use = self.use
        token.undecided = self.undecided
        token.final = self.final
        token.configured = self.configured
        return token

    @property
    def position(self) -> Position:
        if self.use is None:
            return Position(self.path, self.line.number, self.column, self.line.mail_line, self.line.added)
        at = self.use.line
        definition = Position(self.path, self.line.number, self.column, self.line.mail_line, self.line.added)
        return Position(self.use.path, at.number, self.use.column, at.mail_line, at.added, definition)

    @property
    def shown(self) -> str:
        """The token as a message quotes it: printable, and not long."""
        if self.kind == END:
            return "the end"
        if self.kind == STRING:
            return "a string"
        if self.kind == BAD:
            return "what is no C"
        return f"`{ascii(self.text)[1:-1][:SHOWN]}`"

    def error(self, message: str) -> ModelError:
        """The message at the place of the token. What is wrong with a BAD token comes first."""
        at = self.use or self
        if self.kind == BAD:
            message = self.text
        inside = f" (in the expansion of `{at.text[:SHOWN]}`)" if self.use is not None else ""
        return ModelError(self.position, message + inside, at.line.text)


@dataclass(slots=True)
class Row:
    """The tokens of one logical line: lines that backslashes or comments join are one."""

    tokens: list[Token]

    @property
    def is_directive(self) -> bool:
        first = self.tokens[0]
        return first.kind == OPERATOR and first.text == "#"


def column_at(line: SourceLine, offset: int) -> int:
    text = line.text
    return offset + 1 if text.isascii() else len(text[:offset].encode("utf-8", "surrogatepass")) + 1


def comment_before(text: str) -> int:
    """Where the text of a hunk begins that begins inside a comment: the offset behind the comment's end. A hunk does so if each
    line down to the first `*/` begins with a star, as the kernel's style has it."""
    end = text.find("*/")
    if end < 0 or "/*" in text[:end]:
        return 0
    lines = text[: end + 2].split("\n")
    return end + 2 if all(line.lstrip().startswith("*") for line in lines) else 0


def refused_text(group: str, text: str) -> str:
    if group == "refused":
        return "trigraphs and digraphs are not supported: write the character itself"
    if group == "unclosed":
        return f"missing terminating {text[0]} character"
    return f"{text!a} is no part of C"


def joins(before: Token, after: str) -> bool:
    """Whether two tokens that only a backslash and a line end stand between are one."""
    match = TOKEN.match(before.text + after)
    return match is not None and match.end() > len(before.text)


def rows(fragment: Fragment, partial: bool) -> list[Row]:
    """The logical lines of a fragment that have tokens.

    partial: it may begin and end inside a comment, or a macro: a first line that a backslash joins to the next, and that is no
    directive, is taken for the rest of one, which its first token says.
    """
    return Lexer(fragment, partial).run()


class Lexer:
    """at, line_start: the line that is read, and the offset of its first character. gap: white space or a comment was read behind
    the last token. spliced: a backslash joins the lines of the current row. splice_end: where the next token would begin if only
    a backslash and a line end stood before it."""

    def __init__(self, fragment: Fragment, partial: bool) -> None:
        self.lines = fragment.lines
        self.path = fragment.path
        self.partial = partial
        self.text = "\n".join(line.text for line in fragment.lines)
        self.begin = comment_before(self.text) if partial else 0
        self.at = self.text.count("\n", 0, self.begin)
        self.line_start = self.text.rfind("\n", 0, self.begin) + 1
        self.found: list[Row] = []
        self.current: list[Token] = []
        self.gap = self.spliced = False
        self.splice_end = -1

    def run(self) -> list[Row]:
        for match in TOKEN.finditer(self.text, self.begin):
            group = match.lastgroup
            assert group is not None
            start = match.start(group)
            if group in KINDS:
                self.token(KINDS[group], match[group], self.gap or start > match.start(), start)
            elif group == "newline":
                self.end_row()
                self.next_line(match.end())
            elif group == "splice":
                self.splice_end = match.end() if start == match.start() else -1
                self.gap = self.gap or self.splice_end < 0
                self.spliced = True
                self.next_line(match.end())
            elif group == "comment":
                self.comment(start, match.end())
            elif group == "open":
                if not self.partial:
                    self.bad("unterminated comment", start)
                break
            elif group != "end":
                self.bad(refused_text(group, match[group]), start)
        self.end_row()
        return self.found

    def token(self, kind: int, text: str, space: bool, start: int) -> None:
        line = self.lines[self.at]
        token = Token(kind, text, space, line, column_at(line, start - self.line_start), self.path)
        if start == self.splice_end and self.current and joins(self.current[-1], text):
            token.kind, token.text = BAD, "a line ends inside of a token: write the token on one line"
        self.current.append(token)
        self.gap = False

    def bad(self, why: str, start: int) -> None:
        line = self.lines[self.at]
        self.current.append(Token(BAD, why, True, line, column_at(line, start - self.line_start), self.path))

    def comment(self, start: int, end: int) -> None:
        self.gap = True
        newlines = self.text.count("\n", start, end)
        if newlines:
            self.at += newlines
            self.line_start = self.text.rfind("\n", 0, end) + 1

    def next_line(self, start: int) -> None:
        self.at += 1
        self.line_start = start

    def end_row(self) -> None:
        if self.current:
            row = Row(self.current)
            if self.partial and self.spliced and not self.found and not row.is_directive:
                row.tokens[0].kind, row.tokens[0].text = BAD, REST_OF_MACRO
            self.found.append(row)
            self.current = []
        self.spliced = False
