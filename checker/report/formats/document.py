# SPDX-License-Identifier: GPL-2.0-only
"""What a command found, as every format takes it: the findings, and the cases that were looked at.

`check`, `gate` and `diff` each make a document of what they found (from_check.py; the others where they compare). A format reads
a document and nothing else, so that it works for all of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from checker.language.tree import Position
from checker.result.verdict import Status
from checker.trace.data import Trace

MODEL_ERROR = "model-error"
"""The rule of what is wrong with the input itself, as traces have it."""
NOT_KNOWN = "not-known"
"""The rule of what was not looked at, or not to its end."""


class Level(Enum):
    """How much a finding matters. ERROR: it is why the command fails. WARNING: something is not known. NOTE: neither."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Outcome(Enum):
    """What came of a case. UNKNOWN: it was not looked at, or not to its end."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"
    ERROR = "error"


class Since(Enum):
    """A finding beside those of an earlier version: NEW, the same, there in both but changed, or gone."""

    NEW = "new"
    UNCHANGED = "unchanged"
    UPDATED = "updated"
    ABSENT = "absent"


@dataclass(frozen=True)
class Remark:
    """A place that matters to a finding. step: the step of the trace that ran it, from 1; 0 if none did."""

    position: Position
    text: str
    step: int = 0


@dataclass(frozen=True)
class Finding:
    """One thing to tell.

    rule: the property, or another word for what was checked. position: where a developer looks first; None where nothing is
    to blame. message: a sentence, in one line, without rule and position. came_from: where that place stands in a patch or mail,
    as `rfc10.mbox:363`; else empty. notes: other places, in the order of the run. details: further lines, as what it was found
    at. identity: the same for the same bug after lines moved; empty if it has none. since: None where nothing was compared.
    trace: the run that shows it; decisive: the steps of it that matter, from 1.
    """

    level: Level
    rule: str
    position: Position | None
    message: str
    came_from: str = ""
    notes: tuple[Remark, ...] = ()
    details: tuple[str, ...] = ()
    identity: str = ""
    since: Since | None = None
    trace: Trace | None = None
    decisive: tuple[int, ...] = ()


@dataclass(frozen=True)
class Case:
    """One thing that was looked at, as a property in one configuration. detail: why it did not pass, else what that covers."""

    name: str
    outcome: Outcome
    detail: str = ""


@dataclass(frozen=True)
class Group:
    """Cases that were looked at together, as the properties of one configuration. seconds: wall time."""

    name: str
    cases: tuple[Case, ...]
    seconds: float = 0.0

    @property
    def outcome(self) -> Outcome:
        """The worst of its cases; UNKNOWN without any."""
        return worst((case.outcome for case in self.cases), Outcome.UNKNOWN)


@dataclass(frozen=True)
class Document:
    """What a command found. command: its name. status: its exit status. incomplete: why not all that was asked for was looked at,
    in one line; empty if it was."""

    command: str
    status: Status
    groups: tuple[Group, ...]
    findings: tuple[Finding, ...]
    incomplete: str = ""

    def at(self, level: Level) -> tuple[Finding, ...]:
        """The findings of a level, in order."""
        return tuple(finding for finding in self.findings if finding.level is level)

    def count(self, outcome: Outcome) -> int:
        """How many cases came out so."""
        return sum(case.outcome is outcome for group in self.groups for case in group.cases)


SEVERITY = (Outcome.ERROR, Outcome.FAILED, Outcome.UNKNOWN, Outcome.PASSED)
"""Of several outcomes the first of these is that of all of them."""


def worst(outcomes: Iterable[Outcome], none: Outcome) -> Outcome:
    """The outcome of several together; none: where there are none."""
    found = set(outcomes)
    return next((outcome for outcome in SEVERITY if outcome in found), none)
