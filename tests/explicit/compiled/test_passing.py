# SPDX-License-Identifier: GPL-2.0-only
"""Partial order in the compiled engine: what the portable one stores with it, and the verdicts that there are without it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from checker.explicit.engines import Explored, Method, explore
from checker.explicit.reduction.canonical import EXCHANGES
from checker.explicit.reduction.reductions import PARTIAL_ORDER
from checker.explicit.search.results import Limits
from checker.explicit.search.search import Search
from checker.ir.lowering.lower import lower
from checker.language.errors import ModelError
from checker.language.front.load import load_program
from checker.language.tree import Program
from checker.project import PROJECT
from tests.support.judges.compiled import outcome
from tests.support.judges.confirming import all_replay
from tests.support.random.random_systems import random_system
from tests.support.random.random_workers import random_workers
from tests.support.sampling import always
from tests.support.systems.small_programs import program_of

ALONE = frozenset({PARTIAL_ORDER})
EVERYTHING = ALONE | frozenset(EXCHANGES)
SMALL = sorted((Path(__file__).parents[1] / "models").glob("*.py"))
FOUR = ("touch", "late-fault", "migrate", "oom")


def searched(program: Program, method: Method, states: int | None = None) -> Explored:
    system = lower(program)
    return explore(system, frozenset(program.properties), method, Limits(states=states))


def agree(program: Program, reductions: frozenset[str], most: int | None = None) -> Explored | None:
    """Search in all ways, and compare. None if there is nothing to reduce, or more than that many states."""
    portable = searched(program, Method("portable", 1, reductions), most)
    if PARTIAL_ORDER not in portable.reductions or portable.result.stopped is not None:
        return None
    for threads, compact in ((1, False), (2, False), (1, True)):
        found = searched(program, Method("compiled", threads, reductions, compact))
        assert found.reductions == portable.reductions and found.engine.startswith("compiled")
        assert (found.result.error is None) == (portable.result.error is None)
        all_replay(program, Search(lower(program), None, reductions), found.result)
        if portable.result.error is not None:
            continue
        if threads == 1:
            assert outcome(found.result) == outcome(portable.result)
        assert found.result.stopped is None and found.result.reasons == portable.result.reasons
        assert set(found.result.findings) == set(portable.result.findings)
    return portable


@pytest.mark.parametrize(
    ("sizes", "reductions"),
    always(
        [
            ("1 2 3 0 0", EVERYTHING),
            ("1 2 3 0 0", ALONE),
            ("1 2 3 1 1", EVERYTHING),
            ("1 2 3 1 1", ALONE),
            ("2 2 2 0 1", EVERYTHING),
        ],
        lambda case: case == ("1 2 3 0 0", EVERYTHING),
    ),
    ids=lambda value: value if isinstance(value, str) else "-".join(sorted(value)),
)
def test_dks(sizes: str, reductions: frozenset[str]) -> None:
    settings = dict(zip(("C", "T", "S", "FAIL", "LATE"), map(int, sizes.split()), strict=True))
    assert agree(load_program(PROJECT / "models" / "dks.py", settings), reductions) is not None


@pytest.mark.parametrize(
    ("model", "sizes", "events"),
    always(
        [
            ("rfc_v1_nr_fixed", (2, 1, 2), ("late-fault", "migrate")),
            ("rfc_v1", (2, 1, 3), FOUR),
            ("rfc_v1_nr_fixed", (2, 2, 2), ("touch", "migrate")),
            ("hardened", (2, 1, 2), ("touch",)),
        ],
        lambda case: case[1] == (2, 1, 2) and case[0] != "hardened",
    ),
    ids=str,
)
def test_kernel_models(model: str, sizes: tuple[int, int, int], events: tuple[str, ...]) -> None:
    settings = dict(zip(("CPUS", "TASKS", "STACK_PAGES"), sizes, strict=True))
    program = load_program(PROJECT / "models" / f"{model}.py", settings, events)
    assert agree(program, EVERYTHING) is not None


@pytest.mark.parametrize("path", always(SMALL, lambda path: path.stem in ("symmetric_pages", "irq")), ids=lambda path: path.stem)
def test_small_models(path: Path) -> None:
    for reductions in (ALONE, EVERYTHING):
        agree(load_program(path), reductions, 20_000)


@pytest.mark.parametrize("count", [2, pytest.param(60, marks=pytest.mark.slow)])
def test_random_workers(count: int) -> None:
    seen = explored(random_workers, count)
    assert seen["reduced"] > count // 5, seen


@pytest.mark.parametrize("count", [12, pytest.param(100, marks=pytest.mark.slow)])
def test_random_systems(count: int) -> None:
    seen = explored(random_system, count)
    assert seen["reduced"] > count // 20, seen


def explored(make: Callable[[random.Random], str], count: int) -> Counter[str]:
    """What became of the random systems."""
    seen: Counter[str] = Counter()
    for seed in range(count):
        try:
            program = program_of(make(random.Random(seed)))
            lower(program)
        except ModelError:
            seen["refused"] += 1
            continue
        reductions = EVERYTHING if seed % 2 else ALONE
        found = agree(program, reductions, 20_000)
        seen["reduced"] += found is not None
        seen["violated"] += found is not None and bool(found.result.findings)
    return seen


def test_a_path_makes_no_detour_over_steps_that_suffice_only_later() -> None:
    """The compiled engine tells paths when a level is done, the portable one at once: in between, a violation of another property
    lets more be passed through."""
    found = agree(program_of(random_workers(random.Random(525))), EVERYTHING)
    assert found is not None and len(found.result.findings["rule-1"].path) == 2
