# SPDX-License-Identifier: GPL-2.0-only
"""Changes of functions of C: which there are, how they are called, and what the function is then."""

from __future__ import annotations

import copy

import pytest

from checker.language.c.syntax import FunctionDefinition
from checker.language.c.syntax.walking import walk
from checker.mutation.c.changes import changes
from checker.mutation.c.rewriting import replaced
from checker.mutation.c.wording import expression, statement, whole
from tests.language.c.parse.text import expression as parsed_expression
from tests.language.c.parse.text import parse


def function(body: str, head: str = "void f(struct page *p, int n)") -> FunctionDefinition:
    (found,) = parse(f"{head}\n{{\n{body}\n}}")
    assert isinstance(found, FunctionDefinition)
    return found


def named(body: str, head: str = "void f(struct page *p, int n)") -> list[str]:
    return [f"{change.kind}: {change.what}" for change in changes(function(body, head))]


def after(body: str, name: str, head: str = "void f(struct page *p, int n)") -> str:
    """The function after the change of that name, without positions."""
    (found,) = [change for change in changes(function(body, head)) if f"{change.kind}: {change.what}" == name]
    return whole(found.function)


def test_statements_are_dropped_swapped_and_not_reached() -> None:
    assert named("a(p);\nb(p);") == [
        "drop: a(p)",
        "swap: a(p) <-> b(p)",
        "drop: b(p)",
        "return early: before: b(p)",
    ]
    assert after("a(p);\nb(p);", "drop: a(p)") == whole(function(";\nb(p);"))
    assert after("a(p);\nb(p);", "drop: b(p)") == whole(function("a(p);\n;"))
    assert after("a(p);\nb(p);", "return early: before: b(p)") == whole(function("a(p);\nreturn;"))
    assert after("a(p);\nb(p);", "swap: a(p) <-> b(p)") == whole(function("{ b(p); a(p); }\n;"))


def test_a_function_with_a_result_does_not_return_early() -> None:
    assert named("a(p);\nreturn n;", "int f(struct page *p, int n)") == ["drop: a(p)", "drop: return n"]


@pytest.mark.parametrize(
    ("before", "after_"),
    [
        ("a == b", "a != b"),
        ("a < b", "a >= b"),
        ("!a", "a"),
        ("a && b", "!(a && b)"),
        ("a(p)", "!a(p)"),
    ],
)
def test_conditions_are_negated(before: str, after_: str) -> None:
    body = "if ({}) {{\nx(p);\ny(p);\n}}"
    assert after(body.format(before), f"negate: if ({before})") == whole(function(body.format(after_)))


@pytest.mark.parametrize(
    ("before", "kind", "after_"),
    [
        ("n < 3", "off by one", ["n <= 3", "n < 4", "n < 2"]),
        ("n >= 0", "off by one", ["n > 0", "n >= 1"]),
        ("n & m", "and/or", ["n | m"]),
        ("n | m", "constant", ["m", "n"]),
        ("n & ~m", "constant", ["n & m"]),
        ("a && b", "and/or", ["a || b"]),
        ("a && b", "drop condition", ["b", "a"]),
        ("a && !b", "negate", ["a && b"]),
        ("n + m", "operator", ["n - m"]),
        ("n++", "operator", ["n--"]),
        ("true", "constant", ["false"]),
        ("a ? b : c", "negate", ["!a ? b : c"]),
        ("n |= m", "and/or", ["n &= m"]),
        ("n -= m", "operator", ["n += m"]),
    ],
)
def test_expressions_are_changed(before: str, kind: str, after_: list[str]) -> None:
    body = "use({});"
    found = [whole(change.function) for change in changes(function(body.format(before))) if change.kind == kind]
    assert found == [whole(function(body.format(text))) for text in after_]


def test_results_of_conditions_are_negated() -> None:
    names = named("return n == 1;", "bool f(int n)")
    assert "negate: return n == 1" in names
    assert "negate: return n == 1" not in named("return n == 1;", "int f(int n)")


def test_statements_in_others_are_changed_too_and_a_lone_one_is_not_dropped_twice() -> None:
    body = "for (i = 0; i < n; i++) {\nif (n)\na(p);\nelse\nb(p);\n}"
    names = named(body)
    assert "drop: for (i = 0; i < n; i++)" in names
    assert "drop: if (n)" not in names, "it is all that is in the loop"
    assert "drop: a(p)" in names and "drop: b(p)" in names
    assert "drop: a(p)" not in named("if (n)\na(p);")


def test_what_a_label_marks_stays() -> None:
    names = named("if (n)\ngoto out;\na(p);\nout:\nb(p);")
    assert not any(name.startswith("drop: out") or "<-> out" in name for name in names)


def test_each_change_is_another_function_and_leaves_the_first_as_it_is() -> None:
    body = "int i;\n\nfor (i = 0; i < n; i++) {\nif (!p || n & 1)\ncontinue;\nn += 1;\n}\na(p);\na(p);"
    original = function(body)
    before = copy.deepcopy(original)
    found = [whole(change.function) for change in changes(original)]
    assert len(set(found)) == len(found)
    assert whole(original) not in found
    assert original == before


def test_only_the_very_node_is_replaced() -> None:
    node = function("a(p);\na(p);")
    first, second = node.body.statements
    changed = replaced(node, second, function("b(p);").body.statements[0])
    assert [statement(each) for each in changed.body.statements] == ["a(p)", "b(p)"]
    assert changed.body.statements[0] is first


@pytest.mark.parametrize(
    "text",
    [
        "(a + b) * c",
        "a - (b - c)",
        "a - b - c",
        "(a | b) & ~c",
        "!(a && b) || c",
        "*p++",
        "(*p)++",
        "&p->q[i].r",
        "(unsigned long)p & 1",
        "(void *)((unsigned long)p | 1)",
        "f(a, g(b), -c)",
        "a ? b : c ? d : e",
        "sizeof(struct page *)",
        "a = b",
    ],
)
def test_text_of_an_expression_says_the_same(text: str) -> None:
    assert whole(parsed_expression(expression(parsed_expression(text)))) == whole(parsed_expression(text))
    assert all(expression(part) for part in walk(parsed_expression(text)))
