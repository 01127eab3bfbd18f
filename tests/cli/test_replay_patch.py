# SPDX-License-Identifier: GPL-2.0-only
"""`stackproof replay --patch` and `show --patch`: a trace of C text, on another version of it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from checker.project import PROJECT
from tests.language.c.fixtures import GROWING, changed
from tests.support.command import stackproof

MARK = "+		pool[i] = (void *)((unsigned long)page | IN_USE);"
NO_MARK = (MARK, "+		pool[i] = page;")
"""The bug: a page that is taken is not marked as taken, and is given to the next fault as well."""
LOWER = ("@@ -5,6 +5,173 @@", "@@ -105,6 +105,173 @@"), ("@@ -16,5 +183,10 @@", "@@ -116,5 +283,10 @@")
"""As if a hundred lines stood before all of it."""
SMALL = ("--cpus", "1", "--tasks", "1", "--stack-pages", "3", "--events", "touch")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A patch with a bug, and the trace that shows it."""
    folder = tmp_path_factory.mktemp("found")
    patch = changed(folder, NO_MARK)
    done = stackproof("check", str(patch), *SMALL, "--property", "one-owner", "--save", str(folder / "saved"))
    assert done.returncode == 1, done.stdout + done.stderr
    return patch, folder / "saved" / "one-owner.json"


def test_a_trace_names_its_patch(found: tuple[Path, Path]) -> None:
    done = stackproof("replay", str(found[1]))
    assert done.returncode == 0, done.stderr
    assert "confirmed in " in done.stdout
    assert "(changed.patch:" in done.stdout


def test_another_version_with_moved_lines_is_the_same(found: tuple[Path, Path], tmp_path: Path) -> None:
    other = changed(tmp_path, NO_MARK, *LOWER, ("Signed-off-by:", "Reviewed-by:"), name="v2.patch")
    done = stackproof("replay", str(found[1]), "--patch", str(other))
    assert done.returncode == 0, done.stderr
    before = stackproof("replay", str(found[1])).stdout.splitlines()[1]
    after = done.stdout.splitlines()[1]
    line = int(before.split(":")[1])
    assert before.startswith(f"kernel/fork.c:{line}: error: one-owner: ")
    assert after == before.replace(f"fork.c:{line}:", f"fork.c:{line + 100}:").replace("changed.patch", "v2.patch")


def test_a_version_without_the_bug_is_another_model(found: tuple[Path, Path]) -> None:
    done = stackproof("replay", str(found[1]), "--patch", str(GROWING))
    assert done.returncode == 2
    assert "the model has changed since (kernel/fork.c)" in done.stderr
    assert "`[i] = page;` in `stack_pool_take`" in done.stderr


def test_show_takes_another_version_too(found: tuple[Path, Path], tmp_path: Path) -> None:
    other = changed(tmp_path, NO_MARK, *LOWER, name="v2.patch")
    done = stackproof("show", str(found[1]), "--patch", str(other))
    assert done.returncode == 0, done.stderr
    assert "fork.c:262" in done.stdout
    assert f"stackproof replay {found[1]} --patch {other}" in done.stdout
    gone = stackproof("show", str(found[1]), "--patch", str(GROWING))
    assert gone.returncode == 2
    assert "the model text has changed: `[i] = page;` in `stack_pool_take`" in gone.stderr
    assert stackproof("show", str(found[1])).returncode == 0


def test_the_manifest_and_the_base_have_to_be_named_again(found: tuple[Path, Path], tmp_path: Path) -> None:
    manifest = tmp_path / "mine.toml"
    manifest.write_text("[config]\nCONFIG_DYNAMIC_STACK = true\nCONFIG_MINE = true\n", encoding="utf-8")
    options = ("--manifest", str(manifest))
    done = stackproof("check", str(found[0]), *SMALL, *options, "--property", "one-owner", "--save", str(tmp_path / "saved"))
    trace = tmp_path / "saved" / "one-owner.json"
    assert f"stackproof show {trace} --manifest {manifest}\n" in done.stdout
    assert stackproof("replay", str(trace), *options).returncode == 0
    unsaved = stackproof("check", str(found[0]), *SMALL, *options, "--property", "one-owner").stdout
    assert f"stackproof check {found[0]} --manifest {manifest} --cpus 1" in unsaved


def piped(text: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "checker", *arguments]
    return subprocess.run(command, input=text, cwd=PROJECT, capture_output=True, text=True, timeout=300)


def test_a_trace_of_standard_input_needs_a_patch(found: tuple[Path, Path], tmp_path: Path) -> None:
    text = found[0].read_text(encoding="utf-8")
    folder = tmp_path / "saved"
    done = piped(text, "check", "-", *SMALL, "--property", "one-owner", "--save", str(folder))
    assert done.returncode == 1, done.stderr
    trace = folder / "one-owner.json"
    assert json.loads(trace.read_text())["model"] == "-"
    assert f"stackproof show {trace} --patch -\n" in done.stdout
    refused = stackproof("replay", str(trace))
    assert refused.returncode == 2
    assert "--patch FILE" in refused.stderr
    assert stackproof("replay", str(trace), "--patch", str(found[0])).returncode == 0
    assert piped(text, "replay", str(trace), "--patch", "-").returncode == 0


def test_patch_is_for_c_text_only(found: tuple[Path, Path]) -> None:
    done = stackproof("replay", str(found[1]), "--patch", "models/rfc_v1.py")
    assert done.returncode == 2
    assert "--patch names a patch or a C file" in done.stderr
    other = stackproof("replay", "counterexamples/rfc_v1/single-hole.json", "--patch", str(GROWING))
    assert other.returncode == 2
    assert "the model has changed since" in other.stderr
