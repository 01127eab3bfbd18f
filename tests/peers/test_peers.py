# SPDX-License-Identifier: GPL-2.0-only
"""Known algorithms of others (locks, allocators, RCU), right and with one fault each: each way to search finds what is known of
them, and what brute force finds."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

import pytest

from checker.explicit.search.search import Search
from checker.ir.lowering.lower import lower
from checker.language.front.load import load_program
from checker.language.tree import Program
from tests.support.sampling import always
from tools.fuzz import ways
from tools.fuzz.models import Model
from tools.fuzz.ways import REDUCTIONS, Plan, try_model

FOLDER = Path(__file__).parent
FAULTS = {
    "abba": {"no-deadlock"},
    "buddy": {"one-user"},
    "dekker": {"exclusion"},
    "grace_period": {"no-wild-pointer"},
    "hazard_pointer": {"no-wild-pointer"},
    "mcs": {"no-deadlock"},
    "once": {"ready-when-used"},
    "percpu_list": {"taken-once"},
    "peterson": {"exclusion"},
    "rcu_list": {"seen-all"},
    "refcount": {"no-wild-pointer"},
    "ring": {"in-order"},
    "rwlock": {"exclusion"},
    "seqlock": {"agree"},
    "spin_irq": {"no-deadlock"},
    "srcu": {"no-wild-pointer"},
    "stack_aba": {"owned-once"},
    "ticket": {"exclusion", "no-deadlock"},
    "wait_event": {"no-deadlock"},
}
"""What the fault of each violates; without it, nothing is violated."""

MODELS = sorted(FOLDER.glob("*/*.py"))
BUILDS = tuple((reductions, compact) for reductions in (frozenset[str](), *REDUCTIONS) for compact in (False, True))


@dataclass(frozen=True)
class Peer(Model):
    """path: of the model. fault: the value of its parameter FAULT."""

    path: Path
    fault: int

    def program(self) -> Program:
        return load_program(self.path, {"FAULT": self.fault})


def peer(path: Path, fault: int) -> Peer:
    return Peer(fault, "program", path.read_text(encoding="utf-8"), (), path, fault)


def tried(path: Path, fault: int, builds: tuple[tuple[frozenset[str], bool], ...], patch: pytest.MonkeyPatch) -> None:
    """Search in every way, the compiled engine as it is built for these reductions, with hash compaction or without."""
    patch.setattr(ways, "MOST", 10_000)
    patch.setattr(ways, "BRUTE", 2_500)
    found = try_model(peer(path, fault), Plan(builds, False, None))
    assert found.refused is None and "too large" not in found.notes, found
    assert "portable partial-order" in found.ways and any("compiled" in way for way in found.ways), found.ways


def test_all_have_a_fault_that_is_known() -> None:
    assert {path.stem for path in MODELS} == FAULTS.keys()
    assert len(MODELS) == 19


@pytest.mark.parametrize("fault", [0, 1])
@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_what_is_known_of_it(path: Path, fault: int) -> None:
    search = Search(lower(load_program(path, {"FAULT": fault})))
    result = search.run()
    assert result.stopped is None and result.error is None and not result.reasons
    assert result.findings.keys() == (FAULTS[path.stem] if fault else set())


QUICK = ("peterson", "once", "refcount", "percpu_list")


@pytest.mark.parametrize("fault", [0, 1])
@pytest.mark.parametrize("path", always(MODELS, lambda path: path.stem in QUICK), ids=lambda path: path.stem)
def test_in_every_way(path: Path, fault: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """One build of the compiled engine, a different one for each."""
    tried(path, fault, (random.Random(f"{path.stem} {fault}").choice(BUILDS),), monkeypatch)


@pytest.mark.exhaustive
@pytest.mark.parametrize("fault", [0, 1])
@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_in_every_way_with_every_build(path: Path, fault: int, monkeypatch: pytest.MonkeyPatch) -> None:
    tried(path, fault, BUILDS, monkeypatch)
