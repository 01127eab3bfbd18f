# SPDX-License-Identifier: GPL-2.0-only
"""`gate --update` writes what a search finds into the model, and nothing else."""

from __future__ import annotations

import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from checker.language.errors import UsageError
from checker.language.front.load import load_program
from checker.project import PROJECT
from checker.verify.record.file import RecordFile
from checker.verify.record.outcomes import Outcome
from tests.support.command import stackproof

MODEL = '''# SPDX-License-Identifier: GPL-2.0-only
"""A counter."""

from typing import Annotated

from checker.language import Expected, Range, Recorded, action, event, invariant, parameter, require

LAST = parameter(3, 1, 9, "where it stops")
JUMP = event("jump", "it counts by two")
n: Annotated[int, Range(0, 20)] = 0


@action
def up() -> None:
    global n
    require(n < LAST)
    n += 1


@action
def leap() -> None:
    global n
    require(JUMP and n < LAST)
    n += 2


@invariant("low", "n is {n}")
def low() -> bool:
    """The counter stays below 4."""
    return n < 4


@invariant("small", "n is {n}")
def small() -> bool:
    """The counter stays below 6."""
    return n < 6


RECORDED = Recorded(properties={"low": "949186691058", "small": "7c7b862c7a6e"}, assumptions={})

# What is known of it.
EXPECTED = (
    # the usual one
    Expected(
        settings={"LAST": 3},
        events=(),
        violated={},
        states=4,
        transitions=3,
        depth=3,
        ladder=True,
    ),  # and no other
    Expected(
        settings={"LAST": 8},  # far
        events=(),
        violated={"low": 4, "small": 6},  # both
        states=9,  # all
        transitions=8,
        # as far as it goes
        depth=8,
    ),
    Expected(settings={"LAST": 3}, events=("jump",), violated={"low": 2}, states=5, transitions=6, depth=2),
)
'''


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.py"
    path.write_text(MODEL)
    return path


def update(model: Path, *options: str, status: int = 0) -> list[str]:
    """The lines that `gate --update` prints."""
    done = stackproof("gate", "--update", str(model), *options)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout.splitlines()


def as_recorded(model: Path) -> bool:
    done = stackproof("gate", str(model))
    return (done.returncode, done.stdout.splitlines()[-1]) == (0, "all as recorded")


def formatted(path: Path) -> bool:
    """Whether the formatter of this project would leave a file as it is."""
    check = ("ruff", "format", "--check", "--config", str(PROJECT / "pyproject.toml"), str(path))
    return subprocess.run([sys.executable, "-m", *check], capture_output=True).returncode == 0


def test_what_is_as_recorded_is_not_touched(model: Path) -> None:
    before = model.stat()
    assert update(model) == ["as recorded: 3 configurations"]
    assert (model.read_text(), model.stat().st_mtime_ns, model.stat().st_ino) == (MODEL, before.st_mtime_ns, before.st_ino)
    assert formatted(model)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("states=4,", "states=1_234_567,", "44: updated: LAST = 3; no events: states 1,234,567 -> 4"),
        ("states=9,", "states=8,", "53: updated: LAST = 8; no events: states 8 -> 9"),
        ("transitions=8,", "transitions=9,", "53: updated: LAST = 8; no events: transitions 9 -> 8"),
        ("depth=8,", "depth=1,", "53: updated: LAST = 8; no events: depth 1 -> 8"),
        ('"low": 4', '"low": 1', "53: updated: LAST = 8; no events: low 1 -> 4 steps"),
        (', "small": 6}', "}", "53: updated: LAST = 8; no events: small: new (6 steps)"),
        ('"low": 4, ', "", "53: updated: LAST = 8; no events: low: new (4 steps)"),
        ("violated={},", 'violated={"low": 1},', "44: updated: LAST = 3; no events: low: no longer violated (was 1 step)"),
        ("violated={},", 'violated={"gone": 2},', "44: updated: LAST = 3; no events: gone: no longer violated (was 2 steps)"),
        ("        violated={},\n", "", "44: updated: LAST = 3; no events: nothing violated: new"),
        ("        depth=3,\n", "", "44: updated: LAST = 3; no events: depth: new (3)"),
        ("depth=2)", "depth=4)", "62: updated: LAST = 3; jump: depth 4 -> 2"),
        ('violated={"low": 2}, states=5, ', "states=5, ", "62: updated: LAST = 3; jump: low: new (2 steps)"),
        (", depth=2)", ")", "62: updated: LAST = 3; jump: depth: new (2)"),
        (
            ', violated={"low": 2}, states=5, transitions=6, depth=2)',
            ")",
            "62: updated: LAST = 3; jump: states: new (5); transitions: new (6); depth: new (2); low: new (2 steps)",
        ),
        ("949186691058", "949186691059", "39: updated: the property low says something else than was recorded"),
        ('"low": "949186691058", ', '"lower": "949186691058", ', None),
    ],
)
def test_what_was_changed_is_restored(model: Path, before: str, after: str, told: str | None) -> None:
    assert MODEL.count(before) == 1
    model.write_text(MODEL.replace(before, after))
    assert stackproof("gate", str(model)).returncode == (2 if "gone" in after else 1)
    first, *others = update(model)
    if told is not None:
        assert first == f"{model}:{told}"
        assert model.read_text() == MODEL
        assert len(others) == 1
    assert as_recorded(model)
    assert formatted(model)


