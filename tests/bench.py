# SPDX-License-Identifier: GPL-2.0-only
"""`make bench`: how fast the portable engine is, with and without invariants, side by side in one run.

Machines are noisy: compare the ratios of one run with each other, not the figures of different runs.
"""

from __future__ import annotations

import time
from pathlib import Path

from checker.explicit.search import Search
from checker.ir.lower import lower
from checker.language.load import load_program

MODELS = Path(__file__).resolve().parents[1] / "models"
CASES: tuple[tuple[str, dict[str, int], tuple[str, ...] | None], ...] = (
    ("dks.py", {"C": 2, "T": 2, "S": 3}, None),
    ("dks.py", {"C": 2, "T": 2, "S": 3, "LATE": 1}, None),
    ("rfc_v1_nr_fixed.py", {"CPUS": 1, "TASKS": 2, "STACK_PAGES": 4}, ("touch", "oom")),
    ("rfc_v1_nr_fixed.py", {"CPUS": 2, "TASKS": 2, "STACK_PAGES": 3}, ("touch",)),
)
ROUNDS = 3


def measure(path: Path, settings: dict[str, int], events: tuple[str, ...] | None, invariants: bool) -> tuple[float, int, float]:
    """States/s of the search, the number of states, and seconds from the model's text to the verdict."""
    begun = time.perf_counter()
    system = lower(load_program(path, settings, events))
    result = Search(system, None if invariants else frozenset()).run()
    total = time.perf_counter() - begun
    return result.statistics.states / result.statistics.seconds, result.statistics.states, total


def main() -> None:
    print(f"{'model and configuration':<62} {'states':>9} {'states/s':>9} {'no inv.':>9} {'ratio':>6} {'total s':>8}")
    for name, settings, events in CASES:
        best = [0.0, 0.0]
        states, total = 0, 0.0
        for _ in range(ROUNDS):
            for column, invariants in enumerate((True, False)):
                rate, states, seconds = measure(MODELS / name, settings, events, invariants)
                if rate > best[column]:
                    best[column] = rate
                    total = seconds if invariants else total
        what = f"{name} {' '.join(f'{k}={v}' for k, v in settings.items())} {','.join(events or ())}"
        print(f"{what:<62} {states:>9,} {best[0]:>9,.0f} {best[1]:>9,.0f} {best[0] / best[1]:>6.2f} {total:>8.2f}", flush=True)
    print(f"Best of {ROUNDS} rounds, one core. ratio: with invariants to without. total: from the model's text to the verdict.")


if __name__ == "__main__":
    main()
