# SPDX-License-Identifier: GPL-2.0-only
"""Conditionals, includes and other directives."""

from __future__ import annotations

import pytest

from checker.language.c.parse import MacroDefinition, Tristate, Use, all_of, scan_file
from checker.language.c.syntax import FunctionDefinition, Unparsed
from checker.language.errors import ModelError
from tests.language.c.parse.text import Config, hunk, parse, parsed, refusal, scan, scan_hunks, whole_file


def names(text: str, config: Config | None = None) -> list[str]:
    return [getattr(node, "name", "?") for node in parse(text, config)]


def choice(condition: str, config: Config) -> str:
    """What is compiled: then, otherwise, or neither is known."""
    nodes = parsed(scan(f"{condition}\nint then;\n#else\nint otherwise;\n#endif", config))
    return (
        "undecided"
        if any(isinstance(node, Unparsed) for node in nodes)
        else "".join(getattr(node, "name", "?") for node in nodes)
    )


CONFIG: Config = {
    "CONFIG_ON": True,
    "CONFIG_OFF": False,
    "CONFIG_MOD": Tristate.MODULE,
    "CONFIG_TEN": 10,
    "CONFIG_ZERO": 0,
    "CONFIG_TEXT": "text",
    "SIZE": 4,
}


@pytest.mark.parametrize(
    ("condition", "taken"),
    [
        ("#ifdef CONFIG_ON", "then"),
        ("#ifdef CONFIG_OFF", "otherwise"),
        ("#ifdef CONFIG_MOD", "otherwise"),
        ("#ifdef CONFIG_MOD_MODULE", "then"),
        ("#ifdef CONFIG_ON_MODULE", "otherwise"),
        ("#ifdef CONFIG_ZERO", "then"),
        ("#ifdef CONFIG_TEXT", "then"),
        ("#ifdef CONFIG_UNKNOWN", "undecided"),
        ("#ifdef CONFIG_UNKNOWN_MODULE", "undecided"),
        ("#ifndef CONFIG_ON", "otherwise"),
        ("#ifndef CONFIG_UNKNOWN", "undecided"),
        ("#ifdef UNKNOWN", "undecided"),
        ("#ifdef __ASSEMBLY__", "otherwise"),
        ("#ifdef __KERNEL__", "then"),
        ("#ifdef MODULE", "otherwise"),
        ("#if defined(CONFIG_ON) && !defined CONFIG_OFF", "then"),
        ("#if defined(CONFIG_OFF) && defined(CONFIG_UNKNOWN)", "otherwise"),
        ("#if defined(CONFIG_UNKNOWN) && defined(CONFIG_OFF)", "otherwise"),
        ("#if defined(CONFIG_UNKNOWN) || defined(CONFIG_ON)", "then"),
        ("#if defined(CONFIG_UNKNOWN) || defined(CONFIG_OFF)", "undecided"),
        ("#if IS_ENABLED(CONFIG_ON)", "then"),
        ("#if IS_ENABLED(CONFIG_MOD)", "then"),
        ("#if IS_BUILTIN(CONFIG_MOD)", "otherwise"),
        ("#if IS_REACHABLE(CONFIG_MOD)", "otherwise"),
        ("#if IS_MODULE(CONFIG_MOD)", "then"),
        ("#if IS_ENABLED(CONFIG_UNKNOWN)", "undecided"),
        ("#if CONFIG_TEN > 9 && CONFIG_TEN != 11", "then"),
        ("#if CONFIG_ON", "then"),
        ("#if CONFIG_OFF", "otherwise"),
        ("#if CONFIG_MOD", "otherwise"),
        ("#if CONFIG_TEXT == 1", "undecided"),
        ("#if CONFIG_UNKNOWN > 3", "undecided"),
        ("#if SIZE == 4", "then"),
        ("#if UNKNOWN", "undecided"),
        ("#if UNKNOWN(1)", "undecided"),
        ("#if __has_include(<x.h>)", "undecided"),
        ("#if 1 ? CONFIG_ON : UNKNOWN", "then"),
        ("#if -1 < 0u", "otherwise"),
        ("#if 'a' == 97", "then"),
    ],
)
def test_what_a_condition_decides(condition: str, taken: str) -> None:
    assert choice(condition, CONFIG) == taken


