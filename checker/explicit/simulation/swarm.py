# SPDX-License-Identifier: GPL-2.0-only
"""Depth-first searches in random order, each over so few states that it ends soon: many of them see much of what one search
that runs out of memory never comes to (Holzmann, Joshi and Groce, Swarm Verification, ASE 2008).

Each search keeps two bits of a table for each state that it has visited (Holzmann's bitstate hashing). So it may take a state for
visited that is not, and miss what follows; the next search has other hashes. What is found is a path all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from checker.explicit.simulation.chance import MASK, Chance, mixed

BITS = 16
"""Bits of the table for each state that a search may visit, at least."""
MOST_STATES = 2**27
"""Of one search: two hashes of 32 bits each have to reach all of the table."""

Item = TypeVar("Item")


def table_bits(states: int) -> int:
    """Bits of the table of a search of so many states: a power of two."""
    return 1 << max(6, (BITS * states - 1).bit_length())


class Visited:
    """The states that one search has visited. words: of 64 bits, in a state."""

    def __init__(self, states: int, words: int, chance: Chance) -> None:
        self.mask = table_bits(states) - 1
        self.words = words
        self.salt = chance.drawn()
        self.table = bytearray(self.mask + 1 >> 3)

    def visit(self, state: int) -> bool:
        """Whether a state is new; it is not from then on."""
        hashed = self.salt
        for word in range(self.words):
            hashed = mixed(hashed ^ state >> 64 * word & MASK)
        new = False
        for bit in (hashed & self.mask, hashed >> 32 & self.mask):
            new = new or not self.table[bit >> 3] >> (bit & 7) & 1
            self.table[bit >> 3] |= 1 << (bit & 7)
        return new


def shuffled(items: Sequence[Item], chance: Chance) -> list[Item]:
    """In an order drawn at random (Fisher and Yates)."""
    order = list(items)
    for last in range(len(order) - 1, 0, -1):
        drawn = chance.below(last + 1)
        order[last], order[drawn] = order[drawn], order[last]
    return order
