# SPDX-License-Identifier: GPL-2.0-only
"""What the compiled engine is meant to reach, and whether it did in this run. Says so; fails nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from .measurement import Measurement, Results, held_a_state, rate, seconds, total
from .table import Rows

LARGE, WIDE = "dks 2 3 3 0 0", "dks 2 2 4 0 0"
SYMMETRIC = "pages,symmetry"
Figure = Callable[[Measurement], float | None]


@dataclass(frozen=True)
class Target:
    """text: what is compared. measured: the figure, None if this run lacks it. wanted: at least or at most that."""

    text: str
    wanted: float
    at_least: bool
    measured: Callable[[Results], float | None]

    def is_met(self, value: float) -> bool:
        return value >= self.wanted if self.at_least else value <= self.wanted


def _ratio(above: str, over: Figure, below: str, under: Figure, case: str = LARGE) -> Callable[[Results], float | None]:
    return lambda results: results.ratio(case, (above, over), (below, under))


def _one(contender: str, figure: Figure, case: str = LARGE) -> Callable[[Results], float | None]:
    def read(results: Results) -> float | None:
        values = results.values(case, contender, figure)
        return median(values) if values else None

    return read


def _states(run: Measurement) -> float | None:
    return run.states


EXACT, COMPACT, SPIN = "exact, 1 thread", "compact, 1 thread", "spin:dfs-full"
EMPTY = "check, no reductions, 1 thread, empty cache"

TARGETS = [
    Target("states/s, exact, 1 thread, to SPIN's full depth-first search", 4, True, _ratio(EXACT, rate, SPIN, rate)),
    Target("states/s, exact, 1 thread, to TLC's", 100, True, _ratio(EXACT, rate, "tlc:full-1", rate)),
    Target("states/s, exact, 2 threads to 1", 1.6, True, _ratio("exact, 2 threads", rate, EXACT, rate)),
    Target("states/s, hash compaction, 1 thread, to SPIN's full search", 10, True, _ratio(COMPACT, rate, SPIN, rate)),
    Target(
        "states/s, hash compaction, 2 threads, to SPIN's full search", 10, True, _ratio("compact, 2 threads", rate, SPIN, rate)
    ),
    Target("total time, no reductions, 1 thread, empty cache, to SPIN's", 0.5, False, _ratio(EMPTY, total, SPIN, total)),
    Target("bytes a state, exact, 1 thread", 40, False, _one(EXACT, held_a_state)),
    Target("bytes a state, exact, 2 threads", 40, False, _one("exact, 2 threads", held_a_state)),
    Target(f"states under {SYMMETRIC}", 8_980, False, _one(SYMMETRIC, _states)),
    Target(f"states under {SYMMETRIC}, {WIDE}", 17_955, False, _one(SYMMETRIC, _states, WIDE)),
    Target("search time, rumur's with symmetry to ours", 20, True, _ratio("murphi:sym-1", seconds, SYMMETRIC, seconds)),
]


def target_rows(results: Results) -> Rows:
    """A head line, and a line for each target."""
    rows = [[f"target ({LARGE} where no other is named)", "wanted", "measured", ""]]
    for target in TARGETS:
        value = target.measured(results)
        wanted = f"{'>=' if target.at_least else '<='} {target.wanted:,g}"
        verdict = "not measured" if value is None else "met" if target.is_met(value) else "NOT MET"
        rows.append([target.text, wanted, "" if value is None else f"{value:,.2f}".removesuffix(".00"), verdict])
    return rows
