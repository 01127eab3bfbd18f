# SPDX-License-Identifier: GPL-2.0-only
"""What became of the mutants of a model, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from checker.language.tree import Position
from checker.result.verdict import PRECEDENCE, Configuration, Status


class Fate(Enum):
    """What became of a mutant. FAILED: engine and replayer disagree, or an internal error."""

    KILLED = "killed"
    SURVIVED = "survived"
    STILLBORN = "stillborn"
    UNKNOWN = "unknown"
    FAILED = "failed"
    NOT_SEARCHED = "not searched"


@dataclass(frozen=True)
class Outcome:
    """How a complete search of a configuration ended; violated: properties with the lengths of their counterexamples."""

    violated: tuple[tuple[str, int], ...]
    states: int
    transitions: int
    depth: int
    reductions: tuple[str, ...]


@dataclass(frozen=True)
class Reference:
    """The model itself in one configuration. judged: properties that hold, so that a mutant can violate them; unjudged: those
    of which that is not known, with the reason. incomplete: why the search did not end, else None."""

    configuration: Configuration
    outcome: Outcome
    judged: tuple[str, ...]
    unjudged: Mapping[str, str]
    incomplete: str | None = None


@dataclass(frozen=True)
class MutantResult:
    """detail: why a mutant is stillborn, unknown or failed. property, length, configuration: what killed it, in how many steps,
    and the number of the configuration, from 0. differences: of a survivor: in what its outcome differs from the model's, by
    configuration; nothing: it was not distinguished. waived: the reason why it may survive."""

    name: str
    kind: str
    position: Position
    fate: Fate
    detail: str | None = None
    property: str | None = None
    length: int | None = None
    configuration: int | None = None
    differences: Mapping[int, str] = field(default_factory=dict)
    waived: str | None = None


@dataclass(frozen=True)
class Stale:
    """A waiver that is out of date."""

    mutant: str
    file: str
    line: int
    why: str


@dataclass(frozen=True)
class MutationReport:
    """seconds: wall time of everything. interrupted: not all mutants were searched."""

    model: str
    references: tuple[Reference, ...]
    results: tuple[MutantResult, ...]
    stale: tuple[Stale, ...]
    seconds: float
    interrupted: bool

    def of(self, fate: Fate) -> list[MutantResult]:
        """The mutants with one fate, in order."""
        return [result for result in self.results if result.fate is fate]

    @property
    def unwaived(self) -> list[MutantResult]:
        """The survivors that nothing explains."""
        return [result for result in self.of(Fate.SURVIVED) if result.waived is None]

    @property
    def reduced(self) -> bool:
        """Whether counts are up to exchanges."""
        return any(reference.outcome.reductions for reference in self.references)

    @property
    def status(self) -> Status:
        """The exit status."""
        found = {Status.AS_DEMANDED}
        if self.of(Fate.FAILED):
            found.add(Status.INTERNAL)
        if self.unwaived or self.stale:
            found.add(Status.VIOLATED)
        incomplete = any(reference.incomplete is not None for reference in self.references)
        if incomplete or self.interrupted or self.of(Fate.UNKNOWN) or self.of(Fate.NOT_SEARCHED):
            found.add(Status.INCONCLUSIVE)
        return next(status for status in PRECEDENCE if status in found)
