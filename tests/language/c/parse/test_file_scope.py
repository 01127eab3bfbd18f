# SPDX-License-Identifier: GPL-2.0-only
"""What stands at file scope, with the macros of the kernel that stand there."""

from __future__ import annotations

import pytest

from checker.language.c.parse import ChunkKind
from checker.language.c.syntax import FunctionDefinition, Unparsed
from tests.language.c.parse.text import parse, parsed, refusal, scan, shape

INT = ("BuiltinType", "int")
VOID = ("BuiltinType", "void")
PAGE = ("PointerType", ("TaggedType", "struct", "page", None))
A = ("Name", "a")
ONE = ("Number", 1, False, 0, True)


def variable(name: str, type_: object, initialiser: object = None, *attributes: str, macro: str | None = None) -> object:
    per_cpu = macro is not None and "PER_CPU" in macro
    return ("VariableDefinition", name, type_, initialiser, list(attributes), macro, per_cpu)


def member(name: str | None, type_: object, bits: object = None, *attributes: str) -> object:
    return ("StructMember", name, type_, bits, list(attributes), None, [])


SHAPES: dict[str, list[object]] = {
    "int a;": [variable("a", INT)],
    "static int a = 1, *b;": [variable("a", INT, ONE, "static"), variable("b", ("PointerType", INT), None, "static")],
    "extern unsigned long a;": [variable("a", ("BuiltinType", "unsigned long"), None, "extern")],
    "long unsigned int a;": [variable("a", ("BuiltinType", "unsigned long"))],
    "unsigned a;": [variable("a", ("BuiltinType", "unsigned int"))],
    "long long int a;": [variable("a", ("BuiltinType", "long long"))],
    "short int unsigned a;": [variable("a", ("BuiltinType", "unsigned short"))],
    "signed char a;": [variable("a", ("BuiltinType", "signed char"))],
    "bool a;": [variable("a", ("BuiltinType", "_Bool"))],
    "int a __read_mostly;": [variable("a", INT, None, "__read_mostly")],
    "int __a __read_mostly;": [variable("__a", INT, None, "__read_mostly")],
    "int a[] __initdata_odd = { 1 };": [
        variable("a", ("ArrayType", INT, None), ("InitialiserList", [("InitialiserItem", [], ONE)]), "__initdata_odd")
    ],
    "odd_debug int a;": [variable("a", INT, None, "odd_debug")],
    "int a[1][a];": [variable("a", ("ArrayType", ("ArrayType", INT, A), ONE))],
    "u8 __percpu *a;": [variable("a", ("PointerType", ("TypedefType", ["__percpu"], "u8")))],
    "int * const a;": [variable("a", ("PointerType", ["const"], INT))],
    "DEFINE_PER_CPU(int, a);": [variable("a", INT, macro="DEFINE_PER_CPU")],
    "static DEFINE_PER_CPU(struct page *, a[1]);": [
        variable("a", ("ArrayType", PAGE, ONE), None, "static", macro="DEFINE_PER_CPU")
    ],
    "DEFINE_PER_CPU_ALIGNED(struct page *, a) = 1;": [variable("a", PAGE, ONE, macro="DEFINE_PER_CPU_ALIGNED")],
    "DECLARE_PER_CPU(int, a);": [variable("a", INT, None, "extern", macro="DECLARE_PER_CPU")],
    "static DEFINE_RAW_SPINLOCK(a);": [
        variable("a", ("TypedefType", "raw_spinlock_t"), None, "static", macro="DEFINE_RAW_SPINLOCK")
    ],
    "DEFINE_MUTEX(a);": [variable("a", ("TaggedType", "struct", "mutex", None), macro="DEFINE_MUTEX")],
    "EXPORT_SYMBOL(a);": [("MacroDefinitionCall", "EXPORT_SYMBOL", [A])],
    "DEFINE_FREE(a, void *, if (_T) kfree(_T))\nint a;": [("MacroDefinitionCall", "DEFINE_FREE", None), variable("a", INT)],
    "MODULE(a)": [("MacroDefinitionCall", "MODULE", [A])],
    "module_init(a);": [("MacroDefinitionCall", "module_init", [A])],
    "odd_initcall(a)\nint a;": [("MacroDefinitionCall", "odd_initcall", [A]), variable("a", INT)],
    "void f(void);": [("FunctionDeclaration", "f", VOID, [], False, [])],
    "void f();": [("FunctionDeclaration", "f", VOID, [], False, [])],
    "int f(int a, char *, ...);": [
        (
            "FunctionDeclaration",
            "f",
            INT,
            [("Parameter", "a", INT, []), ("Parameter", None, ("PointerType", ("BuiltinType", "char")), [])],
            True,
            [],
        )
    ],
    "void f(int (*g)(int), struct page **pages);": [
        (
            "FunctionDeclaration",
            "f",
            VOID,
            [
                ("Parameter", "g", ("FunctionPointerType", INT, [("Parameter", None, INT, [])], False), []),
                ("Parameter", "pages", ("PointerType", PAGE), []),
            ],
            False,
            [],
        )
    ],
    "__printf(1, 2) void f(int a, ...) __must_check;": [
        ("FunctionDeclaration", "f", VOID, [("Parameter", "a", INT, [])], True, ["__printf", "__must_check"])
    ],
    "static __always_inline bool noinstr f(void) { }": [
        (
            "FunctionDefinition",
            "f",
            ("BuiltinType", "_Bool"),
            [],
            False,
            ["static", "__always_inline", "noinstr"],
            ("Compound", []),
        )
    ],
    "void __noodd f(void) { }": [("FunctionDefinition", "f", VOID, [], False, ["__noodd"], ("Compound", []))],
    "struct page *f(void) { return a; }": [
        ("FunctionDefinition", "f", PAGE, [], False, [], ("Compound", [("Return", A)])),
    ],
    "odd f(void) { }": [("FunctionDefinition", "f", ("TypedefType", "odd"), [], False, [], ("Compound", []))],
    "__attribute__((packed, __aligned__(8))) int a;": [variable("a", INT, None, "packed", "aligned")],
    "SYSCALL_DEFINE1(odd, int, a) { ; }": [
        ("MacroFunctionDefinition", "odd", "SYSCALL_DEFINE1", ("Compound", [("Empty",)]), []),
    ],
    "DEFINE_IDTENTRY_DF(exc_double_fault)\n{\n}": [
        ("MacroFunctionDefinition", "exc_double_fault", "DEFINE_IDTENTRY_DF", ("Compound", []), [])
    ],
    "typedef unsigned long odd;": [("Typedef", "odd", ("BuiltinType", "unsigned long"))],
    "typedef int (*odd)(void); odd a;": [
        ("Typedef", "odd", ("FunctionPointerType", INT, [], False)),
        variable("a", ("TypedefType", "odd")),
    ],
    "typedef int (odd)(int); odd a;": [
        ("Typedef", "odd", ("FunctionType", INT, [("Parameter", None, INT, [])], False)),
        variable("a", ("TypedefType", "odd")),
    ],
    "typedef struct { int a; } __packed odd; int f(void) { odd a; }": [
        (
            "Typedef",
            "odd",
            ("TaggedType", "struct", None, ("StructDefinition", "struct", None, [member("a", INT)], ["__packed"])),
        ),
        (
            "FunctionDefinition",
            "f",
            INT,
            [],
            False,
            [],
            ("Compound", [("Declaration", "a", ("TypedefType", "odd"), None, [])]),
        ),
    ],
    "typedef size_t odd_t;": [("Typedef", "odd_t", ("TypedefType", "size_t"))],
    "struct odd;": [],
    ";": [],
    "struct odd { int a; unsigned b : 1, : 1; struct { int c; }; union { int d; } e; } __packed;": [
        (
            "StructDefinition",
            "struct",
            "odd",
            [
                member("a", INT),
                member("b", ("BuiltinType", "unsigned int"), ONE),
                member(None, ("BuiltinType", "unsigned int"), ONE),
                member(None, ("TaggedType", "struct", None, ("StructDefinition", "struct", None, [member("c", INT)], []))),
                member("e", ("TaggedType", "union", None, ("StructDefinition", "union", None, [member("d", INT)], []))),
            ],
            ["__packed"],
        )
    ],
    "struct odd { DECLARE_BITMAP(a, 1); int b[]; };": [
        (
            "StructDefinition",
            "struct",
            "odd",
            [
                ("StructMember", None, VOID, None, [], "DECLARE_BITMAP", [A, ONE]),
                member("b", ("ArrayType", INT, None)),
            ],
            [],
        )
    ],
    "static const struct odd { int a; } b = { .a = 1 };": [
        variable(
            "b",
            ("TaggedType", ["const"], "struct", "odd", ("StructDefinition", "struct", "odd", [member("a", INT)], [])),
            ("InitialiserList", [("InitialiserItem", [("Designator", "a", None, None)], ONE)]),
            "static",
        )
    ],
    "enum odd { X, Y = 1, };": [("EnumDefinition", "odd", [("Enumerator", "X", None), ("Enumerator", "Y", ONE)], [])],
    'asm(".text");': [("FileAsm",)],
    "_Static_assert(a, 1);": [("MacroDefinitionCall", "_Static_assert", [A, ONE])],
}


