# SPDX-License-Identifier: GPL-2.0-only
"""Limits and interruption of a search, and what it tells on the way."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from checker.explicit.search.results import Finding, Limits, Result, Statistics
from checker.explicit.search.search import Search
from checker.ir.lowering.lower import lower
from checker.language.front.load import load_program

MODELS = Path(__file__).parents[3] / "models"


def dks(**settings: int) -> Search:
    return Search(lower(load_program(MODELS / "dks.py", settings)))


WHOLE = 4_073
"""The states of DKS 1 2 3 0 1."""


def partial(limits: Limits | None, progress: Callable[[Statistics], None] | None = None) -> Result:
    result = dks(C=1, T=2, S=3, FAIL=0, LATE=1).run(limits, progress)
    assert 1 <= result.statistics.states < WHOLE
    assert result.statistics.frontier > 0
    assert result.unreached == ()
    assert result.error is None
    return result


def test_a_limit_on_states_keeps_what_was_found() -> None:
    result = partial(Limits(states=1_500))
    assert str(result.stopped) == "the limit of 1,500 states"
    assert result.statistics.states >= 1_500
    assert {name: len(finding.path) for name, finding in result.findings.items()} == {
        "I1": 16,
        "I2": 9,
        "I3": 9,
        "I5": 9,
        "I6": 9,
    }


def test_a_limit_on_seconds() -> None:
    assert str(partial(Limits(seconds=1e-9)).stopped) == "the limit of 1e-09 seconds"


def test_a_limit_on_memory() -> None:
    assert str(partial(Limits(memory=2**20)).stopped) == "the limit of 1 MiB of memory"


def test_limits_that_are_not_reached_change_nothing() -> None:
    result = dks(C=1, T=2, S=3, FAIL=0, LATE=1).run(Limits(states=10**9, seconds=10**6, memory=2**50))
    assert (result.stopped, result.statistics.states, result.statistics.frontier) == (None, WHOLE, 0)


@pytest.mark.parametrize(("raised", "stopped"), [(KeyboardInterrupt, "interrupted"), (MemoryError, "out of memory")])
def test_an_interruption_keeps_what_was_found(raised: type[BaseException], stopped: str) -> None:
    calls = itertools.count(1)

    def progress(statistics: Statistics) -> None:
        if next(calls) == 3:
            raise raised

    result = partial(None, progress)
    assert str(result.stopped) == stopped
    assert set(result.findings) == {"I1", "I2", "I3", "I5", "I6"}


def test_progress_is_told_from_the_first_state_to_the_last() -> None:
    told: list[Statistics] = []
    result = dks(C=1, T=2, S=3, FAIL=0, LATE=1).run(None, told.append)
    assert (told[0].states, told[0].frontier, told[0].depth) == (1, 1, 0)
    assert told[-1].states == WHOLE
    assert told[-1].frontier == 0
    assert [s.states for s in told] == sorted(s.states for s in told)
    assert told[-1].depth == result.statistics.depth == 75


def test_each_finding_is_announced_once_when_it_is_found() -> None:
    announced: list[Finding] = []
    result = dks(C=1, T=2, S=3, FAIL=0, LATE=0).run(announce=announced.append)
    assert announced == list(result.findings.values())
    assert [finding.property for finding in announced] == ["I2", "I3"]


def test_only_the_properties_asked_for_are_looked_at() -> None:
    search = Search(lower(load_program(MODELS / "dks.py", {"C": 1})), frozenset({"I3", "I4"}))
    result = search.run()
    assert set(result.findings) == {"I3"}
    assert result.statistics.states == 997
