# SPDX-License-Identifier: GPL-2.0-only
"""Bugs that are planted in the formulas for any number of instances are noticed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from checker.verify.request import Request
from tests.support.judges.ground.comparison import GroundComparison, differences
from tests.support.sampling import some
from tests.symbolic.parametric.planted_ground import PLANTED, guard_dropped, views_of_before, witness_dropped

SIZES = Path(__file__).parent / "sizes"


@pytest.mark.parametrize(("plant", "where"), some(PLANTED, 3), ids=lambda part: getattr(part, "__name__", part))
def test_a_planted_bug_is_caught(
    plant: Callable[[pytest.MonkeyPatch], None], where: str, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of these makes formulas too strong, which may prove what is wrong."""
    plant(monkeypatch)
    comparison = GroundComparison(Request(model, {"CPUS": 2, "SPARE": 1}, ()), plant is views_of_before, exact=False)
    comparison.kinds = {key: kind for key, kind in comparison.kinds.items() if where in kind.name}
    assert comparison.differences(1000, 2) != [], "nobody noticed"


@pytest.mark.slow
def test_nothing_is_caught_without_a_bug(model: Path) -> None:
    comparison = GroundComparison(Request(model, {"CPUS": 2, "SPARE": 1}, ()), viewed=True, exact=False)
    comparison.kinds = {key: kind for key, kind in comparison.kinds.items() if "(main)" in kind.name}
    assert comparison.differences(1000, 2) == []
    assert len(comparison.formulas) > 5


@pytest.mark.parametrize("plant", [guard_dropped, witness_dropped], ids=lambda plant: plant.__name__)
def test_a_planted_weakness_is_caught(plant: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """These only cost proofs."""
    plant(monkeypatch)
    assert differences(SIZES / "one_token.py", {"TASKS": 2}, 20, exact=True, each=20) != [], "nobody noticed"
