# SPDX-License-Identifier: GPL-2.0-only
"""What a reviewer reads of a check: its causes, each once, whatever properties and configurations show them."""

from __future__ import annotations

from dataclasses import dataclass

from checker.language.tree import Position
from checker.result.checked import Checked
from checker.result.verdict import Configuration, Subject
from checker.trace.data import Trace


@dataclass(frozen=True)
class Note:
    """A statement that matters to a cause. step: the step that ran it there, from 1. text: what it did, in a line. brief: the
    same for a narrow screen, without what the steps around it tell; empty where that is all of the text."""

    position: Position
    step: int
    text: str
    brief: str = ""


@dataclass(frozen=True)
class Turn:
    """One of the things that a violation turns on. kind: how the statement at the position matters (`stale`, `after` and so
    on), or where there is no position, all that there is to say."""

    kind: str
    position: Position | None = None


@dataclass(frozen=True)
class Symptom:
    """A violation that a cause explains. length: steps of its counterexample. turns: what this one turns on; the identity of the
    cause is made of those of its first symptom."""

    property: str
    configuration: Configuration
    length: int
    message: str
    turns: tuple[Turn, ...] = ()


@dataclass(frozen=True)
class Cause:
    """One distinct bug.

    identity: a short digest of the routines and texts of the decisive statements, so that it stays the same when lines move.
    subject, trace: the counterexample that shows it best. position: where a developer looks first. decisive: the steps
    without which the violation does not come about, from 1, in order. notes: the statements that matter, in the order in which
    they ran. why: a sentence on why it matters; empty if the property says nothing. symptoms: every violation of the check
    that it explains: first the one of the trace, or the one that the trace is a smaller run to. telling: the decisive steps and
    those with notes, those that say most first, for whoever has not room for all.
    """

    identity: str
    subject: Subject
    trace: Trace
    position: Position
    decisive: tuple[int, ...]
    notes: tuple[Note, ...]
    why: str
    symptoms: tuple[Symptom, ...]
    telling: tuple[int, ...] = ()

    @property
    def properties(self) -> tuple[str, ...]:
        """The properties that show it, each once, in the order of the symptoms."""
        return tuple(dict.fromkeys(symptom.property for symptom in self.symptoms))


@dataclass(frozen=True)
class Review:
    """A check, and the causes of what it found, the first found first. remarks: where further causes of a property were searched
    for, whether there are more."""

    checked: Checked
    causes: tuple[Cause, ...]
    remarks: tuple[str, ...] = ()
