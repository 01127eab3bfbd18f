# SPDX-License-Identifier: GPL-2.0-only
"""Counterexamples of partial order, shortened: as long as those of a search that passes nothing by, or said not to be known so."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from checker.explicit import shortest
from checker.explicit.engines import Method, explore
from checker.explicit.reduction.canonical import EXCHANGES
from checker.explicit.reduction.reductions import PARTIAL_ORDER
from checker.explicit.search.results import Finding, Limits, Statistics
from checker.explicit.search.search import Search
from checker.explicit.shortest import Shortened, shorten
from checker.ir.lowering.lower import lower
from checker.language.errors import ModelError
from checker.language.front.load import load_program
from checker.language.tree import Program
from checker.project import PROJECT
from checker.result.verdict import Run, VerdictKind
from checker.stopping import ENOUGH, INTERRUPTED, Why
from checker.verify.configuration import check_configuration
from checker.verify.interrupted import was_interrupted
from checker.verify.request import Request
from tests.support.judges.confirming import replayed
from tests.support.random.random_systems import random_system
from tests.support.random.random_workers import random_workers
from tests.support.systems.small_programs import program_of

ALONE = frozenset({PARTIAL_ORDER})
EVERYTHING = ALONE | frozenset(EXCHANGES)
DKS = PROJECT / "models" / "dks.py"
SIZES = {"C": 2, "T": 2, "S": 4}
SHORTEST = {"I1": 14, "I2": 9, "I3": 9}
"""Of DKS at these sizes, by a search that passes nothing by; I2 and I3 are passed by with partial order."""


def shortened(
    program: Program, reductions: frozenset[str], engine: str
) -> tuple[dict[str, int], dict[str, int], Shortened] | None:
    """Lengths by a plain search, and after both searches; None where partial order has nothing to do, or nothing is violated."""
    system, properties = lower(program), frozenset(program.properties)
    method = Method(engine, 1, reductions)
    explored = explore(system, properties, method, Limits(states=20_000))
    if PARTIAL_ORDER not in explored.reductions or explored.result.stopped is not None or explored.result.error is not None:
        return None
    told: list[Finding] = []
    found = shorten(system, explored, method, Limits(), announce=told.append)
    assert {finding.property: finding for finding in told} == found.findings
    for finding in told:
        assert len(finding.path) < len(explored.result.findings[finding.property].path)
        replayed(program, Search(system, None, explored.reductions - ALONE), finding)
    plain = Search(system, properties, explored.reductions - ALONE).run()
    assert plain.stopped is None and plain.error is None
    expected = {name: len(finding.path) for name, finding in plain.findings.items()}
    return expected, {name: len(f.path) for name, f in {**explored.result.findings, **found.findings}.items()}, found


def tried(make: Callable[[random.Random], str], seeds: range, engine: str) -> Counter[str]:
    """What became of random systems, each compared with a plain search."""
    seen: Counter[str] = Counter()
    for seed in seeds:
        try:
            program = program_of(make(random.Random(seed)))
            lower(program)
        except ModelError:
            continue
        lengths = shortened(program, EVERYTHING if seed % 2 else ALONE, engine)
        if lengths is not None and lengths[0]:
            expected, found, second = lengths
            assert found == expected and second.shortest == second.asked == set(expected), seed
            assert second.stopped is None
            seen["violated"] += 1
            seen["shortened"] += bool(second.findings)
    return seen


@pytest.mark.parametrize("count", [150, pytest.param(1_500, marks=pytest.mark.slow)])
def test_random_workers_have_shortest_runs(count: int) -> None:
    seen = tried(random_workers, range(count), "portable")
    assert seen["violated"] > count // 5 and seen["shortened"] > 0, seen


@pytest.mark.parametrize("count", [40, pytest.param(400, marks=pytest.mark.slow)])
def test_random_systems_have_shortest_runs(count: int) -> None:
    tried(random_system, range(count), "portable")


@pytest.mark.parametrize("count", [2, pytest.param(40, marks=pytest.mark.slow)])
def test_random_workers_have_shortest_runs_in_the_compiled_engine(count: int) -> None:
    assert tried(random_workers, range(count), "compiled")["violated"] > 0


def test_without_the_last_level_some_are_called_shortest_that_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bound is not larger than it has to be, and the comparison of lengths sees one that is too small."""
    needed = shortest.needed
    monkeypatch.setattr(shortest, "needed", lambda finding: needed(finding) - 1)
    with pytest.raises(AssertionError):
        tried(random_workers, range(1_500), "portable")


