# SPDX-License-Identifier: GPL-2.0-only
"""gate notices a property or an assumption that is gone, new or reworded, and says what it skips."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from checker.language.front.load import load_wording
from checker.project import PROJECT
from tests.support.command import stackproof

MODEL = '''# SPDX-License-Identifier: GPL-2.0-only
"""Two flags."""

from enum import Enum, IntFlag

from checker.language import Expected, Recorded, action, check, constraint, demand, eventually, eventually_always, function, invariant, leads_to, require

ready = demand("ready", "What is used was made ready.")

class Phase(Enum):
    """How far it is."""

    BEGUN = 0
    DONE = 1


class Marks(IntFlag):
    NEW = 1
    """It was not looked at."""
    OLD = 2


ONE = int(True)
NONE = Marks(0)
a: bool = False
b: bool = False
phase: Phase = Phase.BEGUN
marks: Marks = Marks.NEW


@function
def both() -> bool:
    return a and b and ONE == 1 and phase == Phase.BEGUN and bool((marks | NONE) & Marks.NEW)


@action
def make() -> None:
    global a
    require(not a)
    a = True


@action
def use() -> None:
    global b
    require(a and not b)
    check(a, ready, "b without a")
    b = True


@invariant("order", "b is up and a is not")
def order() -> bool:
    """What is used was made."""
    return a or not b


@invariant("end", "{a} and {b}")
def end() -> bool:
    """Both are reached in the end only."""
    return both() or not b


@function
def made() -> bool:
    return a or b


@leads_to("used", "made, and not used", given=made)
def used() -> bool:
    """What is made is used."""
    return b


@eventually_always("stays", "it was made, and is gone")
def stays() -> bool:
    """What is made stays."""
    return a


ASSUMPTIONS = ("memory is there",)
'''


def gate(model: Path) -> subprocess.CompletedProcess[str]:
    return stackproof("gate", str(model))


def recorded(text: str, model: Path) -> str:
    """The text with its record, as `gate --update` writes it."""
    model.write_text(text + "EXPECTED = (Expected(settings={}, events=()),)\n")
    assert stackproof("gate", "--update", str(model)).returncode == 0
    return model.read_text()


@pytest.fixture(scope="module")
def with_record(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The text of the model with its record, which is as `gate` finds it."""
    path = tmp_path_factory.mktemp("recorded") / "model.py"
    path.write_text(recorded(MODEL, path))
    done = gate(path)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "all as recorded")
    return path.read_text()


@pytest.fixture
def model(with_record: str, tmp_path: Path) -> Path:
    path = tmp_path / "model.py"
    path.write_text(with_record)
    return path


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        ("    return a or not b", "    return True", "the property order says something else than was recorded"),
        ("both() or not b", "True", "the property end says something else than was recorded"),
        ("    return a or b\n", "    return a\n", "the property used says something else than was recorded"),
        ('not used", given', 'not in use", given', "the property used says something else than was recorded"),
        ('"stays", "it', '"goes", "it', "the property stays is gone"),
        ('@eventually_always("stays"', '@eventually("stays"', "the property stays says something else than was recorded"),
        ("    return a\n\n", "    return a or b\n\n", "the property stays says something else than was recorded"),
        ("Marks(0)", "Marks(2)", "the property end says something else than was recorded"),
        ("int(True)", "int(False)", "the property end says something else than was recorded"),
        ("return a and b and", "return a or b and", "the property end says something else than was recorded"),
        ("BEGUN = 0\n    DONE = 1", "DONE = 0\n    BEGUN = 1", "the property end says something else than was recorded"),
        ("OLD = 2", "OLD = 4", "the property end says something else than was recorded"),
        ("check(a, ready", "check(a or b, ready", "the property ready says something else than was recorded"),
        ('    check(a, ready, "b without a")\n', "", "the property ready says something else than was recorded"),
        ('@invariant("order"', '@invariant("other"', "the property order is gone"),
        ('@invariant("order"', '@invariant("other"', "the property other is not recorded"),
        ('("memory is there",)', '("memory is there", "time is there")', "the assumption stated: time is there is not recorded"),
        (
            "ASSUMPTIONS =",
            '@constraint("short")\ndef bound() -> bool:\n    return not b\n\n\nASSUMPTIONS =',
            "the assumption constraint: bound is not recorded",
        ),
        ('("memory is there",)', "()", "the assumption stated: memory is there is gone"),
    ],
)
def test_what_a_model_demands_cannot_change_unnoticed(model: Path, before: str, after: str, what: str) -> None:
    text = model.read_text()
    assert before in text
    model.write_text(text.replace(before, after))
    done = gate(model)
    assert done.returncode == 1
    assert f"error: {what}" in done.stdout
    assert f"`stackproof gate --update {model}` writes it" in done.stdout
    assert "not as recorded: properties or assumptions of 1 model" in done.stdout.splitlines()[-1]


def test_a_property_that_is_deleted_is_missed(model: Path) -> None:
    text = model.read_text()
    start, end = text.index('@invariant("order"'), text.index('@invariant("end"')
    model.write_text(text[:start] + text[end:])
    done = gate(model)
    assert done.returncode == 1
    assert "error: the property order is gone" in done.stdout


