# SPDX-License-Identifier: GPL-2.0-only
"""Random numbers of walks, the same in both engines (compiled/c/walks.c): splitmix64 (Steele, Lea and Flood, OOPSLA 2014)."""

from __future__ import annotations

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15
"""What splitmix64 adds each time."""


class Chance:
    """The random numbers of one walk. seed: of all walks; number: of this one."""

    def __init__(self, seed: int, number: int) -> None:
        self.state = (mixed((seed + GOLDEN) & MASK) + number) & MASK

    def below(self, limit: int) -> int:
        """A number from 0 up to the limit, which it is not. limit: below 2**32, so that no remainder shows."""
        return self.drawn() * limit >> 64

    def drawn(self) -> int:
        """64 random bits."""
        self.state = (self.state + GOLDEN) & MASK
        return mixed(self.state)


def mixed(z: int) -> int:
    """splitmix64's scrambling of 64 bits."""
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & MASK
    z = (z ^ z >> 27) * 0x94D049BB133111EB & MASK
    return z ^ z >> 31
