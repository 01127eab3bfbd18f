# SPDX-License-Identifier: GPL-2.0-only
"""Files whose names a terminal would obey, that read like a line of a report, or that a shell takes for something else."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.project import PROJECT
from checker.report.shell import argument, command_line, word
from tests.support.command import LONGEST, stackproof

FORGED = "models/x.py:1: error: forged"
BREAKS = f"a\n{FORGED}"
"""What follows the newline looks like a finding of its own."""
NAMES = {
    "newline": BREAKS,
    "controls": "\x1b[31mred\x1b]0;title\x07\x9b31m\r\u202egnp\u2028",
    "shell": ' it\'s  "quoted" $(touch owned) `touch owned` ; touch owned & * !! \\ ',
    "option": "--help",
    "not UTF-8": os.fsdecode(b"-caf\xe9"),
    "a bundled name": "models/rfc_v1",
}
FORMATS = ("sarif", "junit", "ktap", "github", "checkpatch", "b4", "json")
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
MODEL = """# SPDX-License-Identifier: GPL-2.0-only
from checker.language import Expected, action, invariant

EXPECTED = (Expected(settings={}, events=(), violated={}, states=1, transitions=1, depth=1),)
up: bool = False
down: bool = False


@action
def go() -> None:
    global up
    up = not up


@invariant("fine", "it is up")
def fine() -> bool:
    "Never up."
    return not up


@invariant("held", "it is down")
def held() -> bool:
    "Never down."
    return not down
