# SPDX-License-Identifier: GPL-2.0-only
"""The lines that `check` and `simulate` say nothing came to: also those that parameters and events switch off."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.command import stackproof

MODEL = '''# SPDX-License-Identifier: GPL-2.0-only
"""Lines that some settings switch off."""
from typing import Annotated
from checker.language import Range, action, enter, event, executes, initial, instance, invariant, parameter, record, require, routine
EXTRA = parameter(0, 0, 1, "1: more happens")
STRIKE = event("strike", "it strikes")
OTHER = event("other", "nothing happens")
n: Annotated[int, Range(0, 3)] = 0
@record(count=1, frames=1)
class Cpu:
    own: bool = False
@executes
def nothing(cpu: Cpu) -> Cpu | None:
    return None
@initial
def start() -> None:
    enter(instance(Cpu, 0), main)
@routine
def main() -> None:
    global n
    if EXTRA == 1:
        n = 1  # extra
        if n == 1:
            n = 0  # extra
    else:
        n = 2  # plain
    more()
@routine
def more() -> None:
    global n
    while EXTRA == 1 and n < 2:
        n = (n + 1) % 4  # extra
@action
def strike() -> None:
    global n
    require(STRIKE)
    n = 3  # strike
@action
def always() -> None:
    global n
    require(n == 2)
    n = 3
    if EXTRA == 0:
        pass
    elif STRIKE:
        n = 1  # both
@invariant("fine", "x")
def fine() -> bool:
    """Test."""
    return True
'''


@pytest.mark.parametrize("command", ["check", "simulate"])
@pytest.mark.parametrize(
    ("extra", "events", "expected"),
    [(0, "other", {"extra", "strike", "both"}), (0, "strike", {"extra", "both"}), (1, "strike", {"plain"})],
)
def test_what_is_switched_off_is_not_reached(tmp_path: Path, command: str, extra: int, events: str, expected: set[str]) -> None:
    path = tmp_path / "lines.py"
    path.write_text(MODEL, encoding="utf-8")
    walks = ("--walks", "50") if command == "simulate" else ()
    done = stackproof(command, str(path), "--set", f"EXTRA={extra}", "--events", events, "--format", "json", *walks)
    (run,) = [json.loads(done.stdout)] if "runs" not in json.loads(done.stdout) else json.loads(done.stdout)["runs"]
    text = MODEL.splitlines()
    marks = {text[int(place.rpartition(":")[2]) - 1].partition("  # ")[2] for place in run["unreached"]}
    assert expected <= marks
    assert marks <= {*expected, ""}