@pytest.mark.parametrize("engine", ["portable", "compiled"])
def test_dks(engine: str) -> None:
    lengths = shortened(load_program(DKS, SIZES), EVERYTHING, engine)
    assert lengths is not None
    expected, found, second = lengths
    assert expected == found == SHORTEST and second.findings.keys() == {"I2", "I3"}


@pytest.mark.parametrize("engine", ["portable", "compiled"])
def test_a_search_ends_when_nothing_is_left_to_look_for(engine: str) -> None:
    """All that is looked for has been found, or every state up to the depth has been expanded."""
    system = lower(load_program(DKS, SIZES))
    for within, states in (({"I1": 5}, 1_000), ({"I2": 100, "I3": 100}, 30_000)):
        found = explore(system, frozenset(within), Method(engine, 1, frozenset(EXCHANGES)), Limits(within=within)).result
        assert found.stopped == ENOUGH and found.statistics.states < states
        assert found.findings.keys() == within.keys() - {"I1"}
        assert found.statistics.depth in ((6,) if "I1" in within else (8, 9))


@pytest.mark.parametrize("engine", ["portable", "compiled"])
def test_where_a_limit_ends_it_the_lengths_are_not_known(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shortest, "TIMES", 0)
    monkeypatch.setattr(shortest, "FEWEST_STATES", 50)
    run = checked(engine)
    assert {v.property: v.shortest for v in run.verdicts} == {
        **dict.fromkeys(SHORTEST, False),
        "I4": None,
        "I5": None,
        "I6": None,
    }
    assert run.violated.keys() == SHORTEST.keys() and run.stopped is None
    assert all(v.stopped is not None and v.stopped.why is Why.STATES for v in run.verdicts if v.property in SHORTEST)
    assert not was_interrupted(run)


@pytest.mark.parametrize("engine", ["portable", "compiled"])
def test_ctrl_c_loses_nothing(engine: str) -> None:
    """What the first search came to stands, and whoever asked for more knows that the user wants no more."""

    def interrupt(statistics: Statistics) -> None:
        if statistics.phase == shortest.PHASE:
            raise KeyboardInterrupt

    run = checked(engine, interrupt)
    assert run.violated.keys() == SHORTEST.keys() and run.stopped is None and was_interrupted(run)
    assert {v.kind for v in run.verdicts} == {VerdictKind.VIOLATED, VerdictKind.BOUNDED}
    assert all((v.shortest, v.stopped) == (False, INTERRUPTED) for v in run.verdicts if v.property in SHORTEST)


def test_a_search_that_passes_nothing_by_is_followed_by_none() -> None:
    run = check_configuration(Request(DKS, SIZES, None), Method("portable", 1, frozenset(EXCHANGES)), Limits())
    assert run.violated == SHORTEST and {verdict.shortest for verdict in run.verdicts} == {None}


def test_all_is_told_of_the_shorter_run() -> None:
    run = checked("portable")
    assert run.violated == SHORTEST
    assert {v.property for v in run.verdicts if v.shortest} == SHORTEST.keys()


def checked(engine: str, progress: Callable[[Statistics], None] | None = None) -> Run:
    return check_configuration(Request(Path(DKS), SIZES, None), Method(engine, 1, EVERYTHING), Limits(), progress)
