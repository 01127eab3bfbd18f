# SPDX-License-Identifier: GPL-2.0-only
"""Designs that are not shaped like the RFC: a right one is not red for being different, and a wrong one is not green."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from checker.explicit.engines import Method
from checker.explicit.search.results import Limits
from checker.verify.configuration import check_configuration
from checker.verify.request import Request
from tests.properties.control import CONTROLS

MODELS = Path(__file__).parent / "models"


@dataclass(frozen=True)
class Tried:
    """A design in one configuration. violated: what it violates, nothing where the design is right."""

    model: Path
    sizes: tuple[int, int, int]
    events: tuple[str, ...]
    violated: frozenset[str] = frozenset()
    settings: dict[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        settings = "".join(f"-{name}={value}" for name, value in self.settings.items())
        return f"{self.model.stem}-{'/'.join(map(str, self.sizes))}-{','.join(self.events)}{settings}"


RECORDS_LATE = CONTROLS / "single_hole_late.py"
POPULATES = MODELS / "populate_before_switch.py"
TAKES_BACK = CONTROLS / "live_page.py"
COUNTS = CONTROLS / "statistics_zero.py"
RIGHT = {"PLANTED": 0}

TRIED = (
    Tried(RECORDS_LATE, (1, 1, 2), ("touch",), frozenset(), RIGHT),
    Tried(RECORDS_LATE, (1, 2, 2), ("touch",), frozenset(), RIGHT),
    Tried(RECORDS_LATE, (1, 1, 2), ("late-fault",), frozenset({"charge-once", "single-hole"}), RIGHT),
    Tried(
        RECORDS_LATE,
        (1, 2, 2),
        ("late-fault", "exit"),
        frozenset({"charge-once", "single-hole", "tag-live", "fault-resolved", "capacity"}),
        RIGHT,
    ),
    Tried(COUNTS, (1, 2, 2), ("touch", "exit"), frozenset(), RIGHT),
    Tried(COUNTS, (1, 2, 2), ("touch", "exit"), frozenset({"statistics-zero"}), {"PLANTED": 1}),
    Tried(POPULATES, (1, 2, 2), ("touch", "depth"), frozenset()),
    Tried(POPULATES, (1, 1, 3), ("touch", "depth"), frozenset()),
    Tried(POPULATES, (1, 2, 2), ("touch", "depth", "exit"), frozenset()),
    Tried(POPULATES, (1, 2, 2), ("touch", "depth"), frozenset({"live-page"}), {"WRONG": 1}),
    Tried(POPULATES, (1, 2, 2), ("touch", "depth"), frozenset({"zeroed"}), {"WRONG": 2}),
    Tried(POPULATES, (1, 2, 2), ("touch", "depth"), frozenset({"charge-once"}), {"WRONG": 3}),
    Tried(POPULATES, (1, 2, 2), ("touch", "depth"), frozenset({"fault-resolved"}), {"WRONG": 4}),
    Tried(POPULATES, (1, 2, 2), ("touch", "depth"), frozenset({"charge-once"}), {"WRONG": 5}),
    Tried(POPULATES, (1, 2, 2), ("touch", "depth"), frozenset({"fault-resolved"}), {"WRONG": 6}),
    Tried(TAKES_BACK, (1, 2, 2), ("touch", "reclaim"), frozenset(), RIGHT),
    Tried(TAKES_BACK, (1, 2, 2), ("touch", "reclaim"), frozenset({"live-page"}), {"PLANTED": 1}),
    Tried(TAKES_BACK, (1, 2, 2), ("touch", "reclaim"), frozenset({"live-page"}), {"PLANTED": 2}),
)


@pytest.mark.parametrize("tried", TRIED, ids=str)
def test_a_design_violates_what_is_wrong_with_it_and_nothing_else(tried: Tried) -> None:
    sizes = dict(zip(("CPUS", "TASKS", "STACK_PAGES"), tried.sizes, strict=True))
    run = check_configuration(Request(tried.model, {**sizes, **tried.settings}, tried.events), Method("portable", 1), Limits())
    assert run.stopped is None
    assert run.cuts == ()
    assert {name for name in run.violated if not name.startswith("reached")} == tried.violated
