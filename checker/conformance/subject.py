# SPDX-License-Identifier: GPL-2.0-only
"""What an implementation has to offer to be held against a model."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from checker.trace.machine import Transition


class End(Enum):
    """How a run can end. VIOLATED: the step violates a property, or fails as that property forbids. HALTED: the machine stops as
    it should. CUT: an arena or a stack of frames has no room, which is not a part of the protocol."""

    VIOLATED = "violated"
    HALTED = "halted"
    CUT = "cut"


@dataclass(frozen=True)
class Ended:
    """What a step ended the run with. property: of VIOLATED only. message: in words; two ends with other words are alike."""

    end: End
    property: str = ""
    message: str = ""

    def like(self, other: Ended | None) -> bool:
        """Whether both ended in the same."""
        return other is not None and (self.end, self.property) == (other.end, other.property)

    def __str__(self) -> str:
        what = f"{self.property} is violated" if self.end is End.VIOLATED else f"the run is {self.end.value}"
        return f"{what}: {self.message}" if self.message else what


class Subject(Protocol):
    """An implementation in one of its states.

    names: its cells, as the model prints them (`cpu0.pool[1]`), without those that only the model has.
    """

    names: tuple[str, ...]

    def moves(self) -> Collection[Transition]:
        """All that can happen next, in the model's numbers, choices included; nothing after the run has ended."""

    def take(self, move: Transition) -> Ended | None:
        """Does it. None: the run goes on. Raises Refused where the implementation cannot; then it is as before."""

    def cells(self) -> tuple[int, ...]:
        """The abstraction of its state: the values of the cells, in the model's numbers, in the order of `names`."""

    def places(self) -> Mapping[str, tuple[str, ...]]:
        """Where the frames of each owner stand (`task1`), the lowest first, in words of its own; owners without frames may be
        left out."""

    def save(self) -> object:
        """The whole state, to come back to with `restore`."""

    def restore(self, saved: object) -> None:
        """Be in that state again."""


class Refused(Exception):
    """The implementation cannot make a move: why, in one line."""
