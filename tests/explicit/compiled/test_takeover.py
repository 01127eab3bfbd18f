# SPDX-License-Identifier: GPL-2.0-only
"""The compiled engine takes over from the portable one, and its threads join one by one; the counts are what they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.explicit import engines
from checker.explicit.compiled.driver import ALONE
from checker.explicit.engines import Method, explore
from checker.explicit.search.results import Limits
from checker.ir.lowering.lower import lower
from checker.language.front.load import load_program

DKS = Path(__file__).resolve().parents[3] / "models" / "dks.py"
FIRST_SLOTS = 1 << 16
"""Of the table (rows.c): it grows while one thread is alone."""


@pytest.mark.parametrize("cached", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_the_compiled_engine_takes_over(cached: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("STACKPROOF_CACHE", str(tmp_path))
    monkeypatch.setattr(engines, "PATIENCE", 0.0)
    system = lower(load_program(DKS, {"C": 2, "T": 2, "S": 3, "LATE": 1}, None))
    properties = frozenset(system.properties)
    if cached:
        explore(system, properties, Method("compiled"), Limits(states=1))
    assert (len(list(tmp_path.iterdir())) > 0) == cached
    explored = explore(system, properties, Method(), Limits())
    assert explored.engine == "compiled, 1 thread"
    assert explored.result.statistics.states == 434_077
    assert {name: len(finding.path) for name, finding in explored.result.findings.items()} == {
        "I1": 16, "I2": 9, "I3": 9, "I5": 9, "I6": 9,
    }  # fmt: skip


@pytest.mark.parametrize("compact", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_threads_that_join_late_miss_nothing_of_what_is_stored(compact: bool) -> None:
    system = lower(load_program(DKS, {"C": 2, "T": 2, "S": 3, "LATE": 1}, None))
    explored = explore(system, frozenset(system.properties), Method("compiled", threads=2, compact=compact), Limits())
    assert ALONE > FIRST_SLOTS
    assert (explored.result.statistics.states, explored.result.statistics.transitions) == (434_077, 909_716)
