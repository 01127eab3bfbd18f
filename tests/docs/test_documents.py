# SPDX-License-Identifier: GPL-2.0-only
"""Every command that a document shows is run, and what the README shows of its output is what it prints."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
DOCUMENTS = [
    PROJECT / "README.md",
    PROJECT / "ARCHITECTURE.md",
    PROJECT / "CHANGELOG.md",
    *sorted((PROJECT / "docs").rglob("*.md")),
]
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
NOT_RUN_HERE = ("make ",)
"""What .ci/run itself runs."""
INSTALLATION = "pipx install ."
"""What tests/packaging does, with pip: pipx is pip and an environment for each program."""


def commands(document: Path) -> list[tuple[str, int]]:
    """The commands that a document shows, with the exit status that it says they have."""
    found = []
    for block in BLOCK.findall(document.read_text()):
        for line in block.splitlines():
            command, _, comment = line.partition("#")
            status = re.search(r"exit status (\d)", comment)
            found.append((command.strip(), int(status[1]) if status else 0))
    return found


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project to run the commands in: some write files."""
    for folder in ("checker", "spec", "models", "counterexamples", "docs"):
        shutil.copytree(PROJECT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_there_are_commands() -> None:
    found = [command for document in DOCUMENTS for command, _ in commands(document)]
    assert sum(command.startswith("stackproof ") for command in found) > 8


@pytest.mark.parametrize("document", [d for d in DOCUMENTS if commands(d)], ids=lambda d: str(d.relative_to(PROJECT)))
def test_commands_of_the_documents_do_what_they_say(document: Path, project: Path) -> None:
    for command, status in commands(document):
        if command.startswith(NOT_RUN_HERE):
            target = command.split()[1]
            assert re.search(rf"^{target}:", (PROJECT / "Makefile").read_text(), re.MULTILINE), command
            continue
        if command == INSTALLATION:
            assert (PROJECT / "tests" / "packaging" / "test_installed.py").is_file()
            continue
        words = shlex.split(command)
        if words[0] == "stackproof":
            words = [sys.executable, "-m", "checker", *words[1:]]
        done = subprocess.run(
            words,
            cwd=project,
            env={**os.environ, "PYTHONPATH": str(project), "COLUMNS": "110"},
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == status, f"{document}: {command}\n{done.stdout[-2000:]}{done.stderr}"


def test_the_first_result_is_what_is_printed(project: Path) -> None:
    readme = (PROJECT / "README.md").read_text()
    shown = re.search(r"^```text\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)
    command = next(c for c, _ in commands(PROJECT / "README.md") if c.startswith("stackproof check rfc_v1 --cpus 1"))
    assert shown is not None
    done = subprocess.run(
        [sys.executable, "-m", "checker", *shlex.split(command)[1:]],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(project), "COLUMNS": "110"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    rest = done.stdout
    assert rest.startswith(shown[1].split("...\n")[0])
    for part in re.split(r"^\.\.\.\n", shown[1], flags=re.MULTILINE):
        _, found, rest = rest.partition(part)
        assert found, part


def test_the_tutorial_shows_its_model() -> None:
    guide = PROJECT / "docs" / "guide"
    model = (guide / "free_list.py").read_text()
    blocks = re.findall(r"^```python\n(.*?)^```", (guide / "tutorial.md").read_text(), re.MULTILINE | re.DOTALL)
    assert len(blocks) == 4
    for block in blocks:
        assert block in model, block


def test_every_source_file_has_its_license_line() -> None:
    files = [f for d in ("checker", "spec", "models", "tests") for f in (PROJECT / d).rglob("*.py")]
    assert len(files) > 60
    for file in [*files, PROJECT / "Makefile"]:
        assert file.read_text().startswith("# SPDX-License-Identifier: GPL-2.0-only\n"), file
