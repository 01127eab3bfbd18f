# SPDX-License-Identifier: GPL-2.0-only
"""All errors of a text in one run: the first one as ever, then the others in their order, none of them a consequence."""

from __future__ import annotations

import pickle
import re
import shutil
from pathlib import Path

import pytest

from checker.language.errors import ModelError
from checker.language.front.load import load_program
from checker.project import MODELS, PROJECT
from checker.report.text.error_text import MOST
from tests.support.command import stackproof

PATCH = MODELS / "hardened" / "0001-fork-dynamic-kernel-stacks-hardened.patch"
HEADER = """'''A model.'''
from typing import Annotated
from checker.language import Range, action, function, invariant, record
n: Annotated[int, Range(0, 2)] = 0
"""


def errors_of(path: Path) -> list[tuple[int, str]]:
    with pytest.raises(ModelError) as caught:
        load_program(path)
    found = [caught.value, *caught.value.others]
    assert all(error.line is not None for error in found)
    return [(error.position.line, error.message) for error in found]


def lines_of(tmp_path: Path, text: str) -> list[int]:
    (tmp_path / "model.py").write_text(HEADER + text)
    return [line for line, _ in errors_of(tmp_path / "model.py")]


def test_each_definition_has_its_error(tmp_path: Path) -> None:
    text = """m: Annotated[int, Rnge(0, 2)] = 0
@action
def more() -> None:
    global n
    n = n + x
@action
def less() -> None:
    global n
    n = max(n - 1, 0)
@function
def f() -> int:
    return n + q
@invariant("fine", "never")
def fine() -> bool:
    "test"
    return n < 9 and f() < m
@invariant("good", "never")
def good() -> bool:
    "test"
    return n < 9 or y
"""
    assert lines_of(tmp_path, text) == [5, 9, 13, 16, 24]
    done = stackproof("check", "model.py", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    told = done.stderr.splitlines()
    assert [int(found[1]) for line in told if (found := re.match(r"model\.py:(\d+):\d+: error: ", line))] == [5, 9, 13, 16, 24]
    assert [line.strip("| ~") for line in told[2::3]] == ["^"] * 5
    assert told[4] == "      9 |     n = n + x"
    for other in ("gate", "list", "simulate", "prove"):
        assert stackproof(other, "model.py", cwd=tmp_path).stderr.count("error: `q` is not defined") == 1


def test_one_error_that_many_definitions_are_in_is_told_once(tmp_path: Path) -> None:
    used = "".join(f"@action\ndef use{k}() -> None:\n    global n\n    n = f() + m\n" for k in range(5))
    text = "m: Annotated[int, Range(0, 2)] = oops\n@function\ndef f() -> int:\n    return wrong\n" + used
    assert lines_of(tmp_path, text) == [5, 8]


def test_a_property_in_error_is_no_error_of_what_names_it(tmp_path: Path) -> None:
    text = """@invariant("fine")
def fine() -> bool:
    "test"
    return True
@action
def less() -> None:
    check(n > 0, fine)
"""
    assert lines_of(tmp_path, text) == [5]


def test_not_more_than_can_be_read(tmp_path: Path) -> None:
    wrong = "".join(f"@action\ndef act{k}() -> None:\n    global n\n    n = x{k}\n" for k in range(50))
    assert len(lines_of(tmp_path, wrong)) == 50
    told = stackproof("check", "model.py", cwd=tmp_path).stderr.splitlines()
    assert sum("error:" in line for line in told) == MOST
    assert told[-1] == f"and {50 - MOST} more"


def test_a_copy_in_another_process_has_the_others(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text(HEADER + "a = b\nc = d\n")
    with pytest.raises(ModelError) as caught:
        load_program(tmp_path / "model.py")
    copy = pickle.loads(pickle.dumps(caught.value))
    assert [str(other) for other in copy.others] == [str(other) for other in caught.value.others] != []


@pytest.mark.parametrize("name", ["dks.py", "rfc_v1.py", "hardened.py", "arm64_7_0.py"])
def test_errors_that_are_put_in_are_found_and_no_others(tmp_path: Path, name: str) -> None:
    """In every function of a bundled model, at once: each is told, by its own line."""
    text = (MODELS / name).read_text()
    marked = re.sub(r"(\n    )(return |if |require\()", r"\1if undefined_name:\1    return\1\2", text)
    wanted = {number for number, line in enumerate(marked.splitlines(), 1) if "undefined_name" in line}
    (tmp_path / name).write_text(marked)
    found = errors_of(tmp_path / name)
    assert len(found) == len({line for line, _ in found}) >= 2
    assert {line for line, _ in found} <= wanted
    assert all("`undefined_name` is not defined" in message for _, message in found), found


def damaged(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    shutil.copy(PATCH.with_name("manifest.toml"), tmp_path / "manifest.toml")
    text = PATCH.read_text()
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    (tmp_path / "p.patch").write_text(text)
    return tmp_path / "p.patch"


def test_a_patch_has_the_errors_of_all_its_functions(tmp_path: Path) -> None:
    path = damaged(
        tmp_path,
        (
            "+	struct vm_struct *vm_area = READ_ONCE(tsk->stack_vm_area);",
            "+	struct vm_struct *vm_area = READ_ONCE(tsk->no_such);",
        ),
        ("+		page = alloc_page(DYNAMIC_STACK_REFILL_GFP);", "+		page = allocate_me(DYNAMIC_STACK_REFILL_GFP);"),
        ("+	unsigned int slot, wanted, usable = 0;", "+	unsigned int slot, wanted, usable = 0.5;"),
    )
    found = errors_of(path)
    assert len(found) == 3
    assert all("p.patch:" in message for _, message in found)
    assert sum("no_such" in message for _, message in found) == 1
    assert sum("allocate_me" in message for _, message in found) == 1
    done = stackproof("check", str(path), cwd=PROJECT)
    assert done.returncode == 2
    assert done.stderr.count(": error: ") == 3
    assert len(done.stderr.splitlines()) == 9


def test_added_lines_that_nothing_stands_for_are_all_told(tmp_path: Path) -> None:
    added = " static int first_spare(void) { return 1; } static int second_spare(void) { return 2; }\n"
    place = "+static DEFINE_PER_CPU(bool, dynamic_stack_short);\n"
    found = errors_of(damaged(tmp_path, (place, place.rstrip() + added)))
    assert [re.search(r"`(\w+)` is added", message)[1] for _, message in found] == ["first_spare", "second_spare"]  # type: ignore[index]


def test_the_first_error_is_the_one_without_the_others(tmp_path: Path) -> None:
    alone = damaged(
        tmp_path,
        ("+		page = alloc_page(DYNAMIC_STACK_REFILL_GFP);", "+		page = allocate_me(DYNAMIC_STACK_REFILL_GFP);"),
    )
    (only,) = errors_of(alone)
    assert "allocate_me" in only[1]
