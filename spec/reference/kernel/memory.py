# SPDX-License-Identifier: GPL-2.0-only
"""What is mapped where: the memory back end of the machine, and the one that is a table.

Areas, levels and page frames are numbers from 0. Level 0 is the page at the top of a stack, which grows to higher levels.
"""

from __future__ import annotations

from typing import Protocol


class StackMemory(Protocol):
    """The page tables that cover the stacks, with the memory behind them."""

    def map(self, area: int, level: int, frame: int) -> None:
        """From now on the frame is what is seen at this level, whatever was there before."""

    def unmap(self, area: int, level: int) -> None:
        """Nothing is seen at this level any more. Where nothing was, nothing happens."""

    def frame_at(self, area: int, level: int) -> int | None:
        """The frame that is mapped at this level."""

    def access(self, area: int, level: int) -> bool:
        """The stack's task writes at this level. False: that faults; so it does on the guard page."""

    def zero(self, frame: int) -> None:
        """Fills the frame with zeros."""

    def scribble(self, frame: int) -> None:
        """Leaves others' data in the frame."""


Table = tuple[tuple[int | None, ...], ...]
"""What is mapped, by area and level."""


class SimulatedMemory:
    """Page tables only. What is in a frame is told by Page.dirty alone."""

    def __init__(self, areas: int, stack_pages: int) -> None:
        self.table: list[list[int | None]] = [[None] * stack_pages for _ in range(areas)]

    def map(self, area: int, level: int, frame: int) -> None:
        self.table[area][level] = frame

    def unmap(self, area: int, level: int) -> None:
        self.table[area][level] = None

    def frame_at(self, area: int, level: int) -> int | None:
        return self.table[area][level]

    def access(self, area: int, level: int) -> bool:
        entries = self.table[area]
        return level < len(entries) and entries[level] is not None

    def zero(self, frame: int) -> None:
        """The bytes of a frame are not simulated."""

    def scribble(self, frame: int) -> None:
        """The bytes of a frame are not simulated."""

    def save(self) -> Table:
        return tuple(map(tuple, self.table))

    def restore(self, saved: Table) -> None:
        self.table = [list(entries) for entries in saved]
