# SPDX-License-Identifier: GPL-2.0-only
"""The benchmark DKS: its counts, and the lengths of its shortest violations, are those that other checkers report too."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.explicit.search.search import Search
from checker.ir.lowering.lower import lower
from checker.language.front.load import load_program
from tests.support.systems.dks_table import LONG_ROWS, ROWS, Sizes

MODEL = Path(__file__).parents[3] / "models" / "dks.py"


@pytest.mark.parametrize(
    ("sizes", "counts", "violated"),
    ROWS + [pytest.param(*row, marks=pytest.mark.slow) for row in LONG_ROWS],
    ids=["-".join(map(str, sizes)) for sizes, _, _ in ROWS + LONG_ROWS],
)
def test_a_row_of_the_table(sizes: Sizes, counts: tuple[int, int, int], violated: dict[str, int]) -> None:
    settings = dict(zip(("C", "T", "S", "FAIL", "LATE"), sizes, strict=True))
    result = Search(lower(load_program(MODEL, settings))).run()
    statistics = result.statistics
    assert result.stopped is None
    assert (statistics.states, statistics.transitions, statistics.depth) == counts
    assert {name: len(finding.path) for name, finding in result.findings.items()} == violated
    assert not result.cuts
