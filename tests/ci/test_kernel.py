# SPDX-License-Identifier: GPL-2.0-only
"""b4 and NIPA, as a kernel developer and a maintainer have them."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.ci.tree import CI, commit, environment, git, tree_with
from tests.cli.test_replay_patch import NO_MARK
from tests.language.c.fixtures import GROWING, changed

SMALL = " --cpus 1 --tasks 1 --stack-pages 3 --events touch"
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture
def bad(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """A tree whose last commit is a protocol with a bug."""
    env = environment(tmp_path)
    tree_with(tmp_path / "linux", changed(tmp_path, NO_MARK), env)
    return tmp_path / "linux", env


def test_b4_prep_check_has_the_finding_and_passes_other_patches(tmp_path: Path) -> None:
    env = environment(tmp_path)
    folder = tmp_path / "linux"
    patch = changed(tmp_path, NO_MARK)
    tree_with(folder, patch, env)
    git(folder, env, "reset", "--quiet", "--hard", "HEAD~")
    config = (CI / "b4-config").read_text()
    (folder / ".b4-config").write_text(config.replace(" --timeout 5m", SMALL))
    commit(folder, env, "b4")
    subprocess.run(["b4", "prep", "-n", "stacks", "-f", "master"], cwd=folder, env=env, check=True, capture_output=True)
    (folder / "README").write_text("more\n")
    commit(folder, env, "docs: more\n\nIt says more.\n")
    git(folder, env, "apply", "--index", str(patch))
    git(folder, env, "commit", "--quiet", "--message", "fork: grow stacks\n\nA page at a time.\n")
    done = subprocess.run(["b4", "prep", "--check"], cwd=folder, env=env, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    told = COLOUR.sub("", done.stdout + done.stderr)
    assert re.search(r"^  . stackproof-patch: \S+\.c:\d+: ERROR: one-owner: ", told, re.MULTILINE), told
    last = told.strip().splitlines()[-1]
    counts = re.fullmatch(r"Success: 1, Warning: 0, Error: (\d+)", last)
    assert counts is not None, told
    assert int(counts[1]) == told.count(" ERROR: ")


def nipa(folder: Path, env: dict[str, str], **others: str) -> tuple[int, str]:
    """Run the test as NIPA's core/test.py does: in the tree, with a pipe for the summary, standard output and error taken."""
    reading, writing = os.pipe()
    try:
        done = subprocess.run(
            [str(CI / "nipa" / "stackproof" / "stackproof.sh")],
            cwd=folder,
            env={**env, **others, "DESC_FD": str(writing)},
            pass_fds=[writing],
            capture_output=True,
            timeout=300,
        )
    finally:
        os.close(writing)
    with os.fdopen(reading) as file:
        return done.returncode, file.read()


def test_nipa_fails_a_patch_with_a_bug(bad: tuple[Path, dict[str, str]]) -> None:
    status, told = nipa(*bad, STACKPROOF_OPTIONS=SMALL)
    assert status == 1
    assert re.search(r"^\S+\.c:\d+: ERROR: one-owner: ", told, re.MULTILINE), told


def test_nipa_warns_where_nothing_is_known(tmp_path: Path) -> None:
    env = environment(tmp_path)
    tree_with(tmp_path / "linux", GROWING, env)
    status, told = nipa(tmp_path / "linux", env, STACKPROOF_OPTIONS=SMALL + " --max-states 2")
    assert status == 250
    assert " WARNING: not-known: " in told


def test_nipa_passes_what_is_right_and_what_is_not_about_stacks(tmp_path: Path) -> None:
    env = environment(tmp_path)
    folder = tmp_path / "linux"
    tree_with(folder, GROWING, env)
    assert nipa(folder, env, STACKPROOF_OPTIONS=SMALL + " --property one-owner") == (0, "nothing is violated\n")
    (folder / "README").write_text("more\n")
    commit(folder, env, "docs: more")
    assert nipa(folder, env) == (0, "not about dynamic kernel stacks\n")
