# SPDX-License-Identifier: GPL-2.0-only
"""What C text computes in a model, where a translation once had it otherwise than C: each with the value that C gives."""

from __future__ import annotations

import pytest

from checker.trace.state import Stopped
from tools.validation.compiled import find_compiler
from tools.validation.compiled import run as run_compiled
from tools.validation.interpreted import run, translated
from tools.validation.random.numbers import INT
from tools.validation.random.programs import Program
from tools.validation.random.scope import Parameter


def program(body: str, statics: str = "") -> Program:
    """A function with that body, called with x = 0."""
    text = f"{statics}\nstatic int f(int x)\n{{\n{body}\n}}\n"
    return Program(0, text, "f", (Parameter("x", INT, -1000, 1000),), INT, (), ((0,),))


def value(body: str, statics: str = "") -> int:
    """What it returns in a model."""
    written = program(body, statics)
    ((result, *_),) = run(written, translated(written))
    return result


@pytest.mark.parametrize(
    ("statics", "body", "wanted"),
    [
        # A variable has the type that its definition says: a byte becomes an int, an unsigned long has 64 bits.
        ("static u8 c = 3;", "return c < -1;", 0),
        ("static u8 c = 3;", "return ~c;", -4),
        ("static u8 c = 3;", "return c - 5;", -2),
        ("static unsigned long w = 3;", "return w << 31 << 2 >> 32;", 6),
        # Both sides of ?: decide its type.
        ("static unsigned int u = 3;", "return (x ? u : -1) > 5u;", 1),
        ("static s8 s = -3; static long w;", "return 3u <= (5 == 0 ? w : s);", 0),
        # An assignment has the value that was stored.
        ("static bool b;", "x = b = 5; return x;", 1),
        # It is in the range of the variable, which what computes with it may rely on.
        ("static unsigned int u; static int n = 300;", "x = (u8)(u = n - 1); return x;", 43),
        ("static unsigned int u = 290; static int n = 10;", "x = (u8)(u += n - 1); return x;", 43),
        # A constant of an enum is an int, one more than the one before it.
        ("enum { A, B = 4, C };", "return 100 * A + 10 * B + C;", 45),
        ("enum { A = -2, B, C };", "return A < 0u ? 1 : C;", 0),
        ("enum { A = -2, B };", "return A * 10 + B;", -21),
        ("enum { A = 3u };", "return A - 5 < 0;", 1),
        ("enum { A = sizeof(int), B = A << 2 | 1, C = B > A ? (u8)300 : 0 };", "return B + C;", 61),
        ("enum one { A = 7 }; enum two { B = A + 1, };", "return B;", 8),
        ("typedef enum { A = 5, B } kind; static kind k = B;", "return k + A;", 11),
        ("enum { N = 2 }; static int row[N + 1];", "row[N] = 9; return row[2];", 9),
        ("enum { A = 1, B };", "switch (x + 2) { case A: return 10; case B: return 20; } return 30;", 20),
        ("enum { A = 1 };", "int A = 5; return A;", 5),
        # `op=` converts what it computes.
        ("static unsigned int u = 4;", "u *= 0x40000001u; return u;", 4),
        ("static bool b = 1;", "b += 1; return b;", 1),
        ("static bool b;", "b |= 4; return b;", 1),
        # A break leaves the switch around it, and not a loop around that; a continue is of the loop.
        ("", "for (int i = 0; i < 3; i++) { switch (i) { case 1: if (x == 0) break; x += 9; } x += 1; } return x;", 12),
        ("", "for (int i = 0; i < 3; i++) { switch (i) { case 1: { break; } default: x += 2; } x += 1; } return x;", 7),
        (
            "",
            "for (int i = 0; i < 4; i++) { switch (i) { case 1: if (x) break; case 2: continue; } x += 10; } return x;",
            30,
        ),
        # The step of a loop does not see what its body declares.
        ("", "int k = 1, i; for (i = 0; i < 4; i += k) { int k = 3; if (k == 3) continue; x = 9; } return i;", 4),
        # Initial values are converted.
        ("static bool b = 2;", "return b;", 1),
        ("static u8 c = 300;", "return c;", 44),
        ("static int n = sizeof(int) + (u8)257;", "return n;", 5),
        ("static int a[sizeof(u8)];", "return a[0] + sizeof(short);", 2),
    ],
)
def test_value(statics: str, body: str, wanted: int) -> None:
    assert value(body, statics) == wanted
    if compiler := find_compiler():
        assert [result for result, *_ in run_compiled([program(body, statics)], compiler)[0]] == [wanted]


def test_a_loop_does_not_count_from_a_negative_number_to_an_unsigned_one() -> None:
    """For C -1 is not below 2u; a model stops at such a comparison, and must not count from -1."""
    with pytest.raises(Stopped, match="the value -1 is outside its range"):
        value("unsigned int n = 2; for (int i = -1; i < n; i++) x += 1; return x;")
