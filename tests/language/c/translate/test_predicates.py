# SPDX-License-Identifier: GPL-2.0-only
"""A C function without effects is the same as one expression: each is executed as a routine and evaluated as a function."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.language import tree
from checker.language.c.translate.predicates import Predicates
from checker.language.errors import ModelError
from tools.validation.interpreted import Translated, run, translated
from tools.validation.random.numbers import INT
from tools.validation.random.programs import Program
from tools.validation.random.scope import Parameter

GIVEN = tuple((x,) for x in range(-3, 9))
STATICS = "static int a[5];\nstatic int top = 4;\n"


def written(text: str) -> Program:
    return Program(0, text, "f", (Parameter("x", INT, -1000, 1000),), INT, (), GIVEN)


def as_function(made: Translated) -> Translated:
    """The same with a function in place of the routine, which a routine of one statement asks."""
    routines = made.program.routines
    routine = routines[made.routine]
    function = Predicates(routines.get, lambda name: False).function(routine)
    assert routine.result is not None
    arguments = tuple(tree.LocalRead(routine.position, p.type, p.name) for p in routine.parameters)
    asked = tree.Return(routine.position, tree.Call(routine.position, routine.result, "the function", arguments))
    asking = dataclasses.replace(routine, body=(asked,), locals=())
    functions = {"the function": dataclasses.replace(function, name="the function")}
    return Translated(dataclasses.replace(made.program, functions=functions, routines={made.routine: asking}), made.routine)


def check(text: str) -> None:
    program = written(text)
    made = translated(program)
    assert run(program, as_function(made)) == run(program, made)


@pytest.mark.parametrize(
    "body",
    [
        "return x + 1;",
        "if (x > 2) return 1; return 0;",
        "int y = 5; if (x > 2) y = x; else y += 2; return y;",
        "int y = x; if (y < 0) y = -y; if (y > 4) y = 4; return y * 10;",
        "int n = 0; for (int i = 0; i < 7; i++) n += i; return n + x;",
        "int n = x; for (int i = 0; i < 7; i++) { if (i == x) continue; n++; } return n;",
        "int n = 0; for (int i = 0; i < 7; i++) { int twice = i * 2; if (twice > x) n += twice; else n++; } return n;",
        "int n = 0, m = 1; for (int i = 0; i < 3; i++) { n += m; if (i != x) n += 2; } return n;",
        "return g(x) + 2;",
        "int n = 0; for (int i = 0; i < 5; i++) { if (g(i) > x) n++; } return n * 2;",
        "return a[2] + top - x;",
        "int n = 0; for (int i = 0; i < 5; i++) { n += a[i] + 1; } return n;",
        "if (x == 1) { if (top) return 3; return 4; } return x && top;",
    ],
)
def test_it_has_the_same_value(body: str) -> None:
    helper = "static int g(int y)\n{\n	int s = 1;\n	for (int i = 0; i < 3; i++) {\n		if (i < y)\n			s += i;\n	}\n	return s;\n}\n"
    check(f"{STATICS}{helper}static int f(int x)\n{{\n{body}\n}}\n")


EXPRESSION = st.recursive(
    st.sampled_from(["x", "y", "n", "1", "2", "3", "top"]),
    lambda inner: st.builds(
        lambda operator, a, b: f"({a} {operator} {b})", st.sampled_from(["+", "-", "<", "==", "&&", "||", ">="]), inner, inner
    ),
    max_leaves=4,
)
STATEMENT = st.recursive(
    st.one_of(
        st.builds("y = {};".format, EXPRESSION),
        st.builds("n += {};".format, EXPRESSION),
        st.builds("if ({}) return {};".format, EXPRESSION, EXPRESSION),
        st.builds("for (int i = 0; i < 3; i++) {{ if ({} > i) n += i; }}".format, EXPRESSION.filter(lambda e: "n" not in e)),
        st.builds("for (int i = 0; i < 4; i++) {{ int k = i + 1; if (k == {}) return {}; }}".format, EXPRESSION, EXPRESSION),
    ),
    lambda inner: st.builds(lambda test, one, other: f"if ({test}) {{ {one} }} else {{ {other} }}", EXPRESSION, inner, inner),
    max_leaves=3,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(STATEMENT, max_size=4), EXPRESSION)
def test_random_functions_have_the_same_value(statements: list[str], result: str) -> None:
    text = " ".join(statements)
    check(f"{STATICS}static int f(int x)\n{{\nint y = 2, n = 0; {text} return {result};\n}}\n")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("top = 1; return x;", "looked at at once and changes nothing"),
        ("int n = 0; for (int i = 0; i < top; i++) { n += a[i] + 1; } return n;", "looked at at once and changes nothing"),
        ("while (x > 0) x--; return x;", "looked at at once and changes nothing"),
        ("int n = 3; for (int i = 0; i < 3; i++) n = i; return n;", "which can only count it up"),
        ("int n = 0; for (int i = 0; i < 3; i++) { n++; if (i == x) return 1; } return n;", "counts and returns"),
        ("for (int i = 0; i < 3; i++) if (a[i] == x) return i; return 9;", "depends on the round"),
        ("for (int i = 0; i < 3; i++) { if (a[i] == x) return 1; if (a[i] == 2) return 2; } return 9;", "in several places"),
        ("int n = 0; for (int i = 0; i < 3; i++) { for (int k = 0; k < 3; k++) n++; } return n;", "looked at at once"),
    ],
)
def test_what_is_no_expression_is_refused(body: str, told: str) -> None:
    with pytest.raises(ModelError) as found:
        as_function(translated(written(f"{STATICS}static int f(int x)\n{{\n{body}\n}}\n")))
    assert found.value.position.file == "program.c"
    assert told in str(found.value)
