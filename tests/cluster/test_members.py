# SPDX-License-Identifier: GPL-2.0-only
"""A distributed search, its members in this process, against the portable engine: counts, verdicts, lengths, what was reached."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import assume, note

from checker.cluster.member import Member
from checker.cluster.messages import Cluster
from checker.cluster.search import ClusterSearch
from checker.explicit.on_cluster import member_of
from checker.explicit.reduction.canonical import Distinguished
from checker.explicit.search.results import Limits, Result
from checker.explicit.search.search import Search
from checker.ir.lowering.lower import lower
from checker.ir.system import System
from checker.language.errors import ModelError
from checker.language.front.load import load_program
from checker.language.tree import Program
from checker.project import PROJECT
from checker.stopping import Why
from tests.cluster.members import members
from tests.support.judges.compiled import BOTH, lengths
from tests.support.judges.confirming import all_replay
from tests.support.random.random_systems import random_system
from tests.support.sampling import some
from tests.support.seeds import seeds
from tests.support.systems.small_programs import program_of

MODELS = sorted((PROJECT / "tests" / "explicit" / "models").glob("*.py"))
SIZES = Limits(states=20_000)
ROOM = 1 << 40


def search_of(
    system: System,
    reductions: frozenset[str] = frozenset(),
    workers: int = 2,
    compact: bool = False,
    lost_after: int | None = None,
) -> ClusterSearch:
    portable = Search(system, None, reductions)
    cluster = Cluster("nowhere", workers, ROOM)
    return ClusterSearch(portable, member_of(portable, compact), portable.properties, cluster, members(lost_after))


def agree(program: Program, workers: int, reductions: frozenset[str] = frozenset(), compact: bool = False) -> Result:
    """Assert that a distributed search says what the portable engine says, and that the replayer confirms it."""
    system = lower(program)
    portable = Search(system, None, reductions)
    expected = portable.run()
    # What made the portable engine do without a reduction makes the distributed search stop, for another one to begin.
    if portable.dropped and "pages" in reductions:
        with pytest.raises(Distinguished):
            search_of(system, reductions, workers, compact).run(Limits())
        reductions = reductions - {"pages"}
    search = search_of(system, reductions, workers, compact)
    found = search.run(Limits())
    all_replay(program, search.telling.portable, found)
    assert (found.error is None) == (expected.error is None)
    assert lengths(found) == lengths(expected)
    if found.error is None:
        assert counts(found) == counts(expected)
        assert found.cuts == expected.cuts
        assert set(found.unreached) == set(expected.unreached)
        assert found.stopped is None
    return found


def counts(result: Result) -> tuple[int, int, int, int]:
    s = result.statistics
    return s.states, s.transitions, s.depth, s.frontier


@pytest.mark.parametrize("path", some(MODELS, 6), ids=lambda path: path.stem)
def test_small_models(path: Path) -> None:
    for workers, reductions, compact in ((1, frozenset[str](), False), (2, BOTH, False), (3, frozenset[str](), True)):
        agree(load_program(path), workers, reductions, compact)


@pytest.mark.parametrize("workers", [1, 2, 5])
@pytest.mark.parametrize("compact", [False, True])
def test_dks(workers: int, compact: bool) -> None:
    found = agree(load_program(PROJECT / "models" / "dks.py", {"C": 1, "FAIL": 1, "LATE": 1}), workers, compact=compact)
    assert counts(found) == (11_795, 13_708, 75, 0)
    assert {name: length for name, (_, length) in lengths(found).items()} == {"I1": 16, "I2": 9, "I3": 9, "I5": 9, "I6": 9}
    assert (found.omission > 0) == compact


@pytest.mark.parametrize("model", ["rfc_v1.py", "rfc_v1_nr_fixed.py"])
@pytest.mark.parametrize("compact", [False, True])
def test_reduced(model: str, compact: bool) -> None:
    sizes = {"CPUS": 2, "TASKS": 1, "STACK_PAGES": 3}
    agree(load_program(PROJECT / "models" / model, sizes, ("touch", "migrate")), 3, BOTH, compact)


def test_full_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """A member pauses with a few parcels, and continues."""
    monkeypatch.setattr("checker.cluster.member.MOST_WAITING", 256)
    agree(load_program(PROJECT / "models" / "dks.py", {"C": 2}), 3)


@seeds(2, 60)
def test_random_systems(seed: int) -> None:
    text = random_system(random.Random(seed))
    note(text)
    try:
        program = program_of(text)
        system = lower(program)
    except ModelError:
        assume(False)
    if Search(system).run(limits=SIZES).stopped is not None:
        assume(False)
    agree(program, 1 + seed % 4, BOTH if seed % 2 else frozenset(), seed % 3 == 0)


def test_every_state_has_one_owner() -> None:
    """Of three members each stores a fair part."""
    search = search_of(lower(load_program(PROJECT / "models" / "dks.py", {"C": 1, "FAIL": 1, "LATE": 1})), workers=3)
    search.run(Limits())
    assert all(3_000 < report.states < 5_000 for report in search.reports)


@pytest.mark.parametrize("lost_after", [0, 3, 6, 9, 40, 200])
def test_a_lost_member_is_unknown(lost_after: int) -> None:
    search = search_of(lower(load_program(PROJECT / "models" / "dks.py", {"C": 1, "LATE": 1})), lost_after=lost_after)
    found = search.run(Limits())
    assert found.stopped is not None and found.stopped.why is Why.LOST
    assert found.statistics.states < 4_073 or found.statistics.frontier
    assert found.unreached == ()


def test_limits() -> None:
    system = lower(load_program(PROJECT / "models" / "dks.py", {"C": 2, "FAIL": 1}))
    stopped = search_of(system).run(Limits(states=5_000)).stopped
    assert stopped is not None and stopped.why is Why.STATES
    stopped = search_of(system).run(Limits(seconds=0.0)).stopped
    assert stopped is not None and stopped.why is Why.SECONDS


def test_memory_of_a_worker() -> None:
    portable = Search(lower(load_program(PROJECT / "models" / "dks.py", {"C": 2})))
    cluster = Cluster("nowhere", 2, 1)
    found = ClusterSearch(portable, member_of(portable, False), portable.properties, cluster, members()).run(Limits())
    assert found.stopped is not None and found.stopped.why is Why.MEMORY


def test_out_of_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Member, "begin", lambda self, part: None)
    found = search_of(lower(load_program(PROJECT / "models" / "dks.py", {"C": 1}))).run(Limits())
    assert found.stopped is not None and found.stopped.why is Why.OUT_OF_MEMORY


def test_half_a_parcel_is_an_error() -> None:
    search = search_of(lower(load_program(PROJECT / "models" / "dks.py", {"C": 1})))
    search.run(Limits())
    member = Member()
    member.parcel = 32
    with pytest.raises(AssertionError, match="not whole"):
        member._receive(1, b"x" * 33)
