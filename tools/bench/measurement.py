# SPDX-License-Identifier: GPL-2.0-only
"""What one run of one contender came to, and what several runs come to beside each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Protocol

from .cases import Case


class Wrong(Exception):
    """A contender counted something else than is known, or differs from its own earlier run."""


@dataclass(frozen=True)
class Measurement:
    """One run. seconds: of the search. total: from command to verdict, building included. held: bytes of memory that the
    search itself takes; peak: the most that the process took. steps: of random walks. What a contender does not tell is None.
    failure: why there are no figures. parts: seconds of what else it did."""

    states: int | None = None
    transitions: int | None = None
    seconds: float | None = None
    total: float | None = None
    held: int | None = None
    peak: int | None = None
    steps: int | None = None
    failure: str | None = None
    parts: Mapping[str, float] = field(default_factory=dict)


class Contender(Protocol):
    """Who is measured. Raises Wrong instead of giving back wrong counts."""

    name: str

    def takes(self, case: Case) -> bool: ...

    def measure(self, case: Case) -> Measurement: ...


@dataclass
class Results:
    """All runs of one call of the benchmark: case name -> contender -> round -> measurement."""

    runs: dict[str, dict[str, dict[int, Measurement]]] = field(default_factory=dict)

    def add(self, case: Case, contender: str, number: int, found: Measurement) -> None:
        """Keep a measurement. Wrong if it counts other than the contender's earlier runs."""
        earlier = self.runs.setdefault(case.name, {}).setdefault(contender, {})
        for other in earlier.values():
            if other.failure is None and found.failure is None and not _same_counts(contender, other, found):
                raise Wrong(f"{case.name}: {contender}: {found.states} states, in an earlier round {other.states}")
        earlier[number] = found

    def of(self, case: str, contender: str) -> dict[int, Measurement]:
        """The runs that have figures, by round."""
        found = self.runs.get(case, {}).get(contender, {})
        return {number: run for number, run in found.items() if run.failure is None}

    def contenders(self, case: str) -> list[str]:
        return list(self.runs.get(case, {}))

    def values(self, case: str, contender: str, read: Callable[[Measurement], float | None]) -> list[float]:
        """A figure in all rounds that have it."""
        return [value for run in self.of(case, contender).values() if (value := read(run)) is not None]

    def ratio(
        self,
        case: str,
        above: tuple[str, Callable[[Measurement], float | None]],
        below: tuple[str, Callable[[Measurement], float | None]],
    ) -> float | None:
        """Median of a figure of one contender to a figure of another, each quotient taken within one round."""
        upper, lower = self.of(case, above[0]), self.of(case, below[0])
        quotients = []
        for number in upper.keys() & lower.keys():
            over, under = above[1](upper[number]), below[1](lower[number])
            if over is not None and under:
                quotients.append(over / under)
        return median(quotients) if quotients else None


def _same_counts(contender: str, a: Measurement, b: Measurement) -> bool:
    return a.states == b.states and (a.transitions == b.transitions or "2 threads" in contender)


def seconds(run: Measurement) -> float | None:
    return run.seconds


def total(run: Measurement) -> float | None:
    return run.total


def rate(run: Measurement) -> float | None:
    """States, or steps of random walks, a second of the search."""
    count = run.states if run.steps is None else run.steps
    return count / run.seconds if count is not None and run.seconds else None


def held_a_state(run: Measurement) -> float | None:
    return run.held / run.states if run.held is not None and run.states else None


def peak_a_state(run: Measurement) -> float | None:
    return run.peak / run.states if run.peak is not None and run.states else None
