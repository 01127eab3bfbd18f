# SPDX-License-Identifier: GPL-2.0-only
"""All ways to choose, one after the other."""

from __future__ import annotations

from checker.language.schedule import Allocated


class Tape:
    """Makes the choices of a transition, or of @initial code, one alternative after the other: each run of it takes the next
    one."""

    def __init__(self) -> None:
        self.taken: list[int] = []
        self.sizes: list[int] = []
        self.values: list[int | Allocated] = []
        self.allocations: list[str] = []
        self.position = 0

    def __call__(self, options: list[int]) -> int:
        if self.position == len(self.taken):
            self.taken.append(0)
            self.sizes.append(len(options))
        value = options[self.taken[self.position]]
        self.values.append(value)
        self.position += 1
        return value

    def allocated(self, record: str, instances: int, alignment: int) -> int:
        """One of the instances, a bit each, of which an allocation that found several free ones may return any: a choice if there
        are several."""
        number = self.allocations.count(record)
        self.allocations.append(record)
        if not instances & instances - 1:
            return instances
        indices = [index for index in range(instances.bit_length()) if instances >> index & 1]
        index = self(indices)
        self.values[-1] = Allocated(record, (index + 1) * alignment, number)
        return 1 << index

    def rewind(self) -> None:
        self.position = 0
        self.values = []
        self.allocations = []

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