def test_comments_prose_and_places_do_not_count(model: Path) -> None:
    text = model.read_text()
    start, end = text.index('@invariant("order"'), text.index('@invariant("end"')
    moved = text[:start] + text[end:].replace("ASSUMPTIONS", text[start:end] + "ASSUMPTIONS", 1)
    moved = moved.replace("    return a or not b", "    # why\n    return (\n        a or not b\n    )").replace(
        "made.", "made before."
    )
    moved = moved.replace('"""How far it is."""', '"""How far it went."""').replace('    """It was not looked at."""\n', "")
    model.write_text("\n\n" + moved)
    done = gate(model)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "all as recorded")


def test_a_model_without_that_record_is_told_what_to_record(model: Path) -> None:
    text = model.read_text()
    start, end = text.index("RECORDED"), text.index("EXPECTED")
    model.write_text(text[:start] + text[end:])
    done = gate(model)
    assert done.returncode == 1
    assert done.stdout.startswith(f"{model}:1: error: the properties and assumptions are not recorded yet\n")


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("states=", "states=4, states=", "not valid Python: keyword argument repeated: states"),
        ("settings={},", 'settings={"A": 1, "A": 2},', "'A' stands here twice; leave out one"),
        ('"order": ', '"end": "0", "order": ', "'end' stands here twice; leave out one"),
        ("settings={},", "settings={1: 2},", "write Expected("),
        ("settings={},", 'settings={"A": "x"},', "EXPECTED sets A, which is not a parameter"),
        ("settings={},", 'settings={"A": 1.5},', "write Expected("),
        ("settings={},", "settings={[]: 1},", "the values of Expected are constants; write Expected("),
        ("settings={},", "settings={**{}},", "write Expected("),
        ("violated={},", 'violated={"order": True},', "write Expected("),
        ("violated={},", 'violated={"order": -1},', "write Expected("),
        ("violated={},", "violated=[],", "write Expected("),
        ("depth=", "ladder=1, depth=", "write Expected("),
        ("depth=", "**{}, depth=", "write Expected("),
        ("events=(),", "events=(1,),", "write Expected("),
        ("events=(),", 'events="touch",', "write Expected("),
        ("states=", "states=0x" + "f" * 5000 + ", depth=", "this number has 20,000 bits; 256 are the most"),
        ("assumptions={", "assumption={", "write Recorded("),
        ('assumptions={', 'assumptions={1: "x",', "write Recorded(properties={...}, assumptions={...}), as gate --update does"),
        ("RECORDED = ", "RECORDED: bool = ", "RECORDED is the record of properties; write RECORDED = Recorded("),
    ],
)  # fmt: skip
def test_a_record_that_is_none_is_refused(model: Path, before: str, after: str, message: str) -> None:
    text = model.read_text()
    assert before in text
    model.write_text(text.replace(before, after, 1))
    done = gate(model)
    assert done.returncode == 2
    assert done.stderr.startswith(f"{model}:")
    error, source, mark = done.stderr.splitlines()
    assert message in error
    assert len(source) <= 80
    assert mark.lstrip(" |").startswith("^")


def test_the_events_of_a_record_are_named(tmp_path: Path) -> None:
    text = (PROJECT / "models" / "rfc_v1.py").read_text()
    assert '        events=("touch",),\n' in text
    (tmp_path / "model.py").write_text(text.replace('        events=("touch",),\n', "", 1))
    done = gate(tmp_path / "model.py")
    assert done.returncode == 2
    assert 'say which events happen: events=("...",), or events=() for none' in done.stderr


def test_modules_that_import_a_name_from_each_other_are_compared(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    head = "# SPDX-License-Identifier: GPL-2.0-only\nfrom checker.language import function\n"
    function = "\n\n@function\ndef same(x: bool) -> bool:\n    return x\n"
    (tmp_path / "models" / "one.py").write_text(f"{head}from models.two import x\n{function}")
    (tmp_path / "models" / "two.py").write_text("# SPDX-License-Identifier: GPL-2.0-only\nfrom models.one import x\n")
    path = tmp_path / "model.py"
    path.write_text(
        MODEL.replace("\n\nclass Phase", "\nfrom models.one import same\n\n\nclass Phase", 1).replace(
            "return a or not b", "return same(a or not b)"
        )
    )
    assert "order" in load_wording(path).properties


def test_what_is_skipped_in_a_folder_is_said(model: Path) -> None:
    worse = model.with_name("_worse.py")
    worse.write_text(model.read_text().replace("    return a or not b", "    return True"))
    done = stackproof("gate", str(model.parent))
    assert done.returncode == 0
    assert done.stdout.startswith(f"{worse}: skipped, since its name begins with _\n")


def test_the_digits_are_those_of_any_run() -> None:
    code = "from checker.language.front.load import load_wording; print(sorted(load_wording('models/dks.py').properties.items()))"
    runs = {
        subprocess.run(
            [sys.executable, "-c", code], cwd=PROJECT, env={"PYTHONHASHSEED": seed}, capture_output=True, text=True
        ).stdout
        for seed in ("1", "2")
    }
    assert runs == {f"{sorted(load_wording(PROJECT / 'models' / 'dks.py').properties.items())}\n"}