def test_branches() -> None:
    text = "#if A == 1\nint one;\n#elif A == 2\nint two;\n#elif A == 3\nint three;\n#else\nint other;\n#endif\nint last;"
    assert names(text, {"A": 1}) == ["one", "last"]
    assert names(text, {"A": 2}) == ["two", "last"]
    assert names(text, {"A": 4}) == ["other", "last"]


def test_what_is_left_out_is_not_looked_at() -> None:
    text = "#if 0\n#if (\n#elif\n#else x y\n#endif\n#define A 1\n#error x\n#nonsense\n'unclosed\n}\n#endif\nint a = A;"
    assert names(text) == ["a"]
    assert "A" not in scan(text).macros.entries


def test_an_undecided_symbol_spoils_what_it_is_in_and_nothing_else() -> None:
    text = "int f(void)\n{\n#ifdef CONFIG_X\n\tif (a) {\n#else\n\tif (b) {\n#endif\n\t}\n}\nint g(void) { }"
    first, second = parsed(scan(text))
    assert isinstance(first, Unparsed)
    assert first.name == "f"
    assert first.at.line == 4
    assert first.reason == "it depends on `CONFIG_X`, which is not decided (line 3): set it in [config]"
    assert isinstance(second, FunctionDefinition)


def test_undecided_heads_of_one_function() -> None:
    text = "#ifdef CONFIG_X\nint f(int a)\n{\n#else\nint f(void)\n{\n#endif\n\treturn 1;\n}\nint g(void) { }"
    first, second = parsed(scan(text))
    assert isinstance(first, Unparsed)
    assert isinstance(second, FunctionDefinition)


def test_undecided_alternatives_are_chunks_of_their_own() -> None:
    nodes = parsed(scan("#ifdef CONFIG_X\nint f(void) { }\n#else\nint g(void) { }\n#endif\nint h(void) { }"))
    assert [(type(node).__name__, getattr(node, "name", None)) for node in nodes] == [
        ("Unparsed", "f"),
        ("Unparsed", "g"),
        ("FunctionDefinition", "h"),
    ]


def test_a_macro_that_is_perhaps_defined_cannot_be_used() -> None:
    text = "#ifdef CONFIG_X\n#define A 1\n#endif\nint a = A;"
    assert refusal(text).startswith("kernel/stack.c:4:9: error: the macro `A`: it depends on `CONFIG_X`")
    assert choice("#ifdef CONFIG_X\n#define A\n#endif\n#ifdef A", {}) == "undecided"
    assert choice("#ifdef CONFIG_X\n#undef A\n#endif\n#if A", {"A": 1}) == "undecided"


def test_guards_and_defaults_are_understood() -> None:
    scanned = scan("#ifndef _STACK_H\n#define _STACK_H\n#ifndef PAGES\n#define PAGES 1\n#endif\nint a = PAGES;\n#endif")
    assert [type(node).__name__ for node in parsed(scanned)] == ["VariableDefinition"]
    (entry,) = scanned.macros.entries["PAGES"]
    assert isinstance(entry[1], MacroDefinition)


def test_a_default_of_what_is_configured_is_not_taken() -> None:
    scanned = scan("#ifndef PAGES\n#define PAGES 1\n#endif\nint a[PAGES];", {"PAGES": 2})
    assert scanned.macros.entries == {}


