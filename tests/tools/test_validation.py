# SPDX-License-Identifier: GPL-2.0-only
"""Some of the random C programs of `python -m tools.validation`, always the same ones, and of the
random operations: a model has to give what gcc does."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from checker.project import PROJECT
from tests.support.rfc_mail import WITH_MAIL, rfc_mail
from tools.validation import __main__ as command
from tools.validation.comparing import Totals, totals
from tools.validation.compiled import find_compiler
from tools.validation.operations.comparing import Patch
from tools.validation.operations.sample import sample
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


def test_programs_use_the_value_of_an_assignment() -> None:
    texts = [program(number).text for number in range(400)]
    assert sum(len(re.findall(r"\w+ = \(*\w+ = ", text)) for text in texts) > 100
    assert any(_casts_of_unsigned_statics(text) for text in texts)


def _casts_of_unsigned_statics(text: str) -> set[str]:
    """The unsigned static variables that are assigned to, and the value is cast."""
    unsigned = set(re.findall(r"^static (?:u8|u16|unsigned int|unsigned long) (\w+)", text, re.MULTILINE))
    return unsigned & set(re.findall(r"\([su](?:8|16)\)\(+(\w+) = ", text))


def patch(name: str, folder: Path) -> Patch:
    """A patch of the family with the functions that it has: one written for the comparison, or one of ours."""
    if name == "hardened":
        return Patch(PROJECT / "models" / "hardened" / "0001-fork-dynamic-kernel-stacks-hardened.patch", COMPILER)
    path = folder / "sample.patch"
    path.write_text(sample(), encoding="utf-8")
    return Patch(path, COMPILER)


def check_operations(given: Patch, numbers: range) -> None:
    found = given.compare(numbers)
    assert not found.different, "\n".join(found.text())
    assert len(found.operations) == len(given.kinds) and min(found.operations.values()) > len(numbers) / 20
    for result in ("stack_fault: 0", "stack_fault: 1", "alloc_vmap_stack: 0", "alloc_vmap_stack: 1"):
        assert found.results[result] > len(numbers) / 200, found.results


PARTS = [range(1_000), *(pytest.param(range(n, n + 5_000), marks=pytest.mark.slow) for n in range(10_000, 60_000, 5_000))]


@pytest.mark.parametrize("numbers", PARTS)
@pytest.mark.parametrize("name", ["sample", "hardened"])
def test_functions_of_a_patch_do_the_same(name: str, numbers: range, tmp_path: Path) -> None:
    check_operations(patch(name, tmp_path), numbers)


@WITH_MAIL
@pytest.mark.parametrize("numbers", PARTS)
def test_functions_of_the_posted_patch_do_the_same(numbers: range) -> None:
    check_operations(Patch(rfc_mail(), COMPILER), numbers)


def test_the_command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["validation", "--operations", "50"])
    assert command.main() == 0
    assert "50 operations" in capsys.readouterr().out
    monkeypatch.setattr(sys, "argv", ["validation", "--programs", "10"])
    assert command.main() == 0
    assert "10 programs: 10 equal (30 calls), 0 refused, 0 different" in capsys.readouterr().out
