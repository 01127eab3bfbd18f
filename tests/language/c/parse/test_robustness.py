# SPDX-License-Identifier: GPL-2.0-only
"""Text of any kind: the only thing that is raised is the error of a directive, and time and depth have limits."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.language.c.parse import Use, read_configuration
from checker.language.c.source import Fragment, SourceLine
from checker.language.c.syntax import Node, StatementsInFunction, Unparsed
from checker.language.c.syntax.walking import depth, walk
from checker.language.errors import ModelError, UsageError
from tests.language.c.parse.text import PATH, hunk, parsed, scan, scan_hunks

SOUP = st.lists(
    st.sampled_from(
        [
            "int",
            "static",
            "struct",
            "x",
            "y",
            "page",
            "*",
            "&",
            "(",
            ")",
            "(",
            ")",
            "{",
            "}",
            "{",
            "}",
            "[",
            "]",
            ";",
            ";",
            ",",
            "=",
            "==",
            "+",
            "-",
            "->",
            ".",
            "++",
            "if",
            "else",
            "for",
            "while",
            "do",
            "switch",
            "case",
            "default",
            ":",
            "goto\n",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "return",
            "1",
            "2u",
            "0x",
            '"s"',
            "'c'",
            "//",
            "/*",
            "*/",
            "\\",
            "#",
            "##",
            "#if",
            "#ifdef",
            "#else",
            "#endif",
            "#define",
            "#undef",
            "defined",
            "CONFIG_X",
            "F(",
            "F",
            "A",
            "DEFINE_PER_CPU(",
            "u8\n",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "sizeof",
            "typeof",
            "(",
            "(",
            "{",
            "asm",
            "guard(",
            "scoped_guard(",
            "for_each_x(",
            "__attribute__((",
            "...",
            "?",
            "typedef",
            "enum",
            "union",
            "extern",
            "_t",
            "x_t",
            "void",
            "@\n",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "\x00",
            "\x1b",
            "�",
            "€",
            "??=",
            "<:",
            "EXPORT_SYMBOL(",
            "bool",
            "IS_ENABLED(",
            "__VA_ARGS__",
            "\n",
            "\n",
            "\n",
            "\n",
        ]
    )
    | st.text(max_size=5),
    max_size=60,
)


def lines(words: list[str]) -> list[str]:
    return " ".join(words).replace("#", "\n#").split("\n")


@settings(deadline=None, max_examples=400)
@given(SOUP)
def test_token_soup_in_a_whole_file(words: list[str]) -> None:
    try:
        scanned = scan("\n".join(lines(words)))
    except ModelError as error:
        assert str(error).startswith(f"{PATH}:")
        assert str(error).isascii()
        assert str(error).isprintable()
        return
    for node in parsed(scanned):
        check(node)


@settings(deadline=None, max_examples=400)
@given(SOUP, st.text(max_size=40), st.integers(0, 6))
def test_token_soup_in_a_hunk_leaves_no_added_line_out(words: list[str], heading: str, first: int) -> None:
    text = lines(words)
    shown = tuple(SourceLine(line, 10 + at, at, (len(line) + at * first) % 3 == 0) for at, line in enumerate(text))
    try:
        scanned = scan_hunks(Fragment(PATH, heading.replace("\n", " "), shown))
    except ModelError:
        return
    assert set(scanned.added) == {line.number for line in shown if line.added}
    in_chunks = set().union(*(chunk.added_lines for chunk in scanned.chunks))
    assert {line for line, use in scanned.added.items() if use is Use.CHUNK} == in_chunks
    for node in parsed(scanned):
        check(node)


def check(node: Node) -> None:
    """What is said of text that is not understood can be printed."""
    assert depth(node) < 250
    for part in walk(node):
        assert part.position.line >= 1 and part.position.column >= 1
        if isinstance(part, Unparsed):
            assert part.reason.isascii() and part.reason.isprintable() and len(part.reason) < 300
            assert part.position.line <= part.at.line <= part.end.line or part.at.definition is None


DEEP: dict[str, Callable[[int], str]] = {
    "parentheses": lambda n: "int x = " + "(" * n + "1" + ")" * n + ";",
    "parentheses that are not closed": lambda n: "int x = " + "(" * n,
    "blocks": lambda n: "void f(void){" + "{" * n + "}" * n + "}",
    "blocks that are not closed": lambda n: "void f(void){" + "{" * n,
    "braces that close nothing": lambda n: "}" * n,
    "signs": lambda n: "int x = " + "- " * n + "1;",
    "a chain": lambda n: "int x = " + "+".join(["1"] * n) + ";",
    "else if": lambda n: "void f(void){" + "if(a);else " * n + ";}",
    "if": lambda n: "void f(void){" + "if(a) " * n + ";}",
    "else blocks": lambda n: "void f(void){" + "if(a)b;else{" * n,
    "indices": lambda n: "int x = a" + "[1]" * n + ";",
    "nested indices": lambda n: "int x = a" + "[a" * n + "]" * n + ";",
    "calls": lambda n: "int x = " + "f(" * n + ")" * n + ";",
    "?:": lambda n: "int x = " + "a?b:" * n + "c;",
    "=": lambda n: "void f(void){" + "a=" * n + "c;}",
    "casts": lambda n: "int x = " + "(int)" * n + "c;",
    "pointers": lambda n: "int " + "*" * n + "c;",
    "declarators": lambda n: "int " + "(*" * n + "c" + ")" * n + ";",
    "arrays": lambda n: "int c" + "[1]" * n + ";",
    "structs": lambda n: "struct a {" * n + "} x;" * n,
    "initialisers": lambda n: "int x = " + "{" * n + "}" * n + ";",
    "parameters": lambda n: "int f(" + "int f(" * n + ")" * n + ");",
    "sizeof": lambda n: "int x = " + "sizeof " * n + "x;",
    "typeof": lambda n: "typeof(" * n + "x" + ")" * n + " y;",
    "statement expressions": lambda n: "int x = " + "({" * n + "1;" + "})" * n + ";",
    "every precedence": lambda n: "int x = " + "(a||b&&c|d^e&f==g<h<<i+j*" * n + "1" + ")" * n + ";",
    "loops": lambda n: "void f(void){" + "for(;;)" * n + ";}",
    "iterators": lambda n: "void f(void){" + "for_each_x(a)" * n + ";}",
    "iterators in iterators": lambda n: "void f(void){" + "for_each_x(" * n + ")" * n + ";}",
    "labels": lambda n: "void f(void){ if (x) " + "a:" * n + ";}",
    "guards": lambda n: "void f(void){" + "scoped_guard(a) " * n + ";}",
}


@pytest.mark.parametrize("what", DEEP)
@pytest.mark.parametrize("partial", [False, True])
def test_depth_is_limited(what: str, partial: bool) -> None:
    """10,000 deep, with three quarters of the stack that Python gives."""
    text = DEEP[what](10_000)
    before = sys.getrecursionlimit()
    frames = 0
    frame = sys._getframe()
    while frame.f_back is not None:
        frames, frame = frames + 1, frame.f_back
    sys.setrecursionlimit(frames + 750)
    try:
        began = time.process_time()
        nodes = parsed(scan_hunks(hunk("void g(void)", "+" + text))) if partial else parsed(scan(text))
        assert time.process_time() - began < 20
    finally:
        sys.setrecursionlimit(before)
    for node in nodes:
        assert depth(node) < 20_010 if isinstance(node, StatementsInFunction) else depth(node) < 250
    if not partial and what != "labels":
        assert any(isinstance(node, Unparsed) for node in nodes)


def test_conditions_have_limits() -> None:
    for text in ("#if " + "(" * 10_000 + "1" + ")" * 10_000, "#if " + "1+" * 10_000 + "1", "#if 1\n" * 10_000):
        with pytest.raises(ModelError, match="nested more than"):
            scan(text + "\n#endif")


def test_a_file_of_the_kernels_size_takes_less_than_a_second() -> None:
    function = "static int f%d(struct page **pages, int n)\n{\n\tint i;\n\n\tfor (i = 0; i < n; i++) {\n\t\tif (!pages[i] || (unsigned long)pages[i] & 1)\n\t\t\tcontinue;\n\t\tpages[i] = (void *)((uintptr_t)pages[i] | 1);\n\t}\n\treturn n << PAGE_SHIFT;\n}\n\n"
    text = "".join(function % number for number in range(300))
    assert text.count("\n") >= 3500
    began = time.process_time()
    nodes = parsed(scan(text))
    assert len(nodes) == 300
    assert time.process_time() - began < 2  # 0.15 s on an idle machine


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "CONFIG_A=y",
                "CONFIG_B=m",
                "CONFIG_C=0x1f",
                'CONFIG_D="a b"',
                "# CONFIG_E is not set",
                "# x",
                "",
                "CONFIG_A",
                "\x1b",
            ]
        )
        | st.text(max_size=20)
    )
)
def test_configurations_are_read_or_refused(text: list[str]) -> None:
    try:
        read_configuration("\n".join(text), ".config")
    except UsageError as error:
        assert str(error).startswith(".config:")
        assert str(error).isprintable()


def test_a_file_without_lines() -> None:
    scanned = scan_hunks()
    assert (scanned.chunks, scanned.added) == ((), {})
