# SPDX-License-Identifier: GPL-2.0-only
"""How deep tasks go: an assumption, stated as one number for each depth.

Nobody's profile is behind these numbers but for one: the RFC saw 5 % of its tasks fault, so that the default leaves 95 % on
their first page. How far the others go it does not say, but its table does in sum: 0.5 to 8.7 pages beyond the first for
100 stacks. The default has 6.25.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

NAMED: dict[str, tuple[float, ...]] = {
    "shallow": (95.0, 4.0, 0.75, 0.25),
    "mixed": (70.0, 20.0, 8.0, 2.0),
    "deep": (25.0, 25.0, 25.0, 25.0),
}
"""shallow: the default. mixed, deep: to see what becomes of the figures if it is wrong."""


@dataclass(frozen=True)
class Depths:
    """weights[k]: of the tasks, in percent or any other unit, how many need k + 1 pages of their stack at their deepest."""

    weights: tuple[float, ...]

    def draw(self, source: random.Random) -> int:
        """The deepest level, from 0, of one task."""
        return source.choices(range(len(self.weights)), self.weights)[0]

    def share_deeper(self) -> float:
        """The part of the tasks that need more than the page that is mapped from the start."""
        return 1 - self.weights[0] / sum(self.weights)

    def __str__(self) -> str:
        whole = sum(self.weights)
        shares = ", ".join(f"{100 * weight / whole:.4g} %" for weight in self.weights)
        return f"{shares} need 1, 2, ... pages"


def depths_of(text: str, stack_pages: int) -> Depths:
    """Reads a name of NAMED, or weights with commas between. Raises ValueError, with a message for the user."""
    if text in NAMED:
        weights = NAMED[text]
        if len(weights) > stack_pages:
            # What needs more pages than there are needs all there are.
            weights = (*weights[: stack_pages - 1], sum(weights[stack_pages - 1 :], 0.0))
        return Depths(weights)
    try:
        weights = tuple(float(part) for part in text.split(","))
    except ValueError:
        names = ", ".join(NAMED)
        raise ValueError(f"{text!r} is neither one of {names} nor numbers with commas between, as 95,4,0.75,0.25") from None
    if len(weights) > stack_pages:
        raise ValueError(f"{len(weights)} numbers, and a stack has {stack_pages} pages: give at most one for each page")
    if not all(0 <= weight < float("inf") for weight in weights) or not 0 < sum(weights) < float("inf"):
        raise ValueError(f"{text!r}: the numbers must not be negative nor huge, and one must be above 0")
    return Depths(weights)
