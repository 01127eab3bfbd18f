# SPDX-License-Identifier: GPL-2.0-only
"""Hunks that begin and end inside functions, structs and enums."""

from __future__ import annotations

import pytest

from checker.language.c.parse import Use
from checker.language.c.syntax import (
    Added,
    EnumeratorsInEnum,
    FunctionDefinition,
    MembersInStruct,
    ShownStatement,
    StatementsInFunction,
    Unparsed,
    VariableDefinition,
)
from tests.language.c.parse.text import hunk, parsed, scan_hunks, shape


def lost(text: str) -> str:
    """The text of a hunk of a mail that has lost its leading blanks."""
    return "\n".join(line[:1] + line[1:].lstrip(" ") for line in text.split("\n"))


def inside(heading: str, text: str) -> tuple[str | None, list[tuple[Added, object]]]:
    (node,) = parsed(scan_hunks(hunk(heading, text)))
    assert isinstance(node, StatementsInFunction)
    return node.function, [(shown.added, told(shown)) for shown in node.statements]


def told(shown: ShownStatement) -> object:
    if isinstance(shown.statement, Unparsed):
        return shown.statement.reason
    found = shape(shown.statement)
    assert isinstance(found, tuple)
    return found[0]


NO, SOME, ALL = Added.NO_LINE, Added.SOME_LINES, Added.ALL_LINES
CLOSES = "`}` closes what the hunk does not show"


@pytest.mark.parametrize("blanks", ["kept", "lost"])
@pytest.mark.parametrize(
    ("text", "statements"),
    [
        (
            ".    a = b;\n+    f(a);\n.    g();\n",
            [(NO, "ExpressionStatement"), (ALL, "ExpressionStatement"), (NO, "ExpressionStatement")],
        ),
        (".    a);\n+    f(a);\n", [(NO, "expected `;` before `)`"), (ALL, "ExpressionStatement")]),
        ("+    f(a,\n.      b);\n", [(SOME, "ExpressionStatement")]),
        (
            ".    if (a) {\n+        f(a);\n",
            [(NO, "`{` is not closed"), (ALL, "ExpressionStatement")],
        ),
        (".    }\n+    f(a);\n.    return 1;\n", [(NO, CLOSES), (ALL, "ExpressionStatement"), (NO, "Return")]),
        (".    } else {\n+        f(a);\n", [(NO, CLOSES), (NO, "`else` without `if`"), (ALL, "ExpressionStatement")]),
        (".    case 1:\n+        f(a);\n.        break;\n", [(NO, "Case"), (ALL, "ExpressionStatement"), (NO, "Break")]),
        (".out:\n+    f(a);\n.    return a;\n", [(NO, "Label"), (ALL, "ExpressionStatement"), (NO, "Return")]),
        ("+    if (a) {\n.    f(a);\n+    }\n", [(SOME, "If")]),
        (".    f(a);\n+    while (b", [(NO, "ExpressionStatement"), (ALL, "expected `)` before the end")]),
        ("+    a = f();\n.    g(a);", [(ALL, "ExpressionStatement"), (NO, "ExpressionStatement")]),
    ],
)
def test_statements_of_a_function_that_is_not_shown(text: str, statements: list[tuple[Added, str]], blanks: str) -> None:
    text = lost(text) if blanks == "lost" else text
    assert inside("static void __sched notrace __schedule(unsigned int mode)", text) == ("__schedule", statements)


@pytest.mark.parametrize(
    ("heading", "function"),
    [
        ("void f(int a)", "f"),
        ("static __printf(1, 2) void f(int a,", "f"),
        ("struct page *f(struct vm_struct *area)", "f"),
        ("struct page *f(struct vm_struct *area) {", "f"),
        ("SYSCALL_DEFINE2(odd, int, a,", "odd"),
        ("DEFINE_IDTENTRY_DF(exc_double_fault)", "exc_double_fault"),
        ("out:", None),
        ("", None),
        ("static inline void f(void) {}", None),
        ("int f(void);", None),
        ("'\x1b \"", None),
    ],
)
def test_the_heading_names_the_function(heading: str, function: str | None) -> None:
    assert inside(heading, "+    g(1);\n.    return 1;")[0] == function


@pytest.mark.parametrize("blanks", ["kept", "lost"])
def test_what_follows_the_end_of_a_function_is_at_file_scope(blanks: str) -> None:
    text = ".        g();\n.    }\n+    h();\n.}\n.\n+int made(void)\n+{\n+    return 1;\n+}\n.int next(void)\n.{\n"
    text = lost(text) if blanks == "lost" else text
    first, made, cut = parsed(scan_hunks(hunk("static int f(void)", text)))
    assert isinstance(first, StatementsInFunction)
    assert [told(shown) for shown in first.statements] == ["ExpressionStatement", CLOSES, "ExpressionStatement", CLOSES]
    assert isinstance(made, FunctionDefinition)
    assert isinstance(cut, Unparsed)
    assert (cut.name, cut.reason) == ("next", "function cut off by the hunk: give the rest of the file with --base")


@pytest.mark.parametrize("blanks", ["kept", "lost"])
def test_a_hunk_that_begins_with_the_body_of_the_heading(blanks: str) -> None:
    text = ".{\n.    g();\n.}\n.\n+int made(void)\n+{\n+    return 1;\n+}\n"
    text = lost(text) if blanks == "lost" else text
    first, made = parsed(scan_hunks(hunk("static int f(void)", text)))
    assert isinstance(first, StatementsInFunction)
    assert first.function == "f"
    assert isinstance(made, FunctionDefinition)