def test_an_entry_without_outcome_gets_one(model: Path) -> None:
    start, end = MODEL.index("# What is known"), len(MODEL)
    model.write_text(MODEL[:start] + 'EXPECTED = (Expected(settings={"LAST": 3}, events=()),)\n')
    update(model)
    line = 'EXPECTED = (Expected(settings={"LAST": 3}, events=(), violated={}, states=4, transitions=3, depth=3),)\n'
    assert model.read_text() == MODEL[:start] + line
    long = 'EXPECTED = (Expected(settings={"LAST": 9}, events=("jump",), ladder=True), Expected(settings={}, events=()))\n'
    model.write_text(MODEL[:start] + long)
    update(model)
    assert (
        model.read_text()[start:end]
        == """EXPECTED = (
    Expected(
        settings={"LAST": 9},
        events=("jump",),
        violated={"low": 2, "small": 3},
        states=11,
        transitions=18,
        depth=5,
        ladder=True,
    ),
    Expected(settings={}, events=(), violated={}, states=4, transitions=3, depth=3),
)
"""
    )
    assert as_recorded(model)
    assert formatted(model)


def test_a_model_that_records_no_properties_gets_its_record(model: Path) -> None:
    start, end = MODEL.index("RECORDED"), MODEL.index("# What is known")
    bare = (MODEL[:start] + MODEL[end:]).replace("Recorded, ", "")
    model.write_text(bare)
    assert update(model) == [
        f"{model}:39: updated: the properties and assumptions are not recorded yet",
        "updated: properties or assumptions of 1 model; as recorded: 3 configurations",
    ]
    record = """RECORDED = Recorded(
    properties={
        "low": "949186691058",
        "small": "7c7b862c7a6e",
    },
    assumptions={},
)

"""
    assert model.read_text() == MODEL[:start] + record + MODEL[end:]
    assert as_recorded(model)
    assert formatted(model)


def test_comments_stay(model: Path) -> None:
    text = MODEL.replace(
        'violated={"low": 4, "small": 6},  # both',
        """violated={
            # why: it goes too far
            "low": 5,  # at once
            "gone": 3,  # once
        },  # both""",
    )
    model.write_text(text)
    update(model)
    want = text.replace('"low": 5,  # at once\n', '"low": 4,  # at once\n            "small": 6,\n')
    assert model.read_text() == want.replace('"gone": 3,  # once', "# once")
    assert as_recorded(model)
    assert formatted(model)
    moved = MODEL.replace("    # the usual one\n", "").replace(
        "        violated={},\n", "        # the usual one\n        violated={},\n"
    )
    model.write_text(moved.replace("states=4,", "states=5,  # less"))
    update(model)
    assert model.read_text() == moved.replace("states=4,", "states=4,  # less")


