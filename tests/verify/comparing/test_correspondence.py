# SPDX-License-Identifier: GPL-2.0-only
"""Which statement of the old text one of the new text was: in Python and in C, moved, laid out anew, changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.language.tree import Position
from checker.verify.comparing.correspondence import Correspondence, How, Text
from checker.verify.comparing.statements import routines_of, statement_at

PYTHON = """
X = 3


def fault(area):
    nr = area.nr
    for i in range(nr):
        area.pages[nr] = take(i)
        area.nr = nr + 1
    if area.nr > X:
        return False
    return True
"""
C = """
static bool fault(struct area *area)
{
	int nr = area->nr;	/* how many; not all */

	for (int i = 0; i < nr; i++) {
		area->pages[nr] = take(i);
		area->nr = nr + 1;
	}
	if (area->nr > X) // too "many;
		return false;
	return true;
}
"""


def held(old: str, new: str, ending: str = "py") -> Correspondence:
    files = f"old.{ending}", f"new.{ending}"
    return Correspondence(Text(files[0], {files[0]: old}), Text(files[1], {files[1]: new}))


def place(text: str, words: str, file: str = "new.py") -> Position:
    """Where these words begin first."""
    before = text[: text.index(words)]
    return Position(file, before.count("\n") + 1, len(before) - before.rfind("\n"))


def was(old: str, new: str, words: str, ending: str = "py") -> tuple[How, str] | None:
    found = held(old, new, ending).counterpart(place(new, words, f"new.{ending}"))
    return None if found is None else (found.how, found.statement.text)


@pytest.mark.parametrize(("text", "ending"), [(PYTHON, "py"), (C, "c")])
def test_a_text_and_itself_are_the_same_statement_by_statement(text: str, ending: str) -> None:
    texts = held(text, text, ending)
    for many in routines_of(f"new.{ending}", text).values():
        for one in many:
            found = texts.counterpart(one.position)
            assert found is not None and found.how is How.SAME
            assert (found.statement.text, found.statement.position.line) == (one.text, one.position.line)


def test_a_place_inside_a_statement_is_that_statement() -> None:
    for words in ("take(i)", "nr] = take", "area.pages"):
        found = statement_at("new.py", PYTHON, place(PYTHON, words))
        assert found is not None and found.text == "area.pages[nr] = take(i)"
    assert statement_at("new.py", PYTHON, Position("new.py", 1, 1)) is None
    condition = statement_at("new.c", C, place(C, "i < nr", "new.c"))
    assert condition is not None and condition.text == "for (int i = 0; i < nr; i++)"


def test_layout_and_comments_are_nothing() -> None:
    new = C.replace("area->pages[nr] = take(i);", "area->pages[nr] =\n\t\t\ttake(i); /* x; y */").replace("int nr", "int  nr")
    assert was(C, new, "area->pages", "c") == (How.SAME, "area->pages[nr] = take(i)")
    assert was(C, new, "int  nr", "c") == (How.SAME, "int nr = area->nr")
    plain = PYTHON.replace("area.nr = nr + 1", "area.nr = (\n            nr  # so many\n            + 1\n        )")
    assert was(PYTHON, plain, "area.nr = (") == (How.SAME, "area.nr = nr + 1")


def test_what_was_changed_in_its_place_is_told() -> None:
    new = PYTHON.replace("nr = area.nr\n", "nr: Count = area.nr\n", 1).replace(
        "area.nr = nr + 1", "nr = nr + 1\n        area.nr = nr"
    )
    assert was(PYTHON, new, "nr: Count") == (How.CHANGED, "nr = area.nr")
    assert was(PYTHON, new, "area.nr = nr") == (How.CHANGED, "area.nr = nr + 1") or was(PYTHON, new, "nr = nr + 1") is not None
    assert was(PYTHON, new, "area.pages") == (How.SAME, "area.pages[nr] = take(i)")


def test_what_was_moved_is_told_and_what_is_new_is_not_there() -> None:
    moved = PYTHON.replace("        area.pages[nr] = take(i)\n", "").replace(
        "    return True", "    area.pages[nr] = take(i)\n    return True"
    )
    assert was(PYTHON, moved, "area.pages") == (How.MOVED, "area.pages[nr] = take(i)")
    helper = PYTHON.replace("        area.pages[nr] = take(i)\n", "        store(area)\n")
    helper += "\n\ndef store(area):\n    area.pages[nr] = take(i)\n"
    assert was(PYTHON, helper, "area.pages[nr] = take(i)\n") == (How.MOVED, "area.pages[nr] = take(i)")
    new = PYTHON.replace("    return True", "    wake_up(everybody)\n    return True")
    assert was(PYTHON, new, "wake_up") is None


def test_a_routine_that_was_renamed_is_the_same() -> None:
    assert was(PYTHON, PYTHON.replace("def fault", "def dynamic_stack_fault"), "area.pages") == (
        How.SAME,
        "area.pages[nr] = take(i)",
    )
    other = PYTHON.replace("def fault(area):", "def other(lock):\n    unlock(lock)\n    wake_up(lock)\n\n\ndef fault(area):")
    assert was(PYTHON, other, "unlock") is None


def test_of_a_model_that_takes_routines_from_another_one_its_own_count() -> None:
    own = "from base import fault\n\n\ndef fault(area):\n    nr = area.nr\n    area.pages[area.nr] = take(nr)\n"
    texts = Correspondence(Text("base.py", {"base.py": PYTHON}), Text("own.py", {"own.py": own, "base.py": PYTHON}))
    found = texts.counterpart(place(own, "area.pages", "own.py"))
    assert found is not None and found.how is How.CHANGED and found.statement.position.file == "base.py"
    back = texts.reversed.counterpart(place(PYTHON, "area.pages", "base.py"))
    assert back is not None and back.how is How.CHANGED and back.statement.position.file == "own.py"


def test_texts_of_two_languages_are_not_compared() -> None:
    assert not Correspondence(Text("a.py", {"a.py": PYTHON}), Text("a.c", {"a.c": C})).known
    assert not Correspondence(Text("a.py", {}), Text("a.py", {"a.py": PYTHON})).known
    assert held(PYTHON, PYTHON).known


LINES = [f"x{number} = f{number}(y{number})" for number in range(12)]


@given(st.lists(st.sampled_from(LINES), unique=True), st.data())
def test_lines_that_come_between_change_nothing(lines: list[str], data: st.DataObject) -> None:
    """Of a text with more lines each old one is found where it was."""
    more = list(lines)
    for number in range(data.draw(st.integers(0, 4))):
        more.insert(data.draw(st.integers(0, len(more))), f"new{number} = g{number}[z{number}]")
    old, new = ("def f():\n" + "".join(f"    {line}\n" for line in [*body, "return"]) for body in (lines, more))
    texts = held(old, new)
    for number, line in enumerate(more):
        found = texts.counterpart(Position("new.py", number + 2, 5))
        if line in lines:
            assert found is not None and found.how is How.SAME and found.statement.text == line
        else:
            assert found is None


@given(st.permutations(LINES[:6]))
def test_no_statement_is_lost_when_they_change_places(lines: list[str]) -> None:
    old, new = ("def f():\n" + "".join(f"    {line}\n" for line in body) for body in (LINES[:6], lines))
    texts = held(old, new)
    for number, line in enumerate(lines):
        found = texts.counterpart(Position("new.py", number + 2, 5))
        assert found is not None
        assert found.how is How.CHANGED or found.statement.text == line


@given(st.text(alphabet="ab=;{}()#\"'/*\\\n ", max_size=60))
def test_any_c_text_is_cut_into_statements(text: str) -> None:
    for many in routines_of("x.c", text).values():
        for one in many:
            assert one.text.strip() == one.text != ""
            assert text.split("\n")[one.position.line - 1][one.position.column - 1 :][:1] == one.text[0]
