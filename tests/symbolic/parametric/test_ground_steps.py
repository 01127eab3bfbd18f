# SPDX-License-Identifier: GPL-2.0-only
"""The formulas for any number of instances allow the portable engine's steps and see what is wrong in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.project import PROJECT
from tests.support.judges.ground.comparison import differences

SIZES = Path(__file__).parent / "sizes"


@pytest.mark.parametrize(
    ("name", "size", "exact"),
    [("one_token", "TASKS", True), ("third", "TASKS", True), ("spin", "CPUS", True), ("pool", "TASKS", False)],
)
@pytest.mark.parametrize("instances", [2, *(pytest.param(n, marks=pytest.mark.slow) for n in (1, 3))])
def test_small_models(name: str, size: str, exact: bool, instances: int) -> None:
    assert differences(SIZES / f"{name}.py", {size: instances}, 40, exact=exact, each=20) == []


@pytest.mark.parametrize(("cpus", "spare"), [pytest.param(1, 0, marks=pytest.mark.slow), (2, 1)])
def test_one_of_everything(model: Path, cpus: int, spare: int) -> None:
    assert differences(model, {"CPUS": cpus, "SPARE": spare}, 1000, viewed=spare == 0, each=1 if spare == 0 else 2) == []


def test_nothing_else_is_allowed(model: Path) -> None:
    assert differences(model, {"CPUS": 1, "SPARE": 1}, 100, viewed=False, exact=True) == []


# -- the kernel --

FEW = frozenset({"single-hole", "area-agrees"})


@pytest.mark.slow
def test_rfc_v1_at_one_processor() -> None:
    settings = {"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2}
    assert differences(PROJECT / "models/rfc_v1.py", settings, 8, viewed=False, events=("touch",), properties=FEW) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "cpus", "count"), [("rfc_v1", 1, 1000), ("rfc_v1", 2, 3000), ("hardened", 1, 1000), ("hardened", 2, 3000)]
)
def test_kernel_models(name: str, cpus: int, count: int) -> None:
    settings = {"CPUS": cpus, "TASKS": 2, "STACK_PAGES": 2}
    assert (
        differences(PROJECT / f"models/{name}.py", settings, count, viewed=False, events=("touch",), properties=FEW, each=1) == []
    )
