# SPDX-License-Identifier: GPL-2.0-only
"""Each kind of expression, and what looks like one kind and is another."""

from __future__ import annotations

import pytest

from tests.language.c.parse.text import expression, refusal, shape


def name(text: str) -> tuple[str, str]:
    return ("Name", text)


def number(value: int, unsigned: bool = False, long: int = 0, decimal: bool = True) -> tuple[object, ...]:
    return ("Number", value, unsigned, long, decimal)


INT = ("BuiltinType", "int")
A, B, C, D = map(name, "abcd")

SHAPES = {
    "a + b * c": ("Binary", "+", A, ("Binary", "*", B, C)),
    "a - b - c": ("Binary", "-", ("Binary", "-", A, B), C),
    "(a - b) - c": ("Binary", "-", ("Binary", "-", A, B), C),
    "a - (b - c)": ("Binary", "-", A, ("Binary", "-", B, C)),
    "a << b + c": ("Binary", "<<", A, ("Binary", "+", B, C)),
    "a & b == c": ("Binary", "&", A, ("Binary", "==", B, C)),
    "a < b == c > d": ("Binary", "==", ("Binary", "<", A, B), ("Binary", ">", C, D)),
    "a || b && c | d": ("Binary", "||", A, ("Binary", "&&", B, ("Binary", "|", C, D))),
    "a | b ^ c & d": ("Binary", "|", A, ("Binary", "^", B, ("Binary", "&", C, D))),
    "a = b = c": ("Assign", "=", A, ("Assign", "=", B, C)),
    "a |= b ? c : d": ("Assign", "|=", A, ("Conditional", B, C, D)),
    "a ? b : c ? d : a": ("Conditional", A, B, ("Conditional", C, D, A)),
    "a ?: b": ("Conditional", A, None, B),
    "a, b, c": ("Comma", ("Comma", A, B), C),
    "a ? b, c : d": ("Conditional", A, ("Comma", B, C), D),
    "-a * b": ("Binary", "*", ("Unary", "-", A), B),
    "- -a": ("Unary", "-", ("Unary", "-", A)),
    "!~a": ("Unary", "!", ("Unary", "~", A)),
    "*a++": ("Unary", "*", ("Increment", "++", A, False)),
    "(*a)++": ("Increment", "++", ("Unary", "*", A), False),
    "--a->b": ("Increment", "--", ("Member", A, "b", True), True),
    "a+++b": ("Binary", "+", ("Increment", "++", A, False), B),
    "a->b.c": ("Member", ("Member", A, "b", True), "c", False),
    "&a->b[c]": ("Unary", "&", ("Index", ("Member", A, "b", True), C)),
    "*a[b]": ("Unary", "*", ("Index", A, B)),
    "a(b)(c)": ("Call", ("Call", A, [B]), [C]),
    "a()": ("Call", A, []),
    "a((b, c))": ("Call", A, [("Comma", B, C)]),
    "a.b(c)": ("Call", ("Member", A, "b", False), [C]),
    "(int)a + b": ("Binary", "+", ("Cast", INT, A), B),
    "(int)(a + b)": ("Cast", INT, ("Binary", "+", A, B)),
    "(gfp_t)*a": ("Cast", ("TypedefType", "gfp_t"), ("Unary", "*", A)),
    "a((gfp_t)*b)": ("Call", A, [("Cast", ("TypedefType", "gfp_t"), ("Unary", "*", B))]),
    "(pte_t)(a)": ("Cast", ("TypedefType", "pte_t"), A),
    "(uintptr_t)a & ~b": ("Binary", "&", ("Cast", ("TypedefType", "uintptr_t"), A), ("Unary", "~", B)),
    "(odd_t)-a": ("Cast", ("TypedefType", "odd_t"), ("Unary", "-", A)),
    "(odd *)-a": ("Cast", ("PointerType", ("TypedefType", "odd")), ("Unary", "-", A)),
    "(odd)a": ("Cast", ("TypedefType", "odd"), A),
    "(odd)-a": ("Binary", "-", name("odd"), A),
    "(odd)(a)": ("Call", name("odd"), [A]),
    "(struct page *)a": ("Cast", ("PointerType", ("TaggedType", "struct", "page", None)), A),
    "(const char **)a": (
        "Cast",
        ("PointerType", ("PointerType", ("BuiltinType", ["const"], "char"))),
        A,
    ),
    "(void (*)(int))a": ("Cast", ("FunctionPointerType", ("BuiltinType", "void"), [("Parameter", None, INT, [])], False), A),
    "sizeof(int)": ("SizeofType", INT, "sizeof"),
    "sizeof(int) * a": ("Binary", "*", ("SizeofType", INT, "sizeof"), A),
    "sizeof(void *) * (a)": ("Binary", "*", ("SizeofType", ("PointerType", ("BuiltinType", "void")), "sizeof"), A),
    "sizeof(a)": ("SizeofExpression", A, "sizeof"),
    "sizeof *a": ("SizeofExpression", ("Unary", "*", A), "sizeof"),
    "sizeof(a) + b": ("Binary", "+", ("SizeofExpression", A, "sizeof"), B),
    "sizeof(a)->b": ("SizeofExpression", ("Member", A, "b", True), "sizeof"),
    "sizeof (int){1}": (
        "SizeofExpression",
        ("CompoundLiteral", INT, ("InitialiserList", [("InitialiserItem", [], number(1))])),
        "sizeof",
    ),
    "__alignof__(int)": ("SizeofType", INT, "_Alignof"),
    "(struct p){ .x = a, [b] = c, d }": (
        "CompoundLiteral",
        ("TaggedType", "struct", "p", None),
        (
            "InitialiserList",
            [
                ("InitialiserItem", [("Designator", "x", None, None)], A),
                ("InitialiserItem", [("Designator", None, B, None)], C),
                ("InitialiserItem", [], D),
            ],
        ),
    ),
    "container_of(a, struct p, x)": (
        "Call",
        name("container_of"),
        [A, ("TypeArgument", ("TaggedType", "struct", "p", None)), name("x")],
    ),
    "min_t(size_t, a, b)": ("Call", name("min_t"), [("TypeArgument", ("TypedefType", "size_t")), A, B]),
    "f(min_t(int, a, b))": ("Call", name("f"), [("Call", name("min_t"), [("TypeArgument", INT), A, B])]),
    "list_entry(a, odd *, b)": ("Call", name("list_entry"), [A, ("TypeArgument", ("PointerType", ("TypedefType", "odd"))), B]),
    "({ a; })": ("StatementExpression", ("Compound", [("ExpressionStatement", A)])),
    "&&a": ("LabelAddress", "a"),
    "_Generic(a, int: b, default: c)": ("GenericSelection", A),
    "(typeof(a))b": ("Cast", ("TypeofType", "typeof", A), B),
    "1.5e3f": ("FloatNumber", "1.5e3f"),
    '"a\\n" "b"': ("String", "a\\nb", []),
    'KERN_ERR "a" FORMAT "b"': ("String", "ab", ["KERN_ERR", "FORMAT"]),
    "'a'": ("Character", 97),
    "'\\n'": ("Character", 10),
    "'\\x7f'": ("Character", 127),
    "'\\0'": ("Character", 0),
    "'\\''": ("Character", 39),
    "0": number(0, decimal=False),
    "0x1fUL": number(31, True, 1, False),
    "017": number(15, decimal=False),
    "0b101": number(5, decimal=False),
    "10ull": number(10, True, 2),
    "10llu": number(10, True, 2),
    "10L": number(10, False, 1),
    "0xffffffffffffffff": number(2**64 - 1, decimal=False),
}


