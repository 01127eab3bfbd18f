# SPDX-License-Identifier: GPL-2.0-only
"""hardened as a patch for Linux is the same protocol as models/hardened.py: the same counts in every recorded configuration."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from checker.explicit.engines import Method
from checker.explicit.search.results import Limits
from checker.language import tree
from checker.language.c.patch.reading import read_c_source
from checker.language.front.load import load_program
from checker.project import PROJECT
from checker.verify.configuration import check_configuration
from checker.verify.record.outcomes import compare
from checker.verify.request import Request

HARDENED = PROJECT / "models" / "hardened.py"
PATCH = PROJECT / "models" / "hardened" / "0001-fork-dynamic-kernel-stacks-hardened.patch"
RECORDED = load_program(HARDENED).expectations
QUICK = 5_000
"""States up to which a configuration is compared in every run of the tests."""


def case(expected: tree.Expectation) -> object:
    sizes = "-".join(str(value) for _, value in expected.settings)
    marks = [] if expected.states is not None and expected.states <= QUICK else [pytest.mark.slow]
    return pytest.param(expected, marks=marks, id=f"{sizes}:{','.join(expected.events)}")


@pytest.mark.parametrize("expected", [case(expected) for expected in RECORDED])
def test_each_recorded_configuration_has_the_same_outcome(expected: tree.Expectation) -> None:
    request = Request(PATCH, dict(expected.settings), expected.events)
    run = check_configuration(request, Method("auto", 1, frozenset()), Limits())
    assert compare(expected, run) == []


def test_it_is_read_as_it_stands() -> None:
    source = read_c_source(PATCH.read_bytes(), PATCH.name)
    assert source.repairs == ()
    assert [note.partition(" are known of ")[0] for note in source.notes] == ["only the lines that hunks show"]
    assert source.subjects == ("[PATCH] fork: dynamic kernel stacks that survive NMIs and bad timing",)


def test_it_implements_the_hooks_that_the_model_implements() -> None:
    mine, other = load_program(PATCH), load_program(HARDENED)
    assert dict(mine.demanded).keys() == dict(other.demanded).keys()
    hooks = [
        {r.hook for r in (*p.routines.values(), *p.dormant.values()) if r.protocol and r.hook is not None} for p in (mine, other)
    ]
    assert hooks[0] == hooks[1]


def test_its_ladder_is_that_of_the_model() -> None:
    ladder = [(e.settings, e.events) for e in RECORDED if e.ladder]
    assert [(e.settings, e.events) for e in load_program(PATCH).expectations] == ladder


def test_what_it_assumes_is_stated() -> None:
    stated = load_program(PATCH).stated
    assert sum("stack pointer" in each for each in stated) == 1
    assert sum("models/hardened/manifest.toml" in each for each in stated) == 1
    assert len(stated) == len(set(stated)) >= len(load_program(HARDENED).stated)


HUNK = re.compile(r"@@ -(\d+),(\d+) \+(\d+),(\d+) @@")


def base(text: str) -> dict[str, list[str]]:
    """Files with the old lines of all hunks at the places that the patch gives them, and other lines between."""
    files: dict[str, list[str]] = {}
    lines = iter(text.split("\n"))
    path, left = "", (0, 0)
    for line in lines:
        if line.startswith("--- a/"):
            path = line.removeprefix("--- a/")
        elif found := HUNK.match(line):
            old, count, _, new = map(int, found.groups())
            known = files.setdefault(path, [])
            assert old > len(known), "hunks stand in the order of the file, and do not overlap"
            known += [f"line {number}" for number in range(len(known) + 1, old)]
            left = (count, new)
        elif left != (0, 0):
            is_old, is_new = line[:1] != "+", line[:1] != "-"
            assert line[:1] in ("+", "-", " "), line
            if is_old:
                files[path].append(line[1:])
            left = (left[0] - is_old, left[1] - is_new)
            assert min(left) >= 0
    assert left == (0, 0), "the counts of each hunk are right"
    return files


@pytest.mark.skipif(shutil.which("git") is None, reason="git applies it")
def test_it_applies_to_the_base_that_it_shows(tmp_path: Path) -> None:
    text = PATCH.read_text(encoding="utf-8")
    for path, lines in base(text).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("\n".join([*lines, "the end", ""]), encoding="utf-8")
    git = ["git", "-C", str(tmp_path)]
    subprocess.run([*git, "init", "-q"], check=True)
    stat = subprocess.run([*git, "apply", "--stat", str(PATCH)], check=True, capture_output=True, text=True).stdout
    for line in stat.splitlines()[:-1]:
        assert re.sub(r"\s+", " ", line).strip().split(" | ")[0] in text
        path, changes = (part.strip() for part in line.split("|"))
        assert re.search(rf"^ {re.escape(path)} +\| +{changes.split()[0]} ", text, re.MULTILINE), "the diffstat says the same"
    subprocess.run([*git, "apply", "--whitespace=error-all", str(PATCH)], check=True)
    assert "dynamic_stack_fault" in (tmp_path / "kernel" / "fork.c").read_text(encoding="utf-8")


def test_its_lines_are_as_the_kernel_has_them() -> None:
    """What of checkpatch can be asked here: no blanks at ends, tabs, lines of at most 100 columns, a sign-off."""
    text = PATCH.read_text(encoding="utf-8")
    message, _, _ = text.partition("\n---\n")
    assert all(len(line) <= 75 for line in message.partition("\n\n")[2].split("\n"))
    assert "Signed-off-by: " in message
    added = [line[1:] for line in text.split("\n") if line.startswith("+") and not line.startswith("+++")]
    for line in added:
        assert line == line.rstrip() and " \t" not in line
        assert len(line.expandtabs(8)) <= 100
        assert "//" not in line and not re.match(r" {8}", line)


WARNINGS = (
    *("-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter", "-Wno-unused-function", "-Wstrict-prototypes"),
    *("-Wdeclaration-after-statement", "-Wmissing-prototypes", "-Wvla", "-Wno-sign-compare"),
)


@pytest.mark.skipif(shutil.which("gcc") is None, reason="gcc compiles it")
def test_a_compiler_takes_what_it_adds(tmp_path: Path) -> None:
    """The C of the header and of fork.c, with declarations of what it uses of Linux."""
    files: dict[str, list[str]] = {}
    for line in PATCH.read_text(encoding="utf-8").split("\n"):
        if line.startswith("+++ b/"):
            files[path := line.removeprefix("+++ b/")] = []
        elif line.startswith("+"):
            files[path].append(line[1:])
    header, code = ("\n".join(files[name]) for name in ("include/linux/sched/task_stack.h", "kernel/fork.c"))
    added = [_until(header, "#else /* !CONFIG_DYNAMIC_STACK */"), _until(code, "#else /* !CONFIG_DYNAMIC_STACK */")]
    kernel = "static void account_kernel_stack(struct task_struct *tsk, int account) {}\n"
    callers = "void callers(void);\nvoid callers(void)\n{\n\tfree_vmap_stack(alloc_vmap_stack(0));\n}\n"
    (tmp_path / "added.c").write_text("\n".join(['#include "kernel_declarations.h"', *added, kernel, callers]), encoding="utf-8")
    command = ["gcc", "-std=gnu11", "-O2", *WARNINGS, "-I", str(Path(__file__).parent), "-c", "-o", "added.o", "added.c"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def _until(text: str, end: str) -> str:
    """The text of the first block that CONFIG_DYNAMIC_STACK switches on."""
    assert text.startswith("#ifdef CONFIG_DYNAMIC_STACK\n")
    return text.partition(end)[0] + "#endif\n"
