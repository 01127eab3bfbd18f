# SPDX-License-Identifier: GPL-2.0-only
"""Bounded model checking finds what breadth-first search finds, at the same lengths, and every finding is confirmed."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, note, settings
from hypothesis import strategies as st
from random_systems import random_system
from small_programs import program_of
from test_agreement import PROPERTIES, SYSTEMS

from checker.cli.bounded import Runs
from checker.cli.confirmation import confirmed
from checker.explicit.search import Search
from checker.ir.lower import lower
from checker.language import tree
from checker.language.errors import ModelError
from checker.language.load import load_program
from checker.symbolic.bounded import search
from checker.symbolic.problem import CUT, bounded_problem
from checker.symbolic.question import Hit, Message, Reached
from checker.symbolic.solvers import BITWUZLA, SOLVERS, Z3
from checker.symbolic.transition import DEADLOCK, step_relation

ROOT = Path(__file__).parents[2]
MODELS = sorted((ROOT / "tests/explicit/models").glob("*.py"))
HEALTH = (HealthCheck.filter_too_much, HealthCheck.too_slow)
MODEL_ERROR = "a model error"


def check(program: tree.Program, depth: int, solver: str = Z3) -> dict[str, int]:
    """Compare the solver with breadth-first search; the lengths found."""
    system = lower(program)
    explicit = Search(system)
    result = explicit.run()
    expected = {name: len(finding.path) for name, finding in result.findings.items() if len(finding.path) <= depth}
    relation = step_relation(system)
    told: list[Message] = []
    search(bounded_problem(relation, frozenset(system.properties), depth, solver), told.append)
    runs = Runs(relation, Search(system))
    found: dict[str, int] = {}
    cut = False
    for message in told:
        if isinstance(message, Hit):
            finding = runs.finding(message)
            if finding is None:
                assert message.target.startswith(CUT)
                cut = True
                continue
            confirmed(program, system, finding)
            name = finding.property or MODEL_ERROR
            found[name] = min(found.get(name, depth), len(finding.path))
    assert told[-1] == Reached(depth)
    if result.error is not None:
        # The search of all states ends there, with what it had found, and goes on to what is as near.
        length = len(result.error.path)
        assert found.pop(MODEL_ERROR, None) == (length if length <= depth else None)
        assert expected.items() <= found.items()
        # Which of the states found last are deadlocks, it does not look at any more.
        assert all(found[name] > length - (name == DEADLOCK) for name in found.keys() - expected.keys())
    else:
        assert found == expected
        assert not cut or result.cuts
        assert cut or not result.cuts or result.statistics.depth >= depth
    return found


@pytest.mark.parametrize("path", [path for path in MODELS if path.stem not in ("jumps", "deep_branches")], ids=lambda p: p.stem)
def test_small_models(path: Path) -> None:
    check(load_program(path), 8)


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("name", SYSTEMS)
def test_small_systems(name: str, solver: str) -> None:
    check(program_of(PROPERTIES + SYSTEMS[name]), 8, solver)


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=HEALTH)
@given(st.integers(0, 2**32 - 1))
def test_random_systems(seed: int) -> None:
    text = random_system(random.Random(seed))
    note(text)
    try:
        program = program_of(text)
        lower(program)
    except ModelError:
        assume(False)
    check(program, 4)


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize(
    ("late", "expected"), [(0, {"I2": 9, "I3": 9}), (1, {"I2": 9, "I3": 9, "I5": 9, "I6": 9})], ids=["early", "late"]
)
def test_dks(late: int, expected: dict[str, int], solver: str) -> None:
    program = load_program(ROOT / "models/dks.py", {"C": 1, "T": 2, "S": 3, "FAIL": 1, "LATE": late})
    assert check(program, 10, solver) == expected


@pytest.mark.slow
@pytest.mark.parametrize(("fail", "late"), [(0, 0), (1, 0), (0, 1), (1, 1)])
def test_dks_deeper(fail: int, late: int) -> None:
    program = load_program(ROOT / "models/dks.py", {"C": 1, "T": 2, "S": 3, "FAIL": fail, "LATE": late})
    check(program, 25, BITWUZLA)


def kernel_model(name: str, sizes: tuple[int, int, int], events: str) -> tree.Program:
    settings = dict(zip(("CPUS", "TASKS", "STACK_PAGES"), sizes, strict=True))
    return load_program(ROOT / f"models/{name}.py", settings, events.split(","))


@pytest.mark.parametrize("solver", SOLVERS)
def test_a_kernel_model(solver: str) -> None:
    assert check(kernel_model("rfc_v1", (1, 1, 3), "touch,switch-fault"), 9, solver) == {"fault-resolved": 9}


RFC_V1 = {
    "touch": {"area-agrees": 28, "single-hole": 28},
    "touch,late-fault": {"area-agrees": 27, "charge-once": 27, "refill-owed": 27, "single-hole": 27},
    "touch,charge-fail": {"area-agrees": 28, "single-hole": 28},
    "touch,oom": {"area-agrees": 28, "single-hole": 28},
    "touch,irq": {"area-agrees": 28, "charge-once": 29, "refill-owed": 29, "single-hole": 28},
    "touch,fork": {"area-agrees": 29, "single-hole": 29},
    "touch,hotplug": {"area-agrees": 28, "single-hole": 28},
    "touch,migrate": {"area-agrees": 28, "single-hole": 28},
    "touch,switch-fault": {"area-agrees": 28, "fault-resolved": 9, "single-hole": 28},
    "touch,sleep": {"area-agrees": 28, "no-sleep-atomic": 25, "single-hole": 28},
}
"""What breadth-first search finds in at most 29 steps at 1 CPU, 1 task and 3 stack pages."""


@pytest.mark.slow
@pytest.mark.parametrize("events", RFC_V1)
def test_rfc_v1(events: str) -> None:
    assert check(kernel_model("rfc_v1", (1, 1, 3), events), 29, Z3) == RFC_V1[events]


@pytest.mark.slow
def test_rfc_v1_with_nested_faults() -> None:
    found = check(kernel_model("rfc_v1", (1, 1, 3), "touch,nmi"), 24, Z3)
    assert found == {"fault-resolved": 19, "handler-reentrant": 24}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["rfc_v1_nr_fixed", "arm64_7_0", "arm64_global_pool", "hardened"])
def test_other_kernel_models(name: str) -> None:
    check(kernel_model(name, (1, 1, 3), "touch,late-fault"), 20, Z3)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["rfc_v1", "hardened"])
def test_two_processors(name: str) -> None:
    check(kernel_model(name, (2, 2, 2), "touch"), 14, Z3)