@pytest.mark.parametrize("ends", ["\r\n", "\r"])
def test_bytes_outside_of_the_record_stay(model: Path, ends: str) -> None:
    """Line ends of other systems, a mark of the encoding, and characters of several bytes."""
    text = MODEL.replace("A counter.", "Ein Z\u00e4hler \U0001f600.")
    whole = b"\xef\xbb\xbf" + text.replace("\n", ends).encode()
    broken = text.replace("        depth=3,\n", "").replace('"low": 4', '"low": 3')
    model.write_bytes(b"\xef\xbb\xbf" + broken.replace("\n", ends).encode())
    update(model)
    assert model.read_bytes() == whole


def test_what_has_no_outcome_is_left_alone(model: Path) -> None:
    """A value out of range in one configuration, settings that are refused in another one, and a property that is new."""
    text = MODEL.replace("Range(0, 20)", "Range(0, 7)").replace('{"LAST": 3}, events=("jump",)', '{"LAST": 11}, events=("jump",)')
    text = text.replace("states=4,", "states=5,").replace('"small": "7c7b862c7a6e"', '"other": "7c7b862c7a6e"')
    model.write_text(text)
    lines = update(model, status=2)
    assert lines[0] == f"{model}:44: updated: LAST = 3; no events: states 5 -> 4"
    assert re.match(
        rf"{model}:53: left alone: LAST = 8; no events: the model is wrong: `n` gets a value that is not from 0 to 7; ", lines[1]
    )
    assert f"{model}:62: left alone: LAST = 11 is out of range; LAST (where it stops) can be 1 to 9" in lines
    assert lines[-2].startswith(f"{model}:39: left alone, as are outcomes: ")
    assert lines[-1] == "updated: 1 configuration; left alone: 2 configurations; left alone: properties or assumptions of 1 model"
    assert model.read_text() == text.replace("states=5,\n", "states=4,\n")


def test_a_search_that_a_limit_ends_is_left_alone(tmp_path: Path) -> None:
    model = tmp_path / "model.py"
    text = (PROJECT / "models" / "dks.py").read_text()
    head, record = text.split("EXPECTED = (\n")
    entries = [f"    Expected({entry}" for entry in record.removesuffix(")\n").split("    Expected(")[1:]]
    broken = [entries[0].replace("997", "998"), entries[-1].replace("5_099_515", "1").replace('"T": 3', '"T": 4')]
    model.write_text(f"{head}EXPECTED = (\n{''.join(broken)})\n")
    lines = update(model, "--timeout", "2s", status=3)
    assert lines[0].endswith(": states 998 -> 997")
    assert lines[1].endswith(": left alone: C = 2, T = 4, S = 3, FAIL = 0, LATE = 0: stopped by the limit of 2 seconds")
    assert lines[2:] == ["updated: 1 configuration; left alone: 1 configuration"]
    assert "states=997," in model.read_text() and "states=1," in model.read_text()
    done = stackproof("gate", str(model), "--timeout", "2s", "--jobs", "2")
    assert done.returncode == 3
    assert "the limit of 2 seconds" in done.stdout
    assert done.stdout.splitlines()[-1] == "not searched to the end: 1 configuration"


def test_errors_are_those_of_gate(model: Path) -> None:
    for text in (MODEL.replace("EXPECTED", "OTHER"), MODEL.replace("n < 4", "n <"), MODEL.replace('{"LAST": 8}', '{"LATS": 8}')):
        model.write_text(text)
        done, plain = stackproof("gate", "--update", str(model)), stackproof("gate", str(model))
        assert (done.returncode, done.stdout, done.stderr) == (2, "", plain.stderr)
        assert model.read_text() == text


def test_a_file_that_is_read_only_is_refused_before_any_search(model: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.py"
    other.write_text(MODEL.replace("states=4,", "states=5,"))
    model.chmod(0o444)
    done = stackproof("gate", "--update", str(other), str(model))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        f"{model}: error: this file is read-only, so what it records cannot be updated; copy the model, or chmod it"
    ]
    assert "states=5," in other.read_text()


