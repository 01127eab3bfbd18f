# SPDX-License-Identifier: GPL-2.0-only
"""Ranges of integers in C: small where all that is assigned is small, and never smaller than what comes.

Random programs (tools/validation) go through the same ranges before they are compared with what a compiler makes of them.
"""

from __future__ import annotations

import pytest

from checker.language import tree
from tools.validation.interpreted import run, translated
from tools.validation.random.numbers import INT
from tools.validation.random.programs import Program
from tools.validation.random.scope import Parameter


def program(text: str) -> Program:
    return Program(0, text, "f", (Parameter("x", INT, -1000, 1000),), INT, (), tuple((x,) for x in range(-3, 9)))


def ranges(body: str, more: str = "") -> dict[str, tuple[int, int]]:
    """The ranges of the locals of a function, and its values, to be sure that they fit."""
    made = translated(written := program(f"{more}static int f(int x)\n{{\n{body}\n}}\n"))
    run(written, made)
    return {
        f"{routine.name}.{local.name}": (local.type.low, local.type.high)
        for routine in made.program.routines.values()
        for local in (*routine.parameters, *routine.locals)
        if isinstance(local.type, tree.IntType)
    }


@pytest.mark.parametrize(
    ("body", "local", "wanted"),
    [
        ("int a = 3; return a;", "f.a", (3, 3)),
        ("int a = 3; if (x > 1) a = 7; return a;", "f.a", (3, 7)),
        ("int a = 3, b; b = a + 2; a = 9; return b;", "f.b", (5, 11)),
        ("unsigned int a = 5; a &= 3; return a;", "f.a", (0, 5)),
        ("int n = 0; for (int i = 0; i < 4; i++) n = i * 2; return n;", "f.n", (0, 6)),
        ("int a = x > 2 ? 10 : 20; return a;", "f.a", (10, 20)),
        ("int a = g(2); a += g(5); return a;", "g.y", (2, 5)),
        ("int a = 1, b = 2; for (int i = 0; i < 3; i++) { int t = a; a = b; b = t; } return a;", "f.a", (1, 2)),
    ],
)
def test_what_is_small_has_a_small_range(body: str, local: str, wanted: tuple[int, int]) -> None:
    helper = "static int g(int y)\n{\n	return y + 1;\n}\n" if "g(" in body else ""
    assert ranges(body, helper)[local] == wanted


@pytest.mark.parametrize(
    "body",
    [
        "int n = 0; while (n < 5) n++; return n;",
        "int n = 8; do { n -= 3; } while (n > x); return n;",
        "int n = x; n = n * 2 - 1; return n;",
        "int n = 1; for (int i = 0; i < 5; i++) n *= 2; return n;",
    ],
)
def test_what_grows_keeps_its_range(body: str) -> None:
    low, high = ranges(body)["f.n"]
    assert (low, high) == (-(1 << 20), (1 << 20) - 1) or low >= -(1 << 20)


def test_parameters_of_what_others_call_stay() -> None:
    assert ranges("return x;")["f.x"] == (-(1 << 20), (1 << 20) - 1)
