# SPDX-License-Identifier: GPL-2.0-only
"""What tests ask of what commands print."""

from __future__ import annotations

import itertools
import json
import re
import shutil
from pathlib import Path
from typing import Any

from checker.project import PROJECT


def one_line(text: str) -> str:
    """The one line that an error is."""
    lines = text.splitlines()
    assert len(lines) == 1, text
    assert "Traceback" not in text
    return lines[0]


def at_a_place(text: str) -> str:
    """The first line of an error that points into a model; the source and the mark stand below it."""
    lines = text.splitlines()
    assert len(lines) == 3, text
    assert lines[1].split(" | ")[0].strip() == lines[0].split(":")[1]
    assert lines[2].lstrip(" |").startswith("^")
    return lines[0]


def verdicts_in(text: str) -> dict[str, str]:
    """What `check` prints as the verdict of each property, whether it has a line of its own or shares one with others."""
    table = re.sub(r"\n    +", " ", text.partition("\nVerdicts\n")[2])
    found = {}
    for line in itertools.takewhile(lambda line: line.startswith("  "), table.splitlines()):
        if shared := re.fullmatch(r"  ([A-Z]+\b.*): ([a-z0-9-]+(?:, [a-z0-9-]+)*)", line):
            found |= dict.fromkeys(shared[2].split(", "), shared[1])
        else:
            name, _, verdict = line.strip().partition(" ")
            found[name] = verdict.strip()
    return found


def schema(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((PROJECT / "docs" / "reference" / "schema" / f"{name}.json").read_text())
    return loaded


def copy_of_project(tmp_path: Path) -> Path:
    for folder in ("checker", "spec", "models"):
        shutil.copytree(PROJECT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path
