# SPDX-License-Identifier: GPL-2.0-only
"""Which of many like cases are run always; the others are run with --slow or --all."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from typing import Any

import pytest


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
