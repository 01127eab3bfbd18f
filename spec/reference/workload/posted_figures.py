# SPDX-License-Identifier: GPL-2.0-only
"""What the RFC reports of five freshly booted, idle machines, to be held beside what a workload takes here.

Source: "[RFC 10/14] fork: Dynamic Kernel Stacks", 11 March 2024. The numbers are the RFC's; what follows from them is
computed here, with its stacks of 16 KiB, pages of 4 KiB and one page of each stack mapped from the start.
"""

from __future__ import annotations

from dataclasses import dataclass

PAGE_KIB = 4
STACK_PAGES = 4
SHARE_THAT_FAULTS = 0.05
"""Of the active tasks, those that ever had a stack fault."""
SHARE_OF_MEMORY = 0.25
"""Dynamic stacks, of what fixed ones take: as the RFC rounds it."""


@dataclass(frozen=True)
class PostedMachine:
    """One row of the RFC's table. cpus: it calls them cores. fixed, dynamic: KiB that all stacks take."""

    name: str
    cpus: int
    stacks: int
    fixed: int
    dynamic: int

    @property
    def share(self) -> float:
        """Dynamic stacks, of what fixed ones take."""
        return self.dynamic / self.fixed

    @property
    def grown_pages(self) -> int:
        """Pages beyond the first of each stack."""
        return self.dynamic // PAGE_KIB - self.stacks

    @property
    def share_with_pools(self) -> float:
        """The same with full pools, THREAD_DYNAMIC_PAGES for each CPU, which the table leaves out."""
        return (self.dynamic + self.cpus * (STACK_PAGES - 1) * PAGE_KIB) / self.fixed


POSTED = {
    "genoa": PostedMachine("AMD Genoa", 384, 5786, 92576, 23388),
    "skylake": PostedMachine("Intel Skylake", 112, 3182, 50912, 12860),
    "rome128": PostedMachine("AMD Rome, 128", 128, 3401, 54416, 14784),
    "rome256": PostedMachine("AMD Rome, 256", 256, 4908, 78528, 20876),
    "haswell": PostedMachine("Intel Haswell", 72, 2644, 42304, 10624),
}
"""By the names that the command takes."""
