# SPDX-License-Identifier: GPL-2.0-only
"""C and Python of one protocol beside each other, step by step: the same steps, the same values in every cell, the same ends.

hardened as a patch beside models/hardened.py; the RFC's mail beside models/rfc_v1.py where STACKPROOF_RFC_MAIL names it, as that
text is not a part of the project.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from checker.conformance.difference import Kind
from checker.conformance.lockstep import Lockstep
from checker.conformance.other_program import bisimulate
from checker.language.front.load import load_program
from checker.project import PROJECT
from tests.hardened.test_patch import HARDENED, PATCH, RECORDED
from tests.support.rfc_mail import WITH_MAIL, rfc_mail

RFC = PROJECT / "models" / "rfc_v1.py"
SIZES = ("CPUS", "TASKS", "STACK_PAGES")

Case = tuple[tuple[int, int, int], str]

QUICK: tuple[Case, ...] = (
    ((1, 1, 2), "touch,nmi"),
    ((1, 2, 3), "touch"),
    ((2, 1, 2), "touch,late-fault,oom,hotplug,migrate"),
    ((1, 2, 2), "touch,fork,exit,oom"),
    ((1, 2, 2), "sleep,fork,exit,area-oom"),
)
SLOW: tuple[Case, ...] = (
    ((2, 2, 2), "touch"),
    ((1, 2, 3), "touch,late-fault"),
    ((1, 2, 3), "touch,switch-fault,charge-fail,sleep"),
    ((1, 1, 3), "touch,nmi,late-fault"),
    ((1, 2, 2), "touch,remote-read,oops-continues,oom"),
)
OF_RFC: tuple[Case, ...] = (
    ((1, 2, 3), "touch"),
    ((1, 1, 3), "touch,late-fault,nmi"),
    ((1, 2, 3), "touch,oom,charge-fail"),
    ((1, 2, 2), "switch-fault,irq,softirq,sleep"),
    ((1, 2, 2), "touch,fork"),
    ((1, 2, 2), "sleep,fork,area-oom"),
    ((1, 2, 2), "touch,exit,oops-continues"),
    ((2, 1, 2), "late-fault,hotplug,migrate"),
    ((2, 2, 2), "touch"),
)


def called_in_model(name: str) -> str:
    """What the model calls a cell of the patch."""
    found = re.fullmatch(r"(\w+)\.dynamic_stack_(grown|short)", name)
    if found is None:
        return name
    return {"grown": f"stack_grown[{found[1]}]", "short": f"needs_refill[{found[1]}]"}[found[2]]


def beside(model: Path, other: Path, case: Case) -> tuple[Lockstep, tuple[str, ...]]:
    settings, events = dict(zip(SIZES, case[0], strict=True)), case[1].split(",")
    return bisimulate(load_program(model, settings, events), load_program(other, settings, events), called_in_model)


def alike(found: tuple[Lockstep, tuple[str, ...]]) -> None:
    """Nothing differs, every cell was compared, and each state of the one goes with one state of the other."""
    lockstep, apart = found
    assert lockstep.stopped is None
    assert lockstep.difference is None
    assert apart == ()
    assert lockstep.counts.pairs == lockstep.counts.states > 1


@pytest.mark.parametrize(
    "case",
    [*QUICK, *(pytest.param(case, marks=pytest.mark.slow) for case in SLOW)],
    ids=lambda c: f"{'-'.join(map(str, c[0]))}:{c[1]}",
)
def test_the_patch_and_the_model_are_bisimilar(case: Case) -> None:
    alike(beside(HARDENED, PATCH, case))


@pytest.mark.slow
@pytest.mark.parametrize("expected", [e for e in RECORDED if (e.states or 0) <= 100_000], ids=lambda e: ",".join(e.events))
def test_they_are_bisimilar_in_each_recorded_configuration(expected) -> None:  # type: ignore[no-untyped-def]
    settings, events = dict(expected.settings), expected.events
    found = bisimulate(load_program(HARDENED, settings, events), load_program(PATCH, settings, events), called_in_model)
    alike(found)
    counts = found[0].counts
    violated_or_halted = (expected.states or 0) - counts.states
    assert 0 <= violated_or_halted <= counts.ends, "what is explored are the states of the record, but for those that end a run"


PLANTED = {
    "a mark that stays": (
        "WRITE_ONCE(prev->dynamic_stack_grown, false);",
        "WRITE_ONCE(prev->dynamic_stack_grown, true);",
        Kind.CELLS,
    ),
    "a step less": ("+		vm_area->pages[i] = NULL;", "+		/* nothing */;", Kind.CELLS),
    "another page": ("if (!dstack_is_usable(page))", "if (dstack_is_usable(page))", Kind.CELLS),
    "a demand that asks too little": ("return usable >= wanted;", "return usable + 1 >= wanted;", Kind.EXTRA),
    "a demand that asks too much": ("return usable >= wanted;", "return usable >= wanted + 1;", Kind.MISSING),
}


@pytest.mark.parametrize("planted", PLANTED)
def test_a_planted_difference_is_found(tmp_path: Path, planted: str) -> None:
    old, new, kind = PLANTED[planted]
    text = PATCH.read_text(encoding="utf-8")
    assert text.count(old) == 1
    (tmp_path / PATCH.name).write_text(text.replace(old, new), encoding="utf-8")
    shutil.copy(PATCH.with_name("manifest.toml"), tmp_path)
    lockstep, _ = beside(HARDENED, tmp_path / PATCH.name, ((1, 3, 2), "touch,exit") if "NULL" in old else ((1, 2, 2), "touch"))
    assert lockstep.difference is not None
    assert lockstep.difference.kind is kind


@WITH_MAIL
@pytest.mark.parametrize("case", OF_RFC, ids=lambda c: f"{'-'.join(map(str, c[0]))}:{c[1]}")
def test_the_mail_and_the_model_of_the_rfc_are_bisimilar(case: Case) -> None:
    alike(beside(RFC, rfc_mail(), case))
