# SPDX-License-Identifier: GPL-2.0-only
"""What the command says of counterexamples that partial order found, and which of them it keeps."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from tests.support.command import stackproof
from tests.support.printed import schema

SMALL = ("check", "dks", "--set", "C=2", "--set", "T=2", "--set", "S=4", "--engine", "portable")
REDUCED = (*SMALL, "--reduce", "pages,symmetry,partial-order")


def test_the_text_and_the_saved_runs_are_of_the_shortest(golden: Callable[[str, str], None], tmp_path: Path) -> None:
    done = stackproof(*REDUCED, "--save", str(tmp_path))
    assert done.returncode == 1
    golden("check_shortest.txt", re.sub(r", [\d.]+ s, \d+ MiB", "", done.stdout.replace(str(tmp_path), "DIR")))
    saved = {file.stem: len(json.loads(file.read_text())["steps"]) for file in tmp_path.glob("*.json")}
    assert saved == {"I1": 14, "I2": 9, "I3": 9}
    for file in tmp_path.glob("*.json"):
        assert stackproof("replay", str(file)).returncode == 0


@pytest.mark.parametrize(("command", "shortest"), [(REDUCED, True), (SMALL, None)], ids=["reduced", "plain"])
def test_json_says_whether_it_is_known(command: tuple[str, ...], shortest: bool | None) -> None:
    found = json.loads(stackproof(*command, "--format", "json").stdout)
    jsonschema.validate(found, schema("stackproof-check"))
    lengths = {
        entry["id"]: (entry["length"], entry["shortest"]) for entry in found["properties"] if entry["verdict"] == "VIOLATED"
    }
    assert lengths == {"I1": (14, shortest), "I2": (9, shortest), "I3": (9, shortest)}


def test_a_limit_is_said() -> None:
    done = stackproof(*REDUCED, "--max-states", "400")
    assert re.search(r"\n  I1  VIOLATED in \d+ steps, perhaps not the fewest \(", done.stdout)