def test_includes_are_listed() -> None:
    scanned = scan('#include <linux/mm.h>\n# include "x.h" /* why */\n#include X')
    assert [include.name for include in scanned.includes] == ["<linux/mm.h>", '"x.h"', "X"]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("#if 1\nint a;", "1:2: error: `#if` without `#endif`"),
        ("#ifdef A\n#if 0\n#endif", "1:2: error: `#if` without `#endif`"),
        ("#endif", "1:2: error: `#endif` without `#if`"),
        ("#else", "1:2: error: `#else` without `#if`"),
        ("#elif 1", "1:2: error: `#elif` without `#if`"),
        ("#if 1\n#else\n#else\n#endif", "3:2: error: `#else` behind `#else`"),
        ("#if 1\n#else\n#elif 1\n#endif", "3:2: error: `#elif` behind `#else`"),
        ("#if\n#endif", "1:2: error: `#if` without a condition"),
        ("#if 1 +\n#endif", "1:8: error: expected an expression before the end"),
        ("#if 1 2\n#endif", "1:7: error: expected an operator before `2`"),
        ("#if 1 / 0\n#endif", "1:7: error: division by zero"),
        ("#if 1 << 64\n#endif", "1:7: error: a shift by a negative number, or by more than 63"),
        ("#if a = 1\n#endif", "1:7: error: expected an operator before `=`"),
        ('#if "a"\n#endif', "1:5: error: this is no part of a condition of #if"),
        ("#if defined\n#endif", "1:5: error: expected a name behind `defined`"),
        ("#if defined(A\n#endif", "1:5: error: expected a name behind `defined`"),
        ("#if defined(1)\n#endif", "1:5: error: expected a name behind `defined`"),
        ("#ifdef\n#endif", "1:2: error: expected the name of a macro behind `#ifdef`"),
        ("#ifdef 1\n#endif", "1:8: error: expected the name of a macro behind `#ifdef`"),
        ("#define", "1:2: error: expected the name of a macro behind `#define`"),
        ("#define defined", "1:9: error: expected the name of a macro behind `#define`"),
        ("#define F(a", "1:9: error: the parameters of the macro `F` are malformed"),
        ("#define F(a,) a", "1:9: error: the parameters of the macro `F` are malformed"),
        ("#define F(a, a) a", "1:9: error: the parameters of the macro `F` are malformed"),
        ("#define F(..., a) a", "1:9: error: the parameters of the macro `F` are malformed"),
        ("#define F(1) a", "1:9: error: the parameters of the macro `F` are malformed"),
        ("#error no such thing", "1:2: error: #error is reached: does the configuration fit?"),
        ('#line 3 "x.c"', "1:2: error: the directive `line` is not supported"),
        ('# 3 "x.c"', "1:3: error: the directive `3` is not supported"),
        ("#import <x>", "1:2: error: the directive `import` is not supported"),
    ],
)
def test_directives_that_cannot_be_carried_out(text: str, error: str) -> None:
    with pytest.raises(ModelError) as caught:
        scan(text)
    assert str(caught.value) == f"kernel/stack.c:{error}"


def test_directives_that_say_nothing_here() -> None:
    assert names("#\n#pragma once\n#warning x\n#ifdef CONFIG_X\n#error x\n#endif\nint a;") == ["a"]


def test_a_hunk_may_begin_and_end_inside_conditionals() -> None:
    scanned = scan_hunks(hunk("", ".int a;\n.#else\n.int b;\n.#endif\n.int c;\n.#ifdef CONFIG_ON\n.int d;"), config=CONFIG)
    assert [(type(node).__name__, getattr(node, "name", None)) for node in parsed(scanned)] == [
        ("VariableDefinition", "a"),
        ("Unparsed", None),
        ("VariableDefinition", "c"),
        ("VariableDefinition", "d"),
    ]
    (note,) = scanned.notes
    assert str(note.position) == "kernel/stack.c:102:2"
    assert "outside of the hunk" in note.what


def test_what_became_of_added_lines() -> None:
    scanned = scan_hunks(
        hunk("", "+#if 0\n+int a;\n+#endif\n+\n+/* b */\n+ int c; /* d\n+ e */\n+#define F \\\n+    1\n.int g;\n+"),
    )
    assert [scanned.added[line] for line in sorted(scanned.added)] == [
        Use.DIRECTIVE,
        Use.LEFT_OUT,
        Use.DIRECTIVE,
        Use.BLANK,
        Use.BLANK,
        Use.CHUNK,
        Use.BLANK,
        Use.DIRECTIVE,
        Use.DIRECTIVE,
        Use.BLANK,
    ]


def test_a_default_decides_no_symbol_of_the_configuration() -> None:
    assert choice("#ifndef CONFIG_X\n#define CONFIG_X\n#endif\n#ifdef CONFIG_X", {}) == "undecided"


def test_conditions_see_the_macros_of_headers() -> None:
    header = scan("#define PAGES 4")
    text = "#if PAGES == 4\nint then;\n#else\nint otherwise;\n#endif"
    (node,) = parsed(scan_file(whole_file(text), {}, all_of([header.macros])))
    assert getattr(node, "name", None) == "then"
