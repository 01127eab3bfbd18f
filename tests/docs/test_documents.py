# SPDX-License-Identifier: GPL-2.0-only
"""Every command that a document shows is run, and what the README shows of its output is what it prints."""

from __future__ import annotations

import itertools
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest

from checker.project import PROJECT
from tests.support.command import in_a_process, stackproof

DOCUMENTS = [
    PROJECT / "README.md",
    PROJECT / "ARCHITECTURE.md",
    PROJECT / "CHANGELOG.md",
    *sorted((PROJECT / "docs").rglob("*.md")),
]
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
RUN_BY_MAKE = "stackproof gate models/rfc_v1.py"
"""What `make run` runs, and .ci/run with it; as it does all that begins with make."""
WRITES = ("--save", "--record", "--checkpoint", "--certificates")
"""The options that name what a command writes."""
LONG = (
    "simulate models/rfc_v1_nr_fixed.py --cpus 3",
    "prove models/hardened.py",
    "--tasks 2 --stack-pages 4",
    "mutate models/rfc_v1",
    "workload --plot",
    "gate dks",
    "check models/hardened.py --tasks 2 --events touch,late-fault,oom",
    "check hardened --cpus 1 --tasks 1 --stack-pages 2 --timeout",
)
"""Parts of the commands that take more than some seconds."""
INSTALLATION = ("pipx install .", "pipx install '.[cluster]'")
"""What tests/packaging does, with pip: pipx is pip and an environment for each program."""


def commands(document: Path) -> list[tuple[str, int]]:
    """The commands that a document shows, with the exit status that it says they have."""
    found = []
    for block in BLOCK.findall(document.read_text()):
        for line in block.replace("\\\n", " ").splitlines():
            command, _, comment = line.partition("#")
            status = re.search(r"exit status (\d)", comment)
            found.append((command.strip(), int(status[1]) if status else 0))
    return found


def chains(document: Path) -> list[list[tuple[str, int]]]:
    """The commands of a document, those together that go on with what an earlier one wrote."""
    found: list[tuple[set[str], list[tuple[str, int]]]] = []
    for command, status in commands(document):
        words = shlex.split(command)
        before = next((chain for chain in found if chain[0] & {word.split("/")[0] for word in words}), None)
        if before is None:
            before = (set(), [])
            found.append(before)
        before[1].append((command, status))
        before[0].update(words[-1:] if words[0] == "cp" else [b for a, b in itertools.pairwise(words) if a in WRITES])
    return [chain for _, chain in found]


def each_chain() -> list[Any]:
    """Each chain of commands once, though several documents show it; those that take long are run with --slow."""
    known: set[str] = set()
    parameters = []
    for document in DOCUMENTS:
        for chain in chains(document):
            if all(command in known for command, _ in chain):
                continue
            known.update(command for command, _ in chain)
            slow = [pytest.mark.slow] if any(part in command for command, _ in chain for part in LONG) else []
            name = f"{document.relative_to(PROJECT)}: {chain[0][0]}"
            parameters.append(pytest.param(chain, id=name, marks=slow))
    return parameters


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder in which the project seems to be, to run commands in: some write files."""
    for folder in ("spec", "models", "counterexamples", "docs"):
        (tmp_path / folder).symlink_to(PROJECT / folder)
    return tmp_path


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    words = shlex.split(command)
    if words[0] == "stackproof":
        return (in_a_process if "--max-memory" in words else stackproof)(*words[1:], cwd=folder)
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=300)


def test_there_are_commands() -> None:
    found = [command for document in DOCUMENTS for command, _ in commands(document)]
    assert sum(command.startswith("stackproof ") for command in found) > 8


@pytest.mark.parametrize("chain", each_chain())
def test_commands_of_the_documents_do_what_they_say(chain: list[tuple[str, int]], project: Path) -> None:
    makefile = (PROJECT / "Makefile").read_text()
    for command, status in chain:
        if command.startswith("make "):
            target = command.split()[1]
            assert re.search(rf"^{target}:", makefile, re.MULTILINE), command
            continue
        if command in INSTALLATION:
            assert (PROJECT / "tests" / "packaging" / "test_installed.py").is_file()
            assert "\ncluster = [" in (PROJECT / "pyproject.toml").read_text()
            continue
        if command == RUN_BY_MAKE:
            assert command.replace("stackproof", "$(BIN)/stackproof") in makefile
            continue
        done = run(command, project)
        assert done.returncode == status, f"{command}\n{done.stdout[-2000:]}{done.stderr}"


def test_the_first_result_is_what_is_printed(project: Path) -> None:
    readme = (PROJECT / "README.md").read_text()
    shown = re.search(r"^```text\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)
    command = next(c for c, _ in commands(PROJECT / "README.md") if c.startswith("stackproof check rfc_v1 --cpus 1"))
    assert shown is not None
    rest = run(command, project).stdout
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
    files = [f for d in ("checker", "spec", "models", "tests", "tools") for f in (PROJECT / d).rglob("*.py")]
    assert len(files) > 60
    for file in [*files, PROJECT / "Makefile"]:
        assert file.read_text().startswith("# SPDX-License-Identifier: GPL-2.0-only\n"), file
