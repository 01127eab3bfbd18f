# SPDX-License-Identifier: GPL-2.0-only
"""Whether a model still has the properties and assumptions that its outcomes were recorded with: RECORDED in its text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from checker.language import tree
from checker.language.python.wording import Wording


def compare_wording(program: tree.Program, now: Wording) -> list[str]:
    """In what the properties and assumptions of a model differ from its record, a line each."""
    recorded = program.recorded
    if recorded is None:
        return ["the properties and assumptions are not recorded yet"]
    return [
        *_differences("property", dict(recorded.properties), now.properties),
        *_differences("assumption", dict(recorded.assumptions), now.assumptions),
    ]


def _differences(what: str, recorded: Mapping[str, str], now: Mapping[str, str]) -> Iterable[str]:
    for name, digits in recorded.items():
        if name not in now:
            yield f"the {what} {name} is gone"
        elif now[name] != digits:
            yield f"the {what} {name} says something else than was recorded"
    for name in now:
        if name not in recorded:
            yield f"the {what} {name} is not recorded"


def place_of_wording(program: tree.Program) -> str:
    """Where a model records its properties and assumptions, or where it does not: file and line."""
    position = position_of_wording(program)
    return f"{position.file}:{position.line}"


def position_of_wording(program: tree.Program) -> tree.Position:
    """The same as a position."""
    return program.recorded.position if program.recorded else tree.Position(program.model, 1, 1)
