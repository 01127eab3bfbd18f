# SPDX-License-Identifier: GPL-2.0-only
"""Which of many like cases are run always, which of the others with --slow, and which with --all only."""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Callable, Iterable
from typing import Any

import pytest

SAMPLE = 6
"""One in so many of a test's slow cases runs with --slow, but not fewer than FEW."""
FEW = 2
MOST = 120
"""Of random examples not more than that are drawn with --slow."""


def sampled(name: str, count: int) -> frozenset[int]:
    """Which of a test's slow cases run with --slow, by their numbers: the same ones in each run, evenly spread.

    Where they begin depends on the test's name, so that tests over one list of cases do not all leave out the same ones.
    """
    taken = min(count, max(FEW, -(-count // SAMPLE)))
    begin = zlib.crc32(name.encode())
    return frozenset((begin + number * count // taken) % count for number in range(taken))


def always(cases: Iterable[Any], kept: Callable[[Any], bool]) -> list[Any]:
    """Parameters of a test: all of the cases, those that are not kept marked slow."""
    parameters = []
    for case in cases:
        values = case if isinstance(case, tuple) else (case,)
        parameters.append(pytest.param(*values, marks=[] if kept(case) else [pytest.mark.slow]))
    kept_ones = [parameter for parameter in parameters if not parameter.marks]
    assert kept_ones, "one has to be run always"
    return parameters


def some(cases: Iterable[Any], every: int) -> list[Any]:
    """Parameters of a test: all of the cases, those marked slow that are not the first of so many."""
    numbers = itertools.count()
    return always(cases, lambda case: next(numbers) % every == 0)
