# SPDX-License-Identifier: GPL-2.0-only
"""Each kind of statement and of declarations in blocks."""

from __future__ import annotations

import pytest

from checker.language.c.syntax import Compound, If
from tests.language.c.parse.text import refusal, shape, statements

A, B, C = (("Name", letter) for letter in "abc")
INDEX = ("Name", "i")
INT = ("BuiltinType", "int")
EMPTY = ("Empty",)


def number(value: int) -> tuple[object, ...]:
    return ("Number", value, False, 0, value != 0)


def call(function: str, *arguments: object) -> tuple[object, ...]:
    return ("Call", ("Name", function), list(arguments))


def does(expression: object) -> tuple[object, ...]:
    return ("ExpressionStatement", expression)


def declares(name: str, type_: object, initialiser: object = None, *attributes: str) -> tuple[object, ...]:
    return ("Declaration", name, type_, initialiser, list(attributes))


def pointer(type_: object) -> tuple[object, ...]:
    return ("PointerType", type_)


PAGE = ("TaggedType", "struct", "page", None)

SHAPES: dict[str, list[object]] = {
    ";": [EMPTY],
    "{ a; b; }": [("Compound", [does(A), does(B)])],
    "if (a) b;": [("If", A, does(B), None)],
    "if (a) b; else c;": [("If", A, does(B), does(C))],
    "if (a) if (b) ; else c;": [("If", A, ("If", B, EMPTY, does(C)), None)],
    "if (a) { } else if (b) { } else c;": [("If", A, ("Compound", []), ("If", B, ("Compound", []), does(C)))],
    "while (a) b;": [("While", A, does(B))],
    "do b; while (a);": [("DoWhile", does(B), A)],
    "do { } while (0);": [("DoWhile", ("Compound", []), number(0))],
    "for (;;) ;": [("For", [], None, None, EMPTY)],
    "for (i = 0; i < a; i++) b;": [
        (
            "For",
            [does(("Assign", "=", INDEX, number(0)))],
            ("Binary", "<", INDEX, A),
            ("Increment", "++", INDEX, False),
            does(B),
        )
    ],
    "for (int i = 0, *p; ; ) ;": [("For", [declares("i", INT, number(0)), declares("p", pointer(INT))], None, None, EMPTY)],
    "for (u8 i = 0; ; ) ;": [("For", [declares("i", ("TypedefType", "u8"), number(0))], None, None, EMPTY)],
    "switch (a) { case 1: b; break; case 2 ... 3: default: c; }": [
        (
            "Switch",
            A,
            (
                "Compound",
                [
                    ("Case", number(1), None),
                    does(B),
                    ("Break",),
                    ("Case", number(2), number(3)),
                    ("Default",),
                    does(C),
                ],
            ),
        )
    ],
    "goto out; out: return a;": [("Goto", "out", None), ("Label", "out"), ("Return", A)],
    "out:": [("Label", "out")],
    "if (a) out: b;": [("If", A, ("Compound", [("Label", "out"), does(B)]), None)],
    "goto *a;": [("Goto", "", A)],
    "return;": [("Return", None)],
    "while (a) continue;": [("While", A, ("Continue",))],
    'asm volatile("" : "=r" (a) : "m" (b) : "memory");': [("Asm",)],
    '__asm__ __volatile__("rep; nop");': [("Asm",)],
    "for_each_possible_cpu(c) { }": [("IteratorLoop", "for_each_possible_cpu", [C], ("Compound", []))],
    "for_each_possible_cpu(c) a;": [("IteratorLoop", "for_each_possible_cpu", [C], does(A))],
    "for_each_thing(a);": [does(call("for_each_thing", A))],
    "list_for_each_entry_safe(a, b, &c->i, i) if (a) b;": [
        (
            "IteratorLoop",
            "list_for_each_entry_safe",
            [A, B, ("Unary", "&", ("Member", C, "i", True)), INDEX],
            ("If", A, does(B), None),
        )
    ],
    "llist_for_each(a, b) { }": [("IteratorLoop", "llist_for_each", [A, B], ("Compound", []))],
    "odd_range(a, b) { c; }": [("IteratorLoop", "odd_range", [A, B], ("Compound", [does(C)]))],
    "guard(raw_spinlock)(&a);": [("GuardStatement", "raw_spinlock", [("Unary", "&", A)])],
    "guard(rcu)();": [("GuardStatement", "rcu", [])],
    "scoped_guard(mutex, &a) b;": [("ScopedGuard", "mutex", [("Unary", "&", A)], does(B), None)],
    "scoped_guard(preempt) { }": [("ScopedGuard", "preempt", [], ("Compound", []), None)],
    "scoped_cond_guard(mutex_intr, return -1, &a) { }": [
        ("ScopedGuard", "mutex_intr", [("Unary", "&", A)], ("Compound", []), ("Return", ("Unary", "-", number(1))))
    ],
    "fallthrough;": [does(("Name", "fallthrough"))],
    "__attribute__((__fallthrough__));": [EMPTY],
    "int a;": [declares("a", INT)],
    "int a, *b = &a, c[2];": [
        declares("a", INT),
        declares("b", pointer(INT), ("Unary", "&", A)),
        declares("c", ("ArrayType", INT, number(2))),
    ],
    "static const char *a = b;": [declares("a", pointer(("BuiltinType", ["const"], "char")), B, "static")],
    "struct page *a = b;": [declares("a", pointer(PAGE), B)],
    "struct page **a = this_cpu_ptr(b);": [declares("a", pointer(pointer(PAGE)), call("this_cpu_ptr", B))],
    "struct page *a __free(kfree) = b;": [declares("a", pointer(PAGE), B, "__free")],
    "odd a;": [declares("a", ("TypedefType", "odd"))],
    "odd *a = b;": [declares("a", pointer(("TypedefType", "odd")), B)],
    "odd * a;": [declares("a", pointer(("TypedefType", "odd")))],
    "int a; a * b;": [declares("a", INT), does(("Binary", "*", A, B))],
    "odd_t a = { .x = 1 };": [
        declares(
            "a",
            ("TypedefType", "odd_t"),
            ("InitialiserList", [("InitialiserItem", [("Designator", "x", None, None)], number(1))]),
        )
    ],
    "int a[] = { [0 ... 2] = 1, };": [
        declares(
            "a",
            ("ArrayType", INT, None),
            ("InitialiserList", [("InitialiserItem", [("Designator", None, number(0), number(2))], number(1))]),
        )
    ],
    "unsigned long flags __maybe_unused;": [declares("flags", ("BuiltinType", "unsigned long"), None, "__maybe_unused")],
    "int __maybe_unused a;": [declares("a", INT, None, "__maybe_unused")],
    "typeof(a) b = a;": [declares("b", ("TypeofType", "typeof", A), A)],
    "__auto_type b = a;": [declares("b", ("TypeofType", "__auto_type", None), A)],
    "int (*a)(int, char *);": [
        declares(
            "a",
            (
                "FunctionPointerType",
                INT,
                [("Parameter", None, INT, []), ("Parameter", None, pointer(("BuiltinType", "char")), [])],
                False,
            ),
        )
    ],
    "int (*a[2])(void);": [declares("a", ("ArrayType", ("FunctionPointerType", INT, [], False), number(2)))],
    "int (*a)[2];": [declares("a", pointer(("ArrayType", INT, number(2))))],
    "int *a[2];": [declares("a", ("ArrayType", pointer(INT), number(2)))],
    "extern int a(int b, ...);": [declares("a", ("FunctionType", INT, [("Parameter", "b", INT, [])], True), None, "extern")],
    "static DEFINE_RATELIMIT_STATE(a, 1);": [("MacroDeclaration", "DEFINE_RATELIMIT_STATE", [A, number(1)], ["static"])],
    "LIST_HEAD(a);": [does(call("LIST_HEAD", A))],
    "struct x { int a; };": [
        ("TypeDeclaration", ("StructDefinition", "struct", "x", [("StructMember", "a", INT, None, [], None, [])], []))
    ],
    "typedef int odd; odd a; (odd)(b);": [
        declares("odd", INT, None, "typedef"),
        declares("a", ("TypedefType", "odd")),
        does(("Cast", ("TypedefType", "odd"), B)),
    ],
}


