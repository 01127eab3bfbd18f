# SPDX-License-Identifier: GPL-2.0-only
"""Some of the random C programs of `python -m tools.validation`, always the same ones, and of the
random operations: a model has to give what gcc does."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tools.validation.comparing import Totals, totals
from tools.validation.compiled import find_compiler
from tools.validation.operations.comparing import Compared, Patch
from tools.validation.operations.sample import sample
from tools.validation.operations.states import OPERATIONS
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


@pytest.fixture
def patch(tmp_path: Path) -> Path:
    """A patch of the family, written for the comparison."""
    path = tmp_path / "sample.patch"
    path.write_text(sample(), encoding="utf-8")
    return path


def check_operations(found: Compared) -> None:
    assert not found.different, "\n".join(found.text())
    assert len(found.operations) == len(OPERATIONS) and min(found.operations.values()) > found.operations.total() / 20
    for result in ("stack_fault: 0", "stack_fault: 1", "alloc_vmap_stack: 0", "alloc_vmap_stack: 1"):
        assert found.results[result] > found.operations.total() / 200, found.results


@pytest.mark.parametrize("first", [0, *(pytest.param(first, marks=pytest.mark.slow) for first in range(10_000, 60_000, 5_000))])
def test_functions_of_a_patch_do_the_same(patch: Path, first: int) -> None:
    check_operations(Patch(patch, COMPILER).compare(range(first, first + (1_000 if first == 0 else 5_000))))


@pytest.mark.skipif("STACKPROOF_RFC_MAIL" not in os.environ, reason="STACKPROOF_RFC_MAIL does not name the mail of the RFC")
@pytest.mark.parametrize("first", [0, *(pytest.param(first, marks=pytest.mark.slow) for first in range(10_000, 60_000, 5_000))])
def test_functions_of_the_posted_patch_do_the_same(first: int) -> None:
    path = Path(os.environ["STACKPROOF_RFC_MAIL"])
    check_operations(Patch(path, COMPILER).compare(range(first, first + (1_000 if first == 0 else 5_000))))
