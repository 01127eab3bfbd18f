# SPDX-License-Identifier: GPL-2.0-only
"""The files for GitHub, GitLab and pre-commit."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from checker.project import PROJECT
from tests.ci.tree import CI, environment, git
from tests.support.command import stackproof

BIN = Path(sys.executable).parent
SCHEMAS = {
    "github.yml": ["--builtin-schema", "vendor.github-workflows"],
    "gitlab-ci.yml": ["--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci"],
}
COMMAND = re.compile(r"^\s*- (?:run: )?(stackproof check .*)$", re.MULTILINE)


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_file_is_what_its_schema_wants(name: str) -> None:
    done = subprocess.run([BIN / "check-jsonschema", *SCHEMAS[name], CI / name], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("name", "file", "printed"),
    [("github.yml", "stackproof.sarif", "::error "), ("gitlab-ci.yml", "stackproof.xml", ": error: ")],
)
def test_its_command_writes_what_its_next_step_takes(name: str, file: str, printed: str, tmp_path: Path) -> None:
    text = (CI / name).read_text()
    (command,) = COMMAND.findall(text)
    assert text.count(file) > 1
    small = ["--cpus", "1", "--tasks", "1", "--stack-pages", "2", "--events", "switch-fault"]
    done = stackproof(*shlex.split(command.replace('"$MODEL"', "rfc_v1"))[1:], *small, cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert (tmp_path / file).stat().st_size > 0
    assert printed in done.stdout


def test_the_hook_is_what_pre_commit_wants() -> None:
    done = subprocess.run([BIN / "pre-commit", "validate-manifest", PROJECT / ".pre-commit-hooks.yaml"], capture_output=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_pre_commit_runs_the_hook_on_a_model_that_changed(tmp_path: Path) -> None:
    env = environment(tmp_path)
    del env["PYTHONPATH"]  # the hook has the program in an environment of its own
    hooks = tmp_path / "stackproof"
    git(tmp_path, env, "clone", "--quiet", str(PROJECT), str(hooks))
    (hooks / ".pre-commit-hooks.yaml").write_text((PROJECT / ".pre-commit-hooks.yaml").read_text())
    folder = tmp_path / "mine"
    (folder / "models").mkdir(parents=True)
    git(folder, env, "init", "--quiet")
    model = (PROJECT / "docs" / "guide" / "free_list.py").read_text()
    recorded = "\n\nEXPECTED = (Expected(settings={}, violated={}, states=1, transitions=1),)\n"
    (folder / "models" / "free_list.py").write_text(
        model.replace("from checker.language import", "from checker.language import Expected,") + recorded
    )
    git(folder, env, "add", "--all")
    done = subprocess.run(
        [BIN / "pre-commit", "try-repo", str(hooks), "stackproof-gate", "--all-files"],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "models/free_list.py:" in done.stdout
