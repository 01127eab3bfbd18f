# SPDX-License-Identifier: GPL-2.0-only
"""No test is left out of `pytest --slow` for having many cases, nor the same ones of each."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.support.sampling import FEW, SAMPLE, sampled


@given(st.text(), st.integers(1, 500))
def test_one_in_so_many_and_not_fewer_than_few(name: str, count: int) -> None:
    chosen = sampled(name, count)
    assert len(chosen) == min(count, max(FEW, -(-count // SAMPLE)))
    assert chosen <= set(range(count))


@given(st.text(), st.integers(FEW * SAMPLE, 500))
def test_evenly_spread(name: str, count: int) -> None:
    chosen = sorted(sampled(name, count))
    gaps = [after - before for before, after in zip(chosen, [*chosen[1:], chosen[0] + count], strict=True)]
    assert max(gaps) - min(gaps) <= 1


def test_tests_over_one_list_leave_out_different_cases() -> None:
    assert len({sampled(f"test_{number}", 100) for number in range(20)}) > 5