"""
LLIST = PROJECT / "models" / "llist"


@pytest.fixture(params=NAMES.values(), ids=NAMES.keys())
def name(request: pytest.FixtureRequest) -> str:
    """A name without suffix."""
    return str(request.param)


def typed(path: str) -> str:
    """The path as one types it."""
    return f"./{path}"


def model_in(folder: Path, name: str) -> str:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / f"{name}.py").write_text(MODEL)
    return typed(f"{name}.py")


def harmless(*texts: str) -> None:
    """Nothing that a name says is obeyed, or stands at the beginning of a line."""
    for text in texts:
        assert OBEYED.search(text) is None, repr(text)
        assert not any(line.lstrip().startswith(FORGED) for line in text.split("\n")), text
        assert "internal error" not in text, text


def again(folder: Path, line: str) -> subprocess.CompletedProcess[str]:
    """Give a command line that was printed to a shell."""
    program = f'stackproof() {{ {word(sys.executable)} -m checker "$@"; }}\n{line}'
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    return subprocess.run(
        ["bash", "-c", program],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=LONGEST,
        stdin=subprocess.DEVNULL,
    )


def command_in(text: str, begin: str) -> str:
    """The command line that a text has, to its end or up to what is said behind it."""
    return re.split(r"` has|` writes|` searches|\)$", text[text.index(begin) :].split("\n")[0])[0]


def test_each_command_prints_a_name_as_one_word_of_one_line(name: str, tmp_path: Path) -> None:
    model = model_in(tmp_path, name)
    saved = typed(f"{name} saved")
    commands: list[tuple[int, tuple[str, ...]]] = [
        (1, ("check", model)),
        (1, ("check", model, "--trace", "--save", saved)),
        (1, ("gate", model)),
        (0, ("gate", model, "--update")),
        (0, ("gate", model, "--verbose")),
        (0, ("diff", model, model)),
        (0, ("show", f"{saved}/fine.json")),
        (0, ("replay", f"{saved}/fine.json")),
        (0, ("graph", model, "--output", typed(f"{name}.dot"))),
        (0, ("graph", model)),
        (1, ("mutate", model, "--jobs", "1")),
        (0, ("mutate", model, "--list")),
        (2, ("mutate", model, "--only", "nothing")),
        (1, ("simulate", model, "--walks", "3", "--depth", "3")),
        (0, ("list", model)),
        (0, ("prove", model, "--property", "held", "--certificates", typed(f"{name} proof"))),
        (0, ("certify", typed(f"{name} proof"), "--model", model)),
        (3, ("certify", typed(f"{name} proof"))),
        (2, ("translate", model)),
        (2, ("conform", model)),
        (2, ("check", typed(name) + ".nothing")),
        (2, ("check", model, "--format", "json", "--output", typed(f"{name}/nowhere/x"))),
        (2, ("show", typed(name) + ".nothing")),
        (2, ("replay", model)),
        (2, ("diff", model, typed(name) + ".nothing")),
        (2, ("check", model, model)),
    ]
    for status, words in commands:
        done = stackproof(*words, cwd=tmp_path)
        harmless(done.stdout, done.stderr)
        assert done.returncode == status, (words, done.stdout, done.stderr)
    assert not (tmp_path / "owned").exists()


def test_each_format_has_a_name_as_one_word(name: str, tmp_path: Path) -> None:
    model = model_in(tmp_path, name)
    outputs = [word for format_ in FORMATS for word in ("--format", format_, "--output", format_)]
    for words in (("check", model), ("gate", model), ("check", typed(name) + ".nothing")):
        done = stackproof(*words, *outputs, cwd=tmp_path)
        assert done.returncode in (1, 2), done.stderr
        for format_ in FORMATS:
            harmless((tmp_path / format_).read_text())


def test_what_is_printed_to_do_next_does_it(name: str, tmp_path: Path) -> None:
    model = model_in(tmp_path, name)
    (tmp_path / f"{name} dir").mkdir()
    (tmp_path / f"{name} dir" / "clients.toml").write_bytes((LLIST / "two_consumers.toml").read_bytes())
    shutil.copyfile(LLIST / "llist.c", tmp_path / f"{name}.c")
    found = stackproof("check", model, cwd=tmp_path).stdout
    done = again(tmp_path, command_in(found, "stackproof check"))
    assert done.returncode == 1, done.stderr
    assert "1 step" in done.stdout
    saved = stackproof("check", model, "--save", typed(f"{name} saved"), cwd=tmp_path).stdout
    assert again(tmp_path, command_in(saved, "stackproof show")).returncode == 0
    shown = stackproof("show", typed(f"{name} saved/fine.json"), cwd=tmp_path).stdout
    assert "confirmed in 1 step" in again(tmp_path, command_in(shown, "stackproof replay")).stdout
    proved = stackproof("prove", model, "--property", "held", "--certificates", typed(f"{name} proof"), cwd=tmp_path).stdout
    assert again(tmp_path, command_in(proved, "stackproof certify")).returncode == 0
    differs = stackproof("gate", model, cwd=tmp_path).stdout
    assert again(tmp_path, command_in(differs, "stackproof gate --update")).returncode == 0
    assert stackproof("gate", model, cwd=tmp_path).returncode == 0
    none = stackproof("mutate", model, "--only", "nothing", cwd=tmp_path).stderr
    assert again(tmp_path, command_in(none, "stackproof mutate")).stdout
    given_ = ("--manifest", f"{name} dir/clients.toml", "--cpus", "2", "--property", "taken-once")
    of_c = stackproof("check", typed(f"{name}.c"), *given_, cwd=tmp_path)
    harmless(of_c.stdout, of_c.stderr)
    assert of_c.returncode == 1, of_c.stderr
    repeated = again(tmp_path, command_in(of_c.stdout, "stackproof check"))
    assert repeated.returncode == 1, repeated.stderr
    assert "46 steps" in repeated.stdout
    assert not (tmp_path / "owned").exists()


def test_a_file_called_like_standard_input(tmp_path: Path) -> None:
    (tmp_path / "-").write_bytes((LLIST / "llist.c").read_bytes())
    manifest = str(LLIST / "one_consumer.toml")
    done = stackproof("translate", "./-", "--manifest", manifest, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert f"{tmp_path}/-:" in done.stdout


def words() -> st.SearchStrategy[str]:
    """What can be the name of a file, or nearly so."""
    return st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)) | st.sampled_from("'\"\\ \n-$`!*")).filter(
        bool
    )


@given(st.lists(words(), min_size=1, max_size=20))
def test_a_shell_reads_the_words_that_were_meant(found: list[str]) -> None:
    line = command_line(found)
    assert line.isprintable()
    printed = subprocess.run(["bash", "-c", f"printf '%s\\0' {line}"], capture_output=True, check=True).stdout
    assert [os.fsdecode(text) for text in printed.split(b"\0")[:-1]] == found


def test_a_path_is_no_option() -> None:
    assert [argument(path) for path in ("-x", "-", "a", Path("--help"), "/-x")] == ["./-x", "-", "a", "./--help", "/-x"]


def each_print(folder: Path) -> Iterator[tuple[Path, int, str]]:
    for file in sorted(folder.rglob("*.py")):
        for number, line in enumerate(file.read_text().split("\n"), 1):
            yield file, number, line


def test_no_command_prints_a_name_by_itself() -> None:
    """Only `plain` or a report makes a line of a name: a print of an f-string would not."""
    for file, number, line in each_print(PROJECT / "checker" / "cli"):
        found = re.search(r"\bprint\(f\"[^\"]*\{(?!title|counted|reason)", line)
        assert found is None, f"{file}:{number}: print(plain(...)), or tell: {line.strip()}"
