# SPDX-License-Identifier: GPL-2.0-only
"""The benchmark of reductions measures what it says, and refuses what it is not told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.bench.cases import stacks
from tools.bench.measurement import Wrong
from tools.bench.reductions import Cost, least, measured, table

SMALL = stacks("hardened", 2, 1, 2, events=("touch", "late-fault", "oom", "hotplug", "migrate"))


def test_a_search_is_measured(tmp_path: Path) -> None:
    cost = measured(SMALL, "none", str(tmp_path))
    assert cost.states == SMALL.known.states and cost.seconds > 0.1 and cost.memory > 2**20


def test_a_reduction_that_has_nothing_to_do_is_not_measured(tmp_path: Path) -> None:
    """With one CPU there is no partial order."""
    with pytest.raises(Wrong, match=r"exit status 0, reductions none$"):
        measured(stacks("hardened", 1, 1, 2, events=("touch",)), "partial-order", str(tmp_path))


def test_a_violation_is_not_measured(tmp_path: Path) -> None:
    with pytest.raises(Wrong, match="exit status 1"):
        measured(stacks("rfc_v1", 1, 1, 3, events=("touch",)), "none", str(tmp_path))


def test_the_least_of_all_rounds_counts() -> None:
    assert least([Cost(5, 2.0, 30), Cost(5, 1.0, 40)]) == Cost(5, 1.0, 30)
    with pytest.raises(Wrong, match=r"came to \[5, 6\] states"):
        least([Cost(5, 2.0, 30), Cost(6, 1.0, 40)])


def test_the_table_has_shares_of_all_states() -> None:
    shown = table({"a case": {"none": Cost(1000, 1.25, 2**21), "pages": Cost(300, 0.5, 2**20)}})
    assert shown.splitlines()[2:] == ["| a case | none | 1,000 |  | 1.2 | 2 |", "|  | pages | 300 | 1/3.3 | 0.5 | 1 |"]
