# SPDX-License-Identifier: GPL-2.0-only
"""What `stackproof gate` does with C text. It has no record, since nothing of stackproof's can stand in a patch: nothing may be
violated in the configurations that its manifest names."""

from __future__ import annotations

from dataclasses import dataclass

from checker.counting import counted
from checker.language import tree
from checker.language.errors import ModelError, UsageError
from checker.report.finding import finding_position
from checker.result.verdict import Run, Verdict, VerdictKind


@dataclass(frozen=True)
class Wrong:
    """What must not be. known: whether it is; else it is only not known that it is not."""

    position: tree.Position
    text: str
    known: bool


def has_record(program: tree.Program) -> bool:
    """Whether a model can record what it comes to."""
    return program.translation is None


def check_configurations(program: tree.Program, update: bool) -> None:
    """UsageError if a record is to be written, ModelError if nothing says in which configurations a text is to be searched."""
    if update:
        raise UsageError("C text has no record that --update could write; `gate` demands that nothing is violated", program.model)
    if not program.expectations:
        raise ModelError(
            tree.Position(program.model, 1, 1), "its manifest names no configurations: add [[ladder]] to it, or use `check`"
        )


def wrongs(run: Run) -> list[Wrong]:
    """All that must not be, of one configuration."""
    begin = tree.Position(run.subject.model, 1, 1)
    found = [] if run.error is None else [Wrong(_position(run.error, begin), f"the model is in error: {run.error.detail}", True)]
    for verdict in run.verdicts:
        text = f"{verdict.property}: {' '.join(verdict.detail.split())}"
        if verdict.kind is VerdictKind.VIOLATED and verdict.trace is not None:
            found.append(Wrong(_position(verdict, begin), f"{text}; {counted(len(verdict.trace.steps), 'step')}", True))
        elif verdict.kind not in (VerdictKind.BOUNDED, VerdictKind.PROVED):
            found.append(Wrong(begin, f"UNKNOWN {text}", False))
    return found


def _position(verdict: Verdict, begin: tree.Position) -> tree.Position:
    return begin if verdict.trace is None else finding_position(verdict.trace)
