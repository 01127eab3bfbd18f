# SPDX-License-Identifier: GPL-2.0-only
"""Some of the random C programs of `python -m tools.validation`, always the same ones: a model has to give what gcc does."""

from __future__ import annotations

import pytest

from tools.validation.comparing import Totals, totals
from tools.validation.compiled import find_compiler
from tools.validation.random.programs import program

COMPILER = find_compiler() or ""
pytestmark = pytest.mark.skipif(not COMPILER, reason="there is no C compiler (gcc or cc) to compare with")


def check(found: Totals) -> None:
    assert not found.different, "\n\n".join(different.text() for different in found.different[:3])
    assert found.refused.total() <= found.programs / 50, found.refused


@pytest.mark.parametrize("first", [0, *(pytest.param(first, marks=pytest.mark.slow) for first in range(1000, 25_000, 2000))])
def test_programs_give_the_same(first: int) -> None:
    check(totals(range(first, first + (200 if first == 0 else 2000)), COMPILER))


@pytest.mark.slow
def test_programs_have_no_undefined_behaviour() -> None:
    check(totals(range(50_000, 50_500), COMPILER, checked=True))


def test_a_number_is_always_the_same_program() -> None:
    assert program(17) == program(17)
    assert len({program(number).text for number in range(50)}) == 50
