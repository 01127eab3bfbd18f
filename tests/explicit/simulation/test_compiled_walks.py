# SPDX-License-Identifier: GPL-2.0-only
"""Random walks in C: the same walks and findings as those of the portable engine, with any number of threads."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import event

from checker.explicit.engines import Method
from checker.explicit.search.results import Limits
from checker.explicit.search.search import Search
from checker.explicit.simulation.chance import Chance
from checker.explicit.simulation.simulation import Plan, Simulation, WalkResult
from checker.explicit.step.paths import Route
from checker.explicit.walking import Takeover, walk
from checker.ir.lowering.lower import lower
from checker.language.front.load import load_program
from checker.language.tree import Program
from tests.support.random.drawn import drawn_program
from tests.support.random.random_systems import random_system
from tests.support.seeds import seeds
from tests.support.systems.small_programs import program_of
from tests.support.systems.small_systems import PROPERTIES, SYSTEMS

MODELS = Path(__file__).parents[3] / "models"
PLAN = Plan(walks=150, depth=25, seed=1)
SWARM = Plan(walks=20, depth=12, seed=1, swarm=40)


def walked(program: Program, engine: str, threads: int = 1, plan: Plan = PLAN) -> WalkResult:
    return walk(lower(program), frozenset(program.properties), Method(engine, threads), plan, Limits())


def outcome(result: WalkResult) -> tuple[object, ...]:
    s = result.statistics
    error = None if result.error is None else (str(result.error.position), steps(result.error.path))
    found = {name: (f.kind, str(f.position), f.arguments, steps(f.path)) for name, f in result.findings.items()}
    return found, error, s.walks, s.steps, s.longest, set(result.cuts), result.unreached


def steps(path: Route) -> tuple[object, ...]:
    return path.first, *((step.choices, step.state) for step in path)


def same(program: Program, plan: Plan = PLAN) -> WalkResult:
    expected = walked(program, "portable", plan=plan)
    for threads in (1, 2):
        assert outcome(walked(program, "compiled", threads, plan)) == outcome(expected)
    return expected


@pytest.mark.parametrize("plan", [PLAN, SWARM], ids=["walks", "swarm"])
@pytest.mark.parametrize("name", SYSTEMS)
def test_small_systems(name: str, plan: Plan) -> None:
    same(program_of(PROPERTIES + SYSTEMS[name]), plan)


@seeds(3, 200)
def test_random_systems(seed: int) -> None:
    program = drawn_program(random_system(random.Random(seed)))
    result = same(program)
    same(program, SWARM)
    event("a model error" if result.error is not None else f"{len(result.findings)} found")


@pytest.mark.slow
@pytest.mark.parametrize("model", ["rfc_v1", "rfc_v1_nr_fixed", "hardened"])
def test_kernel_models(model: str) -> None:
    program = load_program(MODELS / f"{model}.py", {"CPUS": 2, "TASKS": 2, "STACK_PAGES": 3})
    assert bool(same(program, Plan(100, 400, 5)).findings) == (model != "hardened")
    assert bool(same(program, Plan(4, 300, 5, swarm=3_000)).findings) == (model != "hardened")


def test_what_a_swarm_takes_for_visited_is_the_same() -> None:
    """With so many states in their tables that some searches take a new one for visited."""
    same(load_program(MODELS / "dks.py", {"C": 2}), Plan(60, 300, 3, swarm=200))


def test_a_swarm_that_may_visit_all_visits_all() -> None:
    """As the table has far more bits than there are states."""
    program = load_program(MODELS / "dks.py", {"C": 1, "T": 2, "S": 2, "FAIL": 0, "LATE": 0})
    states = Search(lower(program)).run().statistics.states
    for engine in ("portable", "compiled"):
        found = walk(lower(program), frozenset({"I4"}), Method(engine, 1), Plan(1, 10**6, 3, swarm=10**5), Limits())
        assert found.statistics.steps + 1 == states


def test_the_compiled_walks_go_on_where_the_portable_ones_end() -> None:
    program = load_program(MODELS / "dks.py", {"C": 2})
    system, properties = lower(program), frozenset(program.properties)
    expected = outcome(walked(program, "portable", plan=Plan(200, 100, 7)))

    class Later(Takeover):
        def ready(self, seconds: float) -> bool:
            return self.simulation.walks >= 30 and super().ready(seconds)

    simulation = Simulation(system, properties)
    later = Later(simulation, 2, at_once=True)
    assert outcome(simulation.run(Plan(200, 100, 7), takeover=later)) == expected
    assert later.build is not None


def test_a_limit_on_seconds_ends_the_compiled_walks() -> None:
    program = load_program(MODELS / "dks.py", {"C": 2})
    plan = Plan(10**9, 10**9, 0)
    result = walk(lower(program), frozenset({"I4"}), Method("compiled", 2), plan, Limits(seconds=3))
    assert str(result.stopped) == "the limit of 3 seconds"
    assert result.statistics.steps > 10_000


def test_the_random_numbers_are_those_of_splitmix64() -> None:
    """With the seed 0 its first number is 0xe220a8397b1dcdaf, as published with java.util.SplittableRandom."""
    chance = Chance(0, 0)
    chance.state = 0
    assert chance.below(1 << 32) == 0xE220A839


def test_small_numbers_are_drawn_alike() -> None:
    chance = Chance(3, 4)
    counts = [0] * 5
    for _ in range(10_000):
        counts[chance.below(5)] += 1
    assert min(counts) > 1_800
