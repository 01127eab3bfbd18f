# SPDX-License-Identifier: GPL-2.0-only
"""Tokens, and where they stand."""

from __future__ import annotations

import time

import pytest

from checker.language.c.lexical.tokens import BAD, rows
from checker.language.c.syntax import Added, StatementsInFunction
from tests.language.c.parse.text import hunk, parsed, refusal, scan_hunks, whole_file


def tokens(text: str, partial: bool = False) -> list[tuple[str, int, int]]:
    (fragment,) = whole_file(text).fragments
    return [(token.text, token.line.number, token.column) for row in rows(fragment, partial) for token in row.tokens]


def test_places() -> None:
    assert tokens("a\tb /* c\n d */ e // f\n  g") == [("a", 1, 1), ("b", 1, 3), ("e", 2, 7), ("g", 3, 3)]


def test_columns_count_bytes() -> None:
    assert tokens('"\u00e4\u20ac" a /* \u00e4 */ b') == [('"\u00e4\u20ac"', 1, 1), ("a", 1, 9), ("b", 1, 20)]


def test_the_longest_token_is_taken() -> None:
    assert [token[0] for token in tokens("a+++++b>>=c->d...e<<=1.5e+3f")] == (
        ["a", "++", "++", "+", "b", ">>=", "c", "->", "d", "...", "e", "<<=", "1.5e+3f"]
    )


def test_lines_that_a_backslash_joins_are_one_row() -> None:
    (fragment,) = whole_file("a \\\n b /* \n */ c \\  \nd\ne").fragments
    assert [[token.text for token in row.tokens] for row in rows(fragment, False)] == [["a", "b", "c", "d"], ["e"]]


def test_a_comment_that_spans_lines_joins_them_as_c_has_it() -> None:
    (fragment,) = whole_file("#define A /* x\n y */ 1\nint a;").fragments
    assert [[token.text for token in row.tokens] for row in rows(fragment, False)] == [
        ["#", "define", "A", "1"],
        ["int", "a", ";"],
    ]


def test_comments_and_joined_lines_are_white_space() -> None:
    (fragment,) = whole_file("a/**/(b \\\n(c\\\n(").fragments
    (row,) = rows(fragment, False)
    assert [(token.text, token.space) for token in row.tokens] == [
        ("a", False),
        ("(", True),
        ("b", False),
        ("(", True),
        ("c", False),
        ("(", False),
    ]


@pytest.mark.parametrize("text", ["fo\\\no", "1\\\n2", "+\\\n+", "<\\\n="])
def test_a_token_may_not_be_cut_by_a_line_end(text: str) -> None:
    (fragment,) = whole_file(text).fragments
    assert [token.kind for row in rows(fragment, False) for token in row.tokens][-1] == BAD


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("int a /* b;", "unterminated comment"),
        ("int a = '", "missing terminating ' character"),
        ('char *a = "b;', 'missing terminating " character'),
        ("int a$;", "'$' is no part of C"),
        ("int \x00;", "'\\x00' is no part of C"),
        ("int \x1b[31m;", "'\\x1b' is no part of C"),
        ("int \ud800;", "'\\ud800' is no part of C"),
        ("int fo\\\no;", "a line ends inside of a token: write the token on one line"),
    ],
)
def test_what_is_no_c_is_refused_by_whoever_meets_it(text: str, why: str) -> None:
    assert refusal(f"int f(void) {{ {text} }}").endswith((f"error: {why}", "error: the file ends inside of this"))
    if "/*" not in text:
        assert refusal(f"int f(void) {{\n{text}\n}}").endswith(f"error: {why}")


def test_comments_do_not_hide_what_follows() -> None:
    assert [token[0] for token in tokens('a // b \\\nc\nd /* // */ e \'"\' /* */ f "/*" g')] == [
        "a",
        "d",
        "e",
        "'\"'",
        "f",
        '"/*"',
        "g",
    ]


def test_a_hunk_may_begin_and_end_inside_a_comment() -> None:
    scanned = scan_hunks(hunk("", ". * says (\n. */\n.int a;\n./* and { so\n. * on"))
    assert [type(node).__name__ for node in parsed(scanned)] == ["VariableDefinition"]


def test_a_star_and_slash_behind_code_ends_no_comment() -> None:
    (node,) = parsed(scan_hunks(hunk("", ".int a;\n+ */\n")))
    assert isinstance(node, StatementsInFunction)
    assert [(type(shown.statement).__name__, shown.added) for shown in node.statements] == [
        ("Declaration", Added.NO_LINE),
        ("Unparsed", Added.ALL_LINES),
    ]


@pytest.mark.parametrize(
    "text", ["/*" * 50_000, '"\\' * 50_000, "a\\\n" * 50_000, "'" * 50_000, "\\ " * 50_000, "//\\\n" * 50_000, "?" * 50_000]
)
def test_time_is_linear(text: str) -> None:
    began = time.process_time()
    tokens(text, True)
    assert time.process_time() - began < 2
