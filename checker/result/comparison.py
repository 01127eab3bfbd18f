# SPDX-License-Identifier: GPL-2.0-only
"""What a change did to the verdicts of a model: two checks held against each other."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from checker.language.tree import Position
from checker.result.verdict import Configuration, Status


class Change(Enum):
    """What became of a cause. When several apply to one, in several configurations, the first of these is told. LONGER: the same
    cause, but its shortest counterexample is longer. UNKNOWN: one of the two sides does not tell."""

    NEW = "NEW"
    UNKNOWN = "UNKNOWN"
    LONGER = "LONGER"
    STILL = "STILL"
    FIXED = "FIXED"


@dataclass(frozen=True)
class Difference:
    """What became of a property and a cause in one configuration. cause: its identity; empty where there is none. old, new: steps
    of the counterexample on that side, None where it has none. message: what is violated, or why that is not known. reason: what
    a reader has to know beside it, or nothing. worse: whether less is shown, or more is violated, than before. through: of a
    cause that is there on both sides, the statements that it turns on which were changed or moved, as they were and as they are.
    """

    change: Change
    property: str
    cause: str
    configuration: Configuration
    position: Position
    message: str
    old: int | None = None
    new: int | None = None
    reason: str = ""
    worse: bool = False
    through: tuple[tuple[Position, Position], ...] = ()

    def through_text(self) -> str:
        """The same in words; empty where there is none."""
        pairs = ", ".join(f"{old.file}:{old.line} -> {new.file}:{new.line}" for old, new in self.through)
        return f"through changed statements: {pairs}" if pairs else ""


@dataclass(frozen=True)
class Line:
    """One property and cause, in every configuration that shows it. differences: what is told of it comes first; at least one."""

    differences: tuple[Difference, ...]

    @property
    def first(self) -> Difference:
        return self.differences[0]

    @property
    def change(self) -> Change:
        return self.first.change

    @property
    def worse(self) -> bool:
        return any(difference.worse for difference in self.differences)


@dataclass(frozen=True)
class OnlyOne:
    """A configuration that only one side has. side: which, as it was named. why: what the other one lacks."""

    configuration: Configuration
    side: str
    why: str


@dataclass(frozen=True)
class Comparison:
    """Two sides, as they were named. compared: in how many configurations. held: how many properties are satisfied on both sides,
    over all configurations. notes: what a reader has to know of the comparison, in lines. cached: how many of the searches were
    not run, as their outcomes were known."""

    old: str
    new: str
    lines: tuple[Line, ...]
    compared: int
    held: int = 0
    only_one: tuple[OnlyOne, ...] = ()
    notes: tuple[str, ...] = ()
    searches: int = 0
    cached: int = 0
    interrupted: bool = False

    def count(self, change: Change) -> int:
        """How many lines tell this."""
        return sum(line.change is change for line in self.lines)

    @property
    def status(self) -> Status:
        """The exit status: only what got worse counts, and what is not known any more."""
        worse = {difference.change for line in self.lines for difference in line.differences if difference.worse}
        if Change.NEW in worse:
            return Status.VIOLATED
        return Status.INCONCLUSIVE if worse or self.interrupted else Status.AS_DEMANDED
