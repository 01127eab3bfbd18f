# SPDX-License-Identifier: GPL-2.0-only
"""Macros: what they expand to, and where what comes from them is said to stand. The C compiler is the judge of the rules."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from checker.language.c.lexical.macros import Expander, MacroDefinition, Macros
from checker.language.c.lexical.tokens import Undecided, rows
from checker.language.c.parse import Others, all_of, parse_chunk
from checker.language.c.parse.directives import Preprocessor
from checker.language.c.syntax import Binary, Name, Number, Unparsed, VariableDefinition
from tests.language.c.parse.text import parse, parsed, refusal, scan, shape, statements, whole_file

COMPILER = shutil.which("cc") or shutil.which("gcc")


def initial(text: str) -> object:
    """The value of the last variable of a file."""
    node = parse(text)[-1]
    assert isinstance(node, VariableDefinition)
    return shape(node.initialiser)


def expanded(text: str) -> str:
    """A file with its directives carried out and its macros replaced."""
    (fragment,) = whole_file(text).fragments
    macros = Macros()
    stream = Preprocessor({}, macros, {}, False).run(rows(fragment, False)).stream
    return " ".join(
        token.text for token in Expander(macros, {}, {}).expand([token for token in stream if not hasattr(token, "value")])
    )  # type: ignore[misc]


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("#define A 1\nA", "1"),
        ("#define A B\n#define B A + 1\nA", "A + 1"),
        ("#define F(x) (x)\nF(1) F F (2)", "( 1 ) F ( 2 )"),
        ("#define F() 1\nF() F( )", "1 1"),
        ("#define F(a, b) b a\nF((1, 2), [3])", "[ 3 ] ( 1 , 2 )"),
        ("#define F(a) a\nF()", ""),
        ("#define F(a, ...) a: __VA_ARGS__\nF(1) F(1, 2, 3)", "1 : 1 : 2 , 3"),
        ("#define F(a, rest...) rest\nF(1, 2, 3)", "2 , 3"),
        ("#define F(x) G(x)\n#define G(x) x + F(x)\nF(1)", "1 + F ( 1 )"),
        ("#define F(x) x\nF(F)(1)", "F ( 1 )"),
        ("#define F(x) x F\n#define A F\nF(1)(2)", "1 F ( 2 )"),
        ("#define A F\n#define F(x) x\nA(1)", "1"),
        ("#define A (1)\nA", "( 1 )"),
        ("#define A/**/(1)\nA", "( 1 )"),
        ("#define A 1\n#undef A\nA", "A"),
        ("A\n#define A 1\nA\n#undef A\n#define A 2\nA", "A 1 2"),
        ("#define F(x) G x\n#define G(y) <y>\nF((1))", "< 1 >"),
        ("#define A #\nA", "#"),
    ],
)
def test_expansion(text: str, result: str) -> None:
    assert expanded(text) == result


def pieces(made: random.Random, depth: int) -> str:
    """Text that calls F with one argument, G with two and H with any number, most of the time."""
    found = []
    for _ in range(made.randrange(4)):
        choice = made.randrange(9) if depth else 0
        inner = [pieces(made, depth - 1) for _ in range(made.randrange(1, 4))] if choice > 3 else []
        if choice < 4:
            found.append(made.choice(["A", "B", "F", "G", "H", "x", "y", "1", "+"]))
        elif choice == 4:
            found.append(f"({inner[0]})")
        elif choice < 7:
            found.append(f"F({inner[0]})")
        elif choice == 7:
            found.append(f"G({inner[0]}, {inner[-1]})")
        else:
            found.append(f"H({','.join(inner)})")
    return " ".join(found)


@pytest.mark.skipif(COMPILER is None, reason="no C compiler")
def test_expansion_is_that_of_the_compiler(tmp_path: Path) -> None:
    assert COMPILER is not None
    made = random.Random(20)
    compared = 0
    for _ in range(120):
        bodies = [pieces(made, 2) for _ in range(5)]
        heads = ["A", "B", "F(x)", "G(x, y)", "H(x, ...)"]
        text = "".join(f"#define {head} {body}\n" for head, body in zip(heads, bodies, strict=True))
        text = (
            text.replace("#define H(x, ...) ", "#define H(x, ...) [__VA_ARGS__] ")
            + pieces(made, 3)
            + " A F(1) G(A, B) H(F(2), x)\n"
        )
        (tmp_path / "asked.c").write_text(text)
        run = subprocess.run([COMPILER, "-E", "-P", "asked.c"], cwd=tmp_path, capture_output=True, text=True, check=False)
        if run.returncode or run.stderr:
            continue  # a macro is called with another number of arguments than it has
        compared += 1
        assert re.findall(r"\w+|\S", expanded(text)) == re.findall(r"\w+|\S", run.stdout), text
    assert compared > 50


def test_a_token_of_a_macro_stands_at_its_use_and_knows_its_definition() -> None:
    node = parse("#define SIZE (2 + \\\n\t\tPAGES)\n#define PAGES 3\nint a = 1 *\n\tSIZE;")[-1]
    assert isinstance(node, VariableDefinition)
    product = node.initialiser
    assert isinstance(product, Binary)
    total = product.right
    assert isinstance(total, Binary)
    three = total.right
    assert isinstance(three, Number)
    assert (total.position.line, total.position.column) == (5, 2)
    assert total.position.definition is not None
    assert (total.position.definition.line, total.position.definition.column) == (1, 17)
    assert (three.position.line, three.position.column) == (5, 2)
    assert three.position.definition is not None
    assert (three.position.definition.line, three.position.definition.column) == (3, 15)


def test_an_argument_of_a_macro_stands_where_it_is_written() -> None:
    node = parse("#define TWICE(x) ((x) + (x))\nint a = TWICE(b);")[-1]
    assert isinstance(node, VariableDefinition)
    assert isinstance(total := node.initialiser, Binary)
    assert isinstance(total.left, Name)
    assert isinstance(total.right, Name)
    assert (total.position.line, total.position.column) == (2, 9)
    assert (total.left.position.line, total.left.position.column, total.left.position.definition) == (2, 15, None)
    assert total.right.position == total.left.position


def test_an_error_in_a_macro_names_it() -> None:
    why = refusal("#define BAD (1 +)\nint f(void)\n{\n\treturn BAD;\n}")
    assert why == "kernel/stack.c:4:9: error: expected an expression before `)` (in the expansion of `BAD`)"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("#define F(a) #a\nchar *s = F(1);", "2:11: error: the macro `F` uses `#`, which is not supported"),
        ("#define F(a) a ## 1\nint s = F(1);", "2:9: error: the macro `F` uses `##`, which is not supported"),
        ("#define A b ## c\nint s = A;", "2:9: error: the macro `A` uses `##`, which is not supported"),
        ("#define F(...) __VA_OPT__(1)\nint s = F();", "2:9: error: the macro `F` uses `__VA_OPT__`, which is not supported"),
        ("#define F(a) a\nint s = F(1, 2);", "2:9: error: the macro `F` takes 1 argument, not 2"),
        ("#define F(a, b) a\nint s = F(1);", "2:9: error: the macro `F` takes 2 arguments, not 1"),
        ("#define F() 1\nint s = F(1);", "2:9: error: the macro `F` takes 0 arguments, not 1"),
        (
            "#define while(x) if (x)\nint f(void) { while (1); }",
            "2:15: error: `while` is a keyword and defined as a macro, which is not supported",
        ),
    ],
)
def test_what_is_not_supported_is_an_error_where_it_is_used(text: str, why: str) -> None:
    assert refusal(text) == f"kernel/stack.c:{why}"


def test_what_is_not_used_is_no_error() -> None:
    assert [shape(node)[1] for node in parse("#define F(a) #a ## a\n#define if(x) x\nint a;")] == ["a"]  # type: ignore[index]


def test_the_definition_in_force_at_the_use_counts() -> None:
    text = (
        "#define N 1\nint f(void) { return N; }\n#undef N\n#define N 2\nint g(void)\n{\n\tint a = N;\n#define N 3\n\treturn N;\n}"
    )
    first, second = parse(text)
    assert "('Number', 1," in str(shape(first))
    assert [value in str(shape(second)) for value in ("('Number', 1,", "('Number', 2,", "('Number', 3,")] == [False, True, True]


def test_macros_of_headers() -> None:
    header = scan("#define PAGES 4\n#define F(x) (x)")
    other = scan("#define F(y) [y]")
    (chunk,) = scan("int a = PAGES;").chunks
    (node,) = parse_chunk(chunk, Others(macros=all_of([header.macros])))
    assert isinstance(node, VariableDefinition)
    assert shape(node.initialiser) == ("Number", 4, False, 0, True)
    (kept,) = parse_chunk(chunk, Others(macros=all_of([header.macros]), kept=frozenset({"PAGES"})))
    assert isinstance(kept, VariableDefinition)
    assert shape(kept.initialiser) == ("Name", "PAGES")
    (chunk,) = scan("int a = F(1);").chunks
    (wrong,) = parse_chunk(chunk, Others(macros=all_of([header.macros, other.macros])))
    assert isinstance(wrong, Unparsed)
    assert wrong.reason.startswith("the macro `F`: ")
    assert isinstance(all_of([header.macros, header.macros])["F"], MacroDefinition)
    gone = scan("#define PAGES 4\n#undef PAGES").macros
    for order in ([header.macros, gone], [gone, header.macros], [gone, header.macros, gone]):
        assert isinstance(all_of(order)["PAGES"], Undecided)
    assert all_of([gone, gone])["PAGES"] is None


def test_symbols_of_the_configuration_in_code() -> None:
    text = "return IS_ENABLED(CONFIG_A) + CONFIG_N + IS_ENABLED(CONFIG_B) + IS_ENABLED(x + 1) + CONFIG_U;"
    (found,) = statements(text, {"CONFIG_A": True, "CONFIG_N": 7, "CONFIG_B": False})
    numbers = re.findall(r"\('Number', (\d+)|'(CONFIG_\w|IS_ENABLED)'", str(shape(found)))
    assert numbers == [("1", ""), ("7", ""), ("0", ""), ("", "IS_ENABLED"), ("1", ""), ("", "CONFIG_U")]


def test_a_test_of_an_undecided_symbol_in_code_is_an_error() -> None:
    why = refusal("int f(void)\n{\n\treturn IS_ENABLED(CONFIG_A);\n}")
    assert why == "kernel/stack.c:3:20: error: it depends on `CONFIG_A`, which is not decided (line 3): set it in [config]"


def test_expansion_has_limits() -> None:
    bomb = "#define A0 1 +\n" + "".join(f"#define A{n + 1} A{n} A{n}\n" for n in range(60)) + "int a = A60 1;"
    assert "macros expand to more than 100,000 tokens" in refusal(bomb)
    nested = "#define F(x) x x\nint a = " + "F(" * 40 + "1" + ")" * 40 + ";"
    assert "macros expand to more than 100,000 tokens" in refusal(nested)
    deep = "#define F(x) x\nint a = " + "F(" * 10_000 + "1" + ")" * 10_000 + ";"
    assert "macros are nested more than 40 deep" in refusal(deep)
    chain = "".join(f"#define A{n} A{n + 1}\n" for n in range(5000)) + "int a = A0;"
    assert initial(chain) == ("Name", "A5000")


def test_a_macro_may_make_a_loop_or_a_declaration() -> None:
    text = "#define for_each_mine(i) for (i = 0; i < 2; i++)\n#define MINE(x) static int x\nMINE(a);\nint f(void) { int i; for_each_mine(i) { ; } }"
    assert [type(node).__name__ for node in parsed(scan(text))] == ["VariableDefinition", "FunctionDefinition"]
    assert "('For'," in str(shape(parse(text)[1]))
