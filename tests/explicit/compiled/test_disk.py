# SPDX-License-Identifier: GPL-2.0-only
"""Searches on disk: the counts, verdicts, lengths and paths of the portable engine, however small the table is."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import assume

from checker.explicit.search.results import Limits
from checker.explicit.search.search import Search
from checker.ir.lowering.lower import lower
from checker.language.errors import ModelError
from checker.language.front.load import load_program
from checker.project import PROJECT
from checker.stopping import Why
from tests.explicit.compiled.test_compiled import LIMIT, MODELS
from tests.support.judges.compiled import BOTH, outcome
from tests.support.judges.on_disk import agree_on_disk, search_on_disk
from tests.support.random.random_systems import random_system
from tests.support.sampling import always, some
from tests.support.seeds import seeds
from tests.support.systems.small_programs import program_of

DKS = PROJECT / "models" / "dks.py"


@pytest.mark.parametrize("path", some(MODELS, 6), ids=lambda path: path.stem)
def test_small_models(path: Path, tmp_path: Path) -> None:
    agree_on_disk(load_program(path), tmp_path)


@pytest.mark.parametrize("reductions", always([frozenset[str](), frozenset({"pages"}), BOTH], bool), ids=sorted)
def test_many_runs(reductions: frozenset[str], tmp_path: Path) -> None:
    program = load_program(DKS, {"C": 1, "FAIL": 1, "LATE": 1})
    assert agree_on_disk(program, tmp_path, reductions, rows=200) >= 4


@pytest.mark.parametrize(
    ("sizes", "events"),
    always([((1, 1, 3), ("touch", "late-fault", "oom")), ((1, 2, 2), ("touch", "irq"))], lambda case: case[0] == (1, 1, 3)),
    ids=str,
)
def test_a_model_of_the_kernel(sizes: tuple[int, int, int], events: tuple[str, ...], tmp_path: Path) -> None:
    settings = dict(zip(("CPUS", "TASKS", "STACK_PAGES"), sizes, strict=True))
    program = load_program(PROJECT / "models" / "rfc_v1.py", settings, events)
    for reductions in (frozenset[str](), BOTH):
        assert agree_on_disk(program, tmp_path, reductions, rows=100) >= 2


@seeds(40)
def test_random_systems(seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    try:
        program = program_of(random_system(random.Random(seed)))
        system = lower(program)
    except ModelError:
        assume(False)
    assume(Search(system).run(LIMIT).stopped is None)
    agree_on_disk(program, tmp_path_factory.mktemp("disk"))


@pytest.mark.parametrize(
    "change",
    [
        ("run->hashes[k] == candidate->hash; k++", "0; k++"),
        ("if (*row_source(q, row) == DROPPED)\n\t\t\t\tcontinue;", ""),
    ],
    ids=["not compared", "expanded all the same"],
)
def test_a_mistake_would_show(change: tuple[str, str], tmp_path: Path) -> None:
    program = load_program(DKS, {"C": 1, "FAIL": 1, "LATE": 1})
    expected = Search(lower(program)).run()
    result, runs = search_on_disk(
        program, tmp_path, frozenset(), 1, 200, change, limits=Limits(states=10 * expected.statistics.states, seconds=5)
    )
    assert runs >= 4
    assert outcome(result) != outcome(expected)


def test_states_with_the_same_hash_are_compared(tmp_path: Path) -> None:
    """All hashes are one of four, so that a run has many of each."""
    program = load_program(DKS, {"C": 1, "LATE": 1})
    expected = Search(lower(program)).run()
    result, runs = search_on_disk(program, tmp_path, frozenset(), 1, 200, ("return h ? h : 1;", "return (h & 3) + 1;"))
    assert runs >= 4
    assert outcome(result) == outcome(expected)


def test_a_state_with_more_successors_than_there_is_room_for_ends_the_search(tmp_path: Path) -> None:
    program = program_of(
        """
g: Annotated[int, Range(0, 999)] = 0
@action
def step() -> None:
    global g
    g = choose(range(1000))
"""
    )
    result, _ = search_on_disk(program, tmp_path, frozenset(), 1)
    assert result.stopped is not None and result.stopped.why in (Why.ENGINE, Why.MEMORY)
    assert result.statistics.states <= 1000
