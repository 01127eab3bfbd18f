# SPDX-License-Identifier: GPL-2.0-only
"""All ways to choose, one after the other."""

from __future__ import annotations


class Tape:
    """Makes the choices of a transition, or of @initial code, one alternative after the other: each run of it takes the next
    one."""

    def __init__(self) -> None:
        self.taken: list[int] = []
        self.sizes: list[int] = []
        self.values: list[int] = []
        self.position = 0

    def __call__(self, options: list[int]) -> int:
        if self.position == len(self.taken):
            self.taken.append(0)
            self.sizes.append(len(options))
        value = options[self.taken[self.position]]
        self.values.append(value)
        self.position += 1
        return value

    def rewind(self) -> None:
        self.position = 0
        self.values = []

    def advance(self) -> bool:
        """Go on to the next alternative; False when there is none."""
        self.rewind()
        while self.taken and self.taken[-1] + 1 == self.sizes[-1]:
            self.taken.pop()
            self.sizes.pop()
        if not self.taken:
            return False
        self.taken[-1] += 1
        return True
