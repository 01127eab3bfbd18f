# SPDX-License-Identifier: GPL-2.0-only
"""Errors as a terminal shows them, with the line of source that they point at."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.conformance.specification import Specification
from checker.explicit.step.outcome import OutOfRange
from checker.ir.lowering.lower import lower
from checker.language.errors import ModelError, UsageError, quoting
from checker.language.front.inputs import Inputs
from checker.language.front.load import load_program
from checker.language.tree import Position
from checker.project import PROJECT
from checker.report.text.error_text import WIDTH, error_text, excerpt
from tests.support.command import stackproof

MODEL = """from checker.language import action, invariant

up: bool = False


@action
def go() -> None:
    global up
    {line}


@invariant("fine", "up")
def fine() -> bool:
    '''Never up.'''
    return not up
"""


def shown(line: str, column: int, number: int = 12) -> list[str]:
    """The lines of an error that points at a place in a line."""
    with pytest.raises(ModelError) as caught, quoting({"models/x.py": "\n" * (number - 1) + line}):
        raise ModelError(Position("models/x.py", number, column), "what, and what to do")
    return error_text(caught.value).split("\n")


FIRST = "models/x.py:12:9: error: what, and what to do"


def test_the_line_and_a_mark_below() -> None:
    assert shown("        foo(bar)", 9) == [
        FIRST,
        "     12 |         foo(bar)",
        "        |         ^~~",
    ]


@pytest.mark.parametrize(
    ("line", "column", "source", "mark"),
    [
        ("x = y", 3, "x = y", "  ^"),
        ("x = y  ", 6, "x = y", "     ^"),
        ("x = (", 90, "x = (", "     ^"),
        ("\tx = foo", 6, "        x = foo", "            ^~~"),
        ("if x:\ty = foo", 11, "if x:   y = foo", "            ^~~"),
        # a column counts bytes of UTF-8
        ("x = 'äöü' + y", 16, "x = '\\xe4\\xf6\\xfc' + y", " " * 21 + "^"),
        ("x = '\U0001f600', y_1", 13, "x = '\\U0001f600', y_1", " " * 18 + "^~~"),
        ("größe = 1", 1, "gr\\xf6\\xdfe = 1", "^~"),
        ("x = '\x1b[31m\u202e', y\r", 17, "x = '\\x1b[31m\\u202e', y\\x0d", " " * 22 + "^"),
        ("x\x0by", 3, "x\\x0by", "     ^"),
    ],
)
def test_what_is_shown(line: str, column: int, source: str, mark: str) -> None:
    assert shown(line, column)[1:] == [f"     12 | {source}", f"        | {mark}"]


@pytest.mark.parametrize(
    ("line", "column", "source", "mark"),
    [
        (
            "first = " + "a and " * 2000,
            1,
            "first = a and a and a and a and a and a and a and a and a and a ...",
            "^~~~~",
        ),
        (
            "a and " * 1000 + "found and " + "a and " * 1000,
            6001,
            "...d a and a and a and a and a and found and a and a and a and a an...",
            " " * 35 + "^~~~~",
        ),
        (
            "a and " * 2000 + "last",
            12001,
            "...a and a and a and a and a and a and a and a and a and a and last",
            " " * 63 + "^~~~",
        ),
        ("x" * 10_000, 5001, "..." + "x" * 64 + "...", " " * 35 + "^" + "~" * 31),
        ("\u2028" * 10_000, 3001, "..." + "\\u2028" * 10 + "...", " " * 33 + "^" + "~" * 5),
    ],
)
def test_a_long_line_is_cut_around_the_place(line: str, column: int, source: str, mark: str) -> None:
    _, above, below = shown(line, column)
    assert (above, below) == (f"     12 | {source}", f"        | {mark}")
    assert len(above) <= WIDTH


def test_a_line_with_a_large_number() -> None:
    assert shown("x", 1, 12_345_678)[1:] == ["12345678 | x", "         | ^"]


@pytest.mark.parametrize(("line", "number"), [("x", 13), ("x", 10_000), ("", 12), (" \t ", 12)])
def test_nothing_is_shown_where_there_is_no_text(line: str, number: int) -> None:
    with pytest.raises(ModelError) as caught, quoting({"models/x.py": "\n" * 11 + line}):
        raise ModelError(Position("models/x.py", number, 9), "what, and what to do")
    assert error_text(caught.value) == f"models/x.py:{number}:9: error: what, and what to do"


def test_nothing_is_shown_of_another_file() -> None:
    with pytest.raises(ModelError) as caught, quoting({"models/y.py": "x\n" * 20}):
        raise ModelError(Position("models/x.py", 12, 9), "what, and what to do")
    assert error_text(caught.value) == FIRST
    assert error_text(UsageError("nothing is there; name something")) == "error: nothing is there; name something"


@given(
    st.text(st.sampled_from("ab_ ()\t\x00\x1bäß\u202e\U0001f600" + string.digits), max_size=300),
    st.integers(0, 300),
    st.integers(30, 100),
)
def test_the_mark_stands_below_the_place(line: str, place: int, width: int) -> None:
    """Whatever the line, the character above the mark is what is printed for the one at the place, and nothing is too wide."""
    place = min(place, len(line))
    source, mark = excerpt(line, len(line[:place].encode()) + 1, width)
    assert len(source) <= width
    assert len(mark) <= width + 1
    assert source.isascii() and (source.isprintable() or not source)
    assert re.fullmatch(" *\\^~*", mark)
    at = source[mark.index("^") : mark.index("^") + 1]
    if place < len(line) and line[place] in " \t":
        assert at in ("", " ")
    elif place < len(line):
        assert at == (line[place] if " " <= line[place] <= "~" else "\\")
    else:
        assert at == ""


# -- what is read is what is shown --


def test_the_text_that_was_read_is_shown_whatever_becomes_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "model.py"
    file.write_text(MODEL.format(line="up = fob()") + "@function\ndef fob() -> int:\n    return 1\n")
    with pytest.raises(ModelError) as caught:
        load_program(file)
    file.write_text("another text\n" * 20)
    assert error_text(caught.value).split("\n")[1:] == ["     16 | @function", "        |  ^~~~~~~~"]


def test_an_error_of_the_lowering_of_a_file_that_is_gone(tmp_path: Path) -> None:
    file = tmp_path / "model.py"
    loop = "@routine(noinline=True)\ndef turn() -> None:\n    while True:\n        pass\n"
    begin = "@record(count=1, frames=1)\nclass Cpu:\n    own: bool = False\n@initial\ndef start() -> None:\n    enter(instance(Cpu, 0), turn)\n"
    names = "from checker.language import enter, executes, initial, instance, record, routine\n"
    own = "@executes\ndef none(cpu: Cpu) -> Cpu | None:\n    return None\n"
    file.write_text(names + MODEL.format(line="up = True") + begin + own + loop)
    program = load_program(file)
    file.unlink()
    with pytest.raises(ModelError) as caught:
        lower(program)
    assert error_text(caught.value).split("\n")[1:] == ["     28 |     while True:", "        |     ^~~~~"]


def test_a_text_in_place_of_a_file_is_shown(tmp_path: Path) -> None:
    file = tmp_path / "model.py"
    file.write_text(MODEL.format(line="up = True"))
    with pytest.raises(ModelError) as caught:
        load_program(file, inputs=Inputs({file.resolve(): MODEL.format(line="up = down")}))
    assert error_text(caught.value).split("\n")[1:] == ["      9 |     up = down", "        |          ^~~~"]


def test_a_form_feed_ends_no_line(tmp_path: Path) -> None:
    """For Python; for str.splitlines it does."""
    file = tmp_path / "model.py"
    file.write_text("# \x0c \x1c \u2028\n" + MODEL.format(line="up = down"))
    with pytest.raises(ModelError) as caught:
        load_program(file)
    assert error_text(caught.value).split("\n")[1:] == ["     10 |     up = down", "        |          ^~~~"]


@pytest.mark.parametrize(
    ("line", "marked"),
    [("x = 'äöü' + + ) 1", ") 1"), ("@record(count=1, names={'äöü': 1}, count=1)", "count=1)")],
    ids=["parser", "compiler"],
)
def test_columns_of_what_is_not_python(tmp_path: Path, line: str, marked: str) -> None:
    """The parser counts characters, and the compiler bytes."""
    file = tmp_path / "model.py"
    model = MODEL.format(line="up = True").replace("import", "import record,") + f"{line}\nclass Cpu:\n    x: bool = False\n"
    file.write_text(model)
    with pytest.raises(ModelError, match="not valid Python") as caught:
        load_program(file)
    assert line.encode()[caught.value.position.column - 1 :].decode() == marked
    _, source, mark = error_text(caught.value).split("\n")
    assert source[mark.index("^") :] == marked


# -- commands --

COMMANDS = [
    ("check",),
    ("check", "--format", "json"),
    ("check", "--engine", "z3", "--depth", "2"),
    ("simulate",),
    ("prove",),
    ("prove", "--for-all-sizes"),
    ("gate",),
    ("mutate", "--list"),
    ("mutate",),
    ("list",),
    ("conform",),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_shows_it(tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "model.py").write_text(MODEL.format(line="up = \t'\x1b[31m\u202e', upp"))
    done = stackproof(command[0], "model.py", *command[1:], cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout.strip() in ("", "models")
    first, source, mark = done.stderr.splitlines()
    assert re.match(r"model.py:9:\d+: error: ", first)
    assert source.startswith("      9 |     up = ")
    assert re.fullmatch(r" {8}\| +\^~*", mark)
    assert not {"\x1b", "\u202e", "\t"} & set(done.stderr)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ('settings={"SIZE": 1}', "EXPECTED sets SIZE, which is not a parameter"),
        (
            'settings={}, violated={"find": 2}',
            "EXPECTED has the violation of find, which is not a property; did you mean `fine`?",
        ),
    ],
)
def test_gate_shows_the_entry_that_does_not_fit(tmp_path: Path, entry: str, message: str) -> None:
    model = MODEL.format(line="up = True").replace("import", "import Expected,") + f"\n\nEXPECTED = (Expected({entry}),)\n"
    (tmp_path / "model.py").write_text(model)
    done = stackproof("gate", "model.py", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        f"model.py:18:13: error: {message}",
        f"     18 | EXPECTED = (Expected({entry}),)",
        "        |             ^~~~~~~~",
    ]


def test_a_model_error_of_a_comparison_is_shown() -> None:
    program = load_program(PROJECT / "models/hardened.py", {"CPUS": 1, "TASKS": 1, "STACK_PAGES": 2}, [])
    line = program.sources["models/hardened.py"].split("\n").index("@implements(stack_fault)") + 1
    with pytest.raises(ModelError) as caught:
        Specification(program)._outcome(OutOfRange(Position("models/hardened.py", line, 2), "too much"))
    assert error_text(caught.value).split("\n") == [
        f"models/hardened.py:{line}:2: error: too much",
        f"{line:>7} | @implements(stack_fault)",
        "        |  ^~~~~~~~~~",
    ]


def test_the_guide_shows_what_is_printed(tmp_path: Path) -> None:
    model = (PROJECT / "docs/guide/free_list.py").read_text()
    assert model.count("page.users += 1") == 1
    (tmp_path / "free_list.py").write_text(model.replace("page.users += 1", "page.user += 1"))
    done = stackproof("check", "free_list.py", cwd=tmp_path)
    assert done.returncode == 2
    assert f"```text\n{done.stderr}```\n" in (PROJECT / "docs/reference/language.md").read_text()