@pytest.mark.parametrize("text", SHAPES)
def test_what_stands_at_file_scope(text: str) -> None:
    assert [shape(node) for node in parse(text)] == SHAPES[text]


WRONG = {
    "int a": "the file ends inside of this",
    "void f(void) {": "the file ends inside of this",
    "}": "unmatched `}`",
    ")": "unmatched `)`",
    "int a b;": "expected `;` before `b`",
    "int f(void) { } int": "the file ends inside of this",
    "DEFINE_PER_CPU(int);": "expected `,` before `)`",
    "DEFINE_MUTEX(1);": "expected the name of a lock before `1`",
    "struct { int a }; ": "expected `;` before `}`",
    "enum { 1 };": "expected an enumerator before `1`",
    "int f(a b c);": "expected `)` before `c`",
    'int f(void) asm("g");': "a name for the assembler is not supported",
    "struct *a;": "expected a tag or `{` before `*`",
}


@pytest.mark.parametrize("text", WRONG)
def test_what_cannot_stand_there_is_refused(text: str) -> None:
    last = parsed(scan(text))[-1]
    assert isinstance(last, Unparsed)
    assert last.reason == WRONG[text]


def test_chunks_know_their_names_before_they_are_parsed() -> None:
    text = (
        "int a;\n__printf(1, 2) static int f(int x) { }\nDEFINE_IDTENTRY(exc) { }\nstruct s { int m; };\nint g(void)\n{\n\t{ }\n}"
    )
    assert [(chunk.kind, chunk.name) for chunk in scan(text).chunks] == [
        (ChunkKind.DECLARATION, None),
        (ChunkKind.FUNCTION, "f"),
        (ChunkKind.FUNCTION, "exc"),
        (ChunkKind.DECLARATION, "s"),
        (ChunkKind.FUNCTION, "g"),
    ]


def test_one_function_that_is_wrong_spoils_no_other() -> None:
    nodes = parsed(scan("int f(void)\n{\n\treturn (1;\n}\nint g(void)\n{\n\treturn 2;\n}"))
    assert [(type(node), node.name) for node in nodes if isinstance(node, Unparsed | FunctionDefinition)] == [
        (Unparsed, "f"),
        (FunctionDefinition, "g"),
    ]
    assert refusal("int f(void)\n{\n\treturn (1;\n}") == "kernel/stack.c:3:11: error: expected `)` before `;`"


def test_what_is_not_understood_says_where_it_is_and_where_it_is_wrong() -> None:
    (node,) = parsed(scan("\nint f(void)\n{\n\treturn a b;\n}"))
    assert isinstance(node, Unparsed)
    assert (node.position.line, node.end.line, node.end.column) == (2, 5, 1)
    assert (node.at.line, node.at.column) == (4, 11)