@pytest.mark.parametrize("text", SHAPES)
def test_what_an_expression_is(text: str) -> None:
    assert shape(expression(text)) == SHAPES[text]


def test_a_local_variable_is_no_type() -> None:
    from tests.language.c.parse.text import statements

    found = shape(statements("unsigned long size_t; size_t * 2; f((size_t) & 1);"))
    assert isinstance(found, list)
    assert found[1] == ("ExpressionStatement", ("Binary", "*", name("size_t"), number(2)))
    assert found[2] == ("ExpressionStatement", ("Call", name("f"), [("Binary", "&", name("size_t"), number(1))]))


WRONG = {
    "a b": "expected `;` before `b`",
    "a +": "expected an expression before `;`",
    "(a": "expected `)` before `;`",
    "f(a,)": "expected an expression before `)`",
    "f(a": "expected `)` before `;`",
    "a[b": "expected `]` before `;`",
    "a->1": "expected a member before `1`",
    "a ? b": "expected `:` before `;`",
    "if": "expected an expression before `if`",
    "1.2.3": "`1.2.3` is no number",
    "09": "`09` is no number",
    "1lul": "`1lul` is no number",
    "0x": "`0x` is no number",
    "0x10000000000000000": "the number does not fit 64 bits",
    "'ab'": "`'ab'` is no character constant that is supported: it must be one of ASCII",
    "'\\xff'": "`'\\\\xff'` is no character constant that is supported: it must be one of ASCII",
    "a @ b": "'@' is no part of C",
    "a # b": "expected `;` before `#`",
    "\u00e4": "'\\xe4' is no part of C",
    '"a': 'missing terminating " character',
    "'a": "missing terminating ' character",
    "a ??! b": "trigraphs and digraphs are not supported: write the character itself",
    "a <: b :>": "trigraphs and digraphs are not supported: write the character itself",
    '"a" 1': "expected `;` before `1`",
    "(long float)a": "these words make no type",
    "(unsigned unsigned)a": "these words make no type",
    "(int x)a": "expected a type without the name `x`",
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_no_expression_is_refused(text: str) -> None:
    why = refusal(f"int f(void)\n{{\n\treturn {text};\n}}")
    assert why.startswith("kernel/stack.c:3:")
    assert why.split(": error: ")[1] == WRONG[text]


def test_an_error_says_where() -> None:
    assert refusal("int f(void)\n{\n\tint a = 1;\n\n\treturn a b;\n}") == "kernel/stack.c:5:11: error: expected `;` before `b`"


@pytest.mark.parametrize(
    ("text", "column"),
    [("a + b", 10), ("f(a)", 8), ("a->b", 9), ("a = b", 10), ("x ? a : b", 10), ("-a", 8), ("a[1]", 9), ("(int)a", 8)],
)
def test_an_operation_stands_where_its_operator_does(text: str, column: int) -> None:
    assert expression(text).position.column == column
