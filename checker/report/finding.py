# SPDX-License-Identifier: GPL-2.0-only
"""What every report of a counterexample says of it: its one line, its place in the model, its columns."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from checker.language.tree import Position
from checker.trace.data import Call, Step, Trace

ENDINGS = {
    "invariant": "does not hold in the last state",
    "check": "is violated by what the last step does",
    "wild-pointer": "is violated by what the last step does",
    "deadlock": "is violated: after the last step nothing but an interrupt can happen",
    "model-error": "is an error of the model itself, met in the last step",
}
"""For each kind of violation, how a sentence goes on that begins with the property."""


def short(position: Position) -> str:
    """The position as reports show it inside a column: `rfc_v1.py:88`."""
    return f"{PurePosixPath(position.file).name}:{position.line}"


def in_model(trace: Trace, position: Position) -> bool:
    """Whether a position stands in the model's own file. The trace may name the model by its path or by its name."""
    return trace.model in (position.file, PurePosixPath(position.file).stem)


def finding_position(trace: Trace) -> Position:
    """Where a developer should look first: the line of the last step that stands in the model's own file, else the
    violation's position. A step in a kernel service that the model calls stands where the model calls it."""
    for step in reversed(trace.steps):
        for call in reversed(step.calls):
            if in_model(trace, call.position):
                return call.position
    return trace.violation.position


def headline(trace: Trace) -> str:
    """The finding in one line, as compilers write it: `models/rfc_v1.py:88: error: single-hole violated: message`."""
    position = finding_position(trace)
    message = " ".join(trace.violation.message.split())
    return f"{position.file}:{position.line}: error: {trace.violation.property} violated: {message}"


def natural(name: str) -> tuple[tuple[bool, int, str], ...]:
    """A sort key by which cpu10 comes after cpu9."""
    parts = re.findall(r"\d+|\D+", name)
    return tuple((part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts)


def columns(trace: Trace) -> tuple[str, ...]:
    """The processors that have a column, in order."""
    return tuple(sorted({step.column for step in trace.steps if step.column is not None}, key=natural))


def outer_calls(step: Step) -> tuple[Call, ...]:
    """The calls around the routine that the step is named after. It may begin further out, before it goes in there."""
    return step.calls[:-1] if step.calls[-1].routine == step.name else step.calls


def shown_arguments(step: Step) -> tuple[tuple[str, str], ...]:
    """An action's arguments, without those that its column says already."""
    return tuple((name, value) for name, value in step.arguments if value != step.column)


def last_changes(trace: Trace) -> dict[str, int]:
    """For each cell that changes, the number (from 1) of the last step that changed it."""
    return {change.cell: number for number, step in enumerate(trace.steps, 1) for change in step.changes}


def source_line(sources: dict[str, str], position: Position) -> str:
    """The line of source at a position, without indentation; empty where the text is not at hand."""
    lines = sources.get(position.file, "").splitlines()
    return lines[position.line - 1].strip() if position.line <= len(lines) else ""
