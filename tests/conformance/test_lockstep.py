# SPDX-License-Identifier: GPL-2.0-only
"""Lockstep finds no difference where there is none, and each kind of difference where there is one."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.conformance.difference import Kind
from checker.conformance.lockstep import Lockstep, Search
from checker.conformance.specification import Specification
from checker.language import tree
from checker.language.front.inputs import Inputs
from checker.language.front.load import load_program
from checker.project import PROJECT
from checker.report.text.conformance_text import difference_text
from tests.conformance.replayed import Replayed
from tests.support.sampling import some

MODEL = PROJECT / "models/rfc_v1.py"
EXCEPTIONS = PROJECT / "spec/kernel/entry/exceptions.py"
FAULTS = PROJECT / "spec/kernel/entry/faults.py"
SIZES = {"CPUS": 1, "TASKS": 1, "STACK_PAGES": 2}


def program_of(file: Path = MODEL, old: str = "", new: str = "") -> tree.Program:
    """The program, with one place of one file changed."""
    text = file.read_text()
    assert text.count(old) == 1 or not old
    texts = {file.resolve(): text.replace(old, new) if old else text}
    return load_program(MODEL, SIZES, ("touch",), Inputs(texts))


def against(changed: tree.Program) -> Lockstep:
    """The model beside the replayer on a changed text."""
    specification = Specification(program_of())
    return Search(specification, Replayed(changed, specification.names)).run()


def test_two_readings_of_one_text_are_alike() -> None:
    result = against(program_of())
    assert result.difference is None
    assert result.stopped is None
    counts = result.counts
    assert (counts.states, counts.transitions, counts.depth) == (87, 99, 40)


GUARD = "require(level == STACK_PAGES or is_unmapped(task, level))"
CHANGES = [
    (Kind.CELLS, MODEL, "vm_area.nr_pages = nr_pages + 1", "vm_area.nr_pages = nr_pages"),
    (Kind.MISSING, FAULTS, GUARD, "require(is_unmapped(task, level))"),
    (Kind.EXTRA, FAULTS, GUARD, "require(level > 0)"),
    (Kind.END, EXCEPTIONS, 'halt("stack overflow, reported as such")', 'check(False, fault_resolved, "dies")'),
    (Kind.PLACES, MODEL, "if tsk.flags & TaskFlags.PF_DYNAMIC_STACK:", "if not tsk.idle or bool(tsk.flags):"),
]


@pytest.mark.parametrize(("kind", "file", "old", "new"), some(CHANGES, 2), ids=[kind.value for kind, *_ in CHANGES])
def test_each_kind_of_difference_is_found(kind: Kind, file: Path, old: str, new: str) -> None:
    result = against(program_of(file, old, new))
    assert result.difference is not None
    print(difference_text(program_of(), result.difference))
    assert result.difference.kind is kind