@pytest.mark.parametrize("blanks", ["kept", "lost"])
def test_statements_added_to_a_function_whose_end_is_not_shown(blanks: str) -> None:
    text = ".int a;\n.static int f(int b)\n.{\n.    int c;\n.\n+    g(b);\n.    h(b);\n"
    text = lost(text) if blanks == "lost" else text
    _, head, node = parsed(scan_hunks(hunk("", text)))
    assert isinstance(head, Unparsed)
    assert isinstance(node, StatementsInFunction)
    assert node.function == "f"
    assert [(shown.added, told(shown)) for shown in node.statements] == [
        (NO, "Declaration"),
        (ALL, "ExpressionStatement"),
        (NO, "ExpressionStatement"),
    ]


def test_a_function_that_is_added_and_cut_off_is_not_understood() -> None:
    (node,) = parsed(scan_hunks(hunk("", "+int f(void)\n+{\n+    return 1;\n")))
    assert isinstance(node, Unparsed)
    assert (node.name, node.position.added) == ("f", True)


@pytest.mark.parametrize("blanks", ["kept", "lost"])
def test_members_added_to_a_struct_that_is_not_shown(blanks: str) -> None:
    text = ".    struct page **pages;\n+    unsigned int nr_odd;\n+    u8 a, b;\n.    int c : 3;\n"
    text = lost(text) if blanks == "lost" else text
    (node,) = parsed(scan_hunks(hunk("struct vm_struct {", text)))
    assert isinstance(node, MembersInStruct)
    assert node.tag == "vm_struct"
    assert [(member.name, member.position.added) for member in node.members] == [
        ("pages", False),
        ("nr_odd", True),
        ("a", True),
        ("b", True),
        ("c", False),
    ]


def test_members_added_to_a_struct_whose_end_is_not_shown() -> None:
    head, node, cut = parsed(scan_hunks(hunk("", ".struct odd {\n.    int a;\n+    int b;\n.    struct {\n")))
    assert isinstance(head, Unparsed)
    assert isinstance(node, MembersInStruct)
    assert (node.tag, [member.name for member in node.members]) == ("odd", ["a", "b"])
    assert isinstance(cut, Unparsed)


def test_enumerators_added_to_an_enum_that_is_not_shown() -> None:
    (node,) = parsed(scan_hunks(hunk("enum node_stat_item {", ".    NR_A,\n+    NR_B = 3,\n.    NR_C,\n")))
    assert isinstance(node, EnumeratorsInEnum)
    assert (node.tag, [member.name for member in node.members]) == ("node_stat_item", ["NR_A", "NR_B", "NR_C"])


def test_the_end_of_a_struct_is_no_function() -> None:
    node, rest = parsed(scan_hunks(hunk("struct odd {", ".    int a;\n+    int b;\n.};\n.\n+int c;")))
    assert isinstance(node, MembersInStruct)
    assert [member.name for member in node.members] == ["a", "b"]
    assert isinstance(rest, VariableDefinition)


def test_a_brace_that_is_added_to_a_struct_closes_nothing() -> None:
    _, rest = parsed(scan_hunks(hunk("struct odd {", ".    int a;\n+};")))
    assert isinstance(rest, Unparsed)
    assert rest.position.added


@pytest.mark.parametrize("heading", ["", "static int f(void)", "struct odd {"])
@pytest.mark.parametrize(
    "text",
    [
        "+static DEFINE_PER_CPU(int, a);\n+int f(void) { return 1; }\n",
        "+void f(int a);\n+extern int b;\n",
        "+static inline void f(int a) { }\n.\n.static inline int g(void)\n.{\n.    return 1;\n.}\n",
        "+struct s { int a; };\n+int f(struct s *x);\n",
        ".early_initcall(a);\n+int f(int b);\n",
        ".EXPORT_SYMBOL(a);\n.\n+int f(int b)\n+{\n+    return b;\n+}\n",
    ],
)
def test_text_at_file_scope_is_not_taken_for_statements(text: str, heading: str) -> None:
    for form in (text, lost(text)):
        kinds = {type(node).__name__ for node in parsed(scan_hunks(hunk(heading, form)))}
        assert not kinds & {"StatementsInFunction", "MembersInStruct", "Unparsed"}, form


def test_every_added_line_with_code_is_in_a_node_or_not_understood() -> None:
    text = ".    a();\n+    } b(;\n+#if 0\n+x\n+#endif\n+    int ) {\n+    c();\n+}\n+}\n+int g(\n"
    scanned = scan_hunks(hunk("int f(void)", text))
    seen: set[int] = set()
    for node in parsed(scanned):
        parts = [shown.statement for shown in node.statements] if isinstance(node, StatementsInFunction) else [node]
        for part in parts:
            end = part.end.line if isinstance(part, Unparsed) else part.position.line
            seen.update(range(part.position.line, end + 1))
    assert {line for line, use in scanned.added.items() if use is Use.CHUNK} <= seen


def test_the_rest_of_a_macro_is_not_taken_for_code() -> None:
    text = ".        f(a); \\\n+        g(a); \\\n.        h(a);\n.\n.int b;\n"
    scanned = scan_hunks(hunk("int e(void)", text))
    nodes = parsed(scanned)
    wrong = [
        part
        for node in nodes
        for part in ([shown.statement for shown in node.statements] if isinstance(node, StatementsInFunction) else [node])
        if isinstance(part, Unparsed)
    ]
    assert any("rest of a macro" in part.reason and part.position.line == 101 for part in wrong)


def test_a_macro_that_begins_in_the_hunk_is_one() -> None:
    scanned = scan_hunks(hunk("int e(void)", "+#define A \\\n+    1\n.int b = A;\n"))
    assert [type(node).__name__ for node in parsed(scanned)] == ["VariableDefinition"]