def test_a_file_that_changes_meanwhile_is_not_overwritten(model: Path) -> None:
    program = load_program(model)
    file = RecordFile(model, program)
    changed = MODEL + "# mine\n"
    model.write_text(changed)
    with pytest.raises(UsageError, match="has changed since it was read"):
        file.record(0, Outcome((), 1, 2, 3))
    assert model.read_text() == changed


def test_a_file_that_is_named_twice_or_by_a_link_is_updated_once(model: Path, tmp_path: Path) -> None:
    model.write_text(MODEL.replace("states=4,", "states=5,"))
    (tmp_path / "link.py").symlink_to(model)
    done = stackproof("gate", "--update", "link.py", "model.py", "./model.py", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "link.py:44: updated: LAST = 3; no events: states 5 -> 4",
        "updated: 1 configuration; as recorded: 2 configurations",
    ]
    assert (tmp_path / "link.py").is_symlink()
    assert model.read_text() == MODEL


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_configurations_side_by_side_give_the_same(model: Path, tmp_path: Path, jobs: int) -> None:
    broken = MODEL.replace("states=4,", "states=5,").replace(", depth=2)", ")")
    other = tmp_path / "other.py"
    for path in (model, other):
        path.write_text(broken)
    plain = stackproof("gate", "model.py", "other.py", "--jobs", str(jobs), cwd=tmp_path)
    assert plain.returncode == 1
    assert plain.stdout.splitlines() == [
        line
        for name in ("model.py", "other.py")
        for line in (
            f"{name}:44: CHANGED LAST = 3; no events: 4 states, recorded are 5",
            f"{name}:62: error: CHANGED LAST = 3; jump: the outcome is not recorded yet",
            f"{name}: as recorded: 1 of 3 configurations, 9 states",
        )
    ] + [
        "if this is as it should be, `stackproof gate --update model.py other.py` writes it",
        "not as recorded: 4 configurations",
    ]
    done = stackproof("gate", "--update", "model.py", "other.py", "--jobs", str(jobs), "--save", "saved", cwd=tmp_path)
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 5
    assert (model.read_text(), other.read_text()) == (MODEL, MODEL)
    assert sorted(file.name for file in (tmp_path / "saved" / "other").glob("*.json")) == ["low.json", "small.json"]


def test_the_hint_can_be_typed(tmp_path: Path) -> None:
    (tmp_path / "a b").mkdir()
    model = tmp_path / "a b" / "model.py"
    model.write_text(MODEL.replace("states=4,", "states=5,"))
    done = stackproof("gate", "a b", cwd=tmp_path)
    hint = done.stdout.splitlines()[-2]
    assert hint == "if this is as it should be, `stackproof gate --update 'a b/model.py'` writes it"
    _, command, _ = hint.split("`")
    assert stackproof(*shlex.split(command)[1:], cwd=tmp_path).returncode == 0
    assert model.read_text() == MODEL


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_leaves_what_is_not_finished(tmp_path: Path, jobs: str) -> None:
    model = tmp_path / "model.py"
    text = (PROJECT / "models" / "dks.py").read_text().replace("states=", "states=1")
    text = re.sub(r'"I2": "\w{12}"', f'"I2": "{"0" * 12}"', text)
    model.write_text(text)
    command = [sys.executable, "-u", "-m", "checker", "gate", "--update", str(model), "--jobs", jobs]
    child = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert child.stdout is not None
    first = child.stdout.readline()
    assert first.endswith(": states 1,997 -> 997\n")
    child.send_signal(signal.SIGINT)
    output, errors = child.communicate(timeout=60)
    assert (child.returncode, errors) == (3, "")
    lines = (first + output).splitlines()
    assert lines[-1] == f"updated: {len(lines) - 1} configuration{'s' * (len(lines) > 2)}; interrupted: the rest was left alone"
    recorded = [expected.states for expected in load_program(PROJECT / "models" / "dks.py").expectations]
    now = [expected.states for expected in load_program(model).expectations]
    done = len(lines) - 1
    assert 1 <= done < len(recorded)
    assert now[:done] == recorded[:done]
    assert now[done:] == [int(f"1{states}") for states in recorded[done:]]
    assert f'"I2": "{"0" * 12}"' in model.read_text()
    assert not list(tmp_path.glob(".stackproof-*"))