@pytest.mark.parametrize("text", SHAPES)
def test_what_a_statement_is(text: str) -> None:
    assert shape(statements(text)) == SHAPES[text]


WRONG = {
    "a": "expected `;` before `}`",
    "else a;": "`else` without `if`",
    "if a;": "expected `(` before `a`",
    "do a;": "expected `while` before `}`",
    "do a; while (b)": "expected `;` before `}`",
    "case 1 a;": "expected `:` before `a`",
    "goto 1;": "expected a label before `1`",
    "for (a; b) ;": "expected `;` before `)`",
    "int;": "a declaration that declares nothing",
    "static a;": "a declaration that declares nothing",
    "int a b;": "expected `;` before `b`",
    "int *;": "expected a name before `;`",
    "guard(a);": "expected `(` before `;`",
    "guard(1)(a);": "expected the kind of a lock before `1`",
    "if (a)": "expected an expression before `}`",
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_no_statement_is_refused(text: str) -> None:
    assert refusal(f"void f(void)\n{{\n{text}\n}}").split(": error: ")[1] == WRONG[text]


def test_positions_of_statements() -> None:
    (chain,) = statements("\tif (a)\n\t\tb = 1;\n\telse if (c) {\n\t\td();\n\t}")
    assert isinstance(chain, If)
    assert (chain.position.line, chain.position.column) == (3, 2)
    assert (chain.then.position.line, chain.then.position.column) == (4, 3)
    assert isinstance(inner := chain.otherwise, If)
    assert (inner.position.line, inner.position.column) == (5, 7)
    assert isinstance(inner.then, Compound)
    assert (inner.then.end.line, inner.then.end.column) == (7, 2)


def test_a_variable_of_a_block_is_a_type_again_behind_it() -> None:
    found = shape(statements("{ int u8; u8 * a; } u8 *a;"))
    assert isinstance(found, list)
    assert found[1] == declares("a", pointer(("TypedefType", "u8")))
