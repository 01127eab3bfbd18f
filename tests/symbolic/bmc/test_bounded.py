# SPDX-License-Identifier: GPL-2.0-only
"""Bounded model checking finds what breadth-first search finds, at the same lengths, and every finding is confirmed."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import assume, note

from checker.explicit.search.search import Search
from checker.ir.lowering.lower import lower
from checker.language import tree
from checker.language.errors import ModelError
from checker.language.front.load import load_program
from checker.project import PROJECT
from checker.symbolic.bmc.bounded import search
from checker.symbolic.bmc.problem import bounded_problem
from checker.symbolic.bmc.question import Counterexample, Message
from checker.symbolic.relation.transition import step_relation
from checker.symbolic.solvers.solvers import BITWUZLA, SOLVERS, Z3
from checker.verify.solver_runs import Runs
from tests.support.judges.bounded import MODEL_ERROR, check
from tests.support.random.random_systems import random_system
from tests.support.sampling import some
from tests.support.seeds import seeds
from tests.support.systems.small_programs import program_of
from tests.support.systems.small_systems import PROPERTIES, SYSTEMS

MODELS = sorted((PROJECT / "tests/explicit/models").glob("*.py"))


@pytest.mark.parametrize("path", [path for path in MODELS if path.stem not in ("jumps", "deep_branches")], ids=lambda p: p.stem)
def test_small_models(path: Path) -> None:
    check(load_program(path), 8)


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("name", SYSTEMS)
def test_small_systems(name: str, solver: str) -> None:
    check(program_of(PROPERTIES + SYSTEMS[name]), 8, solver)


@seeds(12, 60)
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
    program = load_program(PROJECT / "models/dks.py", {"C": 1, "T": 2, "S": 3, "FAIL": 1, "LATE": late})
    assert check(program, 10, solver) == expected


@pytest.mark.slow
@pytest.mark.parametrize(("fail", "late"), [(0, 0), (1, 0), (0, 1), (1, 1)])
def test_dks_deeper(fail: int, late: int) -> None:
    program = load_program(PROJECT / "models/dks.py", {"C": 1, "T": 2, "S": 3, "FAIL": fail, "LATE": late})
    check(program, 25, BITWUZLA)


def kernel_model(name: str, sizes: tuple[int, int, int], events: str) -> tree.Program:
    settings = dict(zip(("CPUS", "TASKS", "STACK_PAGES"), sizes, strict=True))
    return load_program(PROJECT / f"models/{name}.py", settings, events.split(","))


@pytest.mark.parametrize("solver", some(SOLVERS, 2))
def test_a_kernel_model(solver: str) -> None:
    assert check(kernel_model("rfc_v1", (1, 1, 3), "touch,switch-fault"), 9, solver) == {"fault-resolved": 9}


RFC_V1 = {
    "touch": {"area-agrees": 28, "single-hole": 28},
    "touch,late-fault": {"area-agrees": 27, "charge-once": 27, "refill-owed": 27, "single-hole": 27},
    "touch,charge-fail": {"area-agrees": 28, "single-hole": 28},
    "touch,oom": {"area-agrees": 28, "single-hole": 28},
    "touch,irq": {"area-agrees": 28, "charge-once": 29, "refill-owed": 29, "single-hole": 28},
    "touch,fork": {"area-agrees": 30, "single-hole": 30},
    "touch,hotplug": {"area-agrees": 28, "single-hole": 28},
    "touch,migrate": {"area-agrees": 28, "single-hole": 28},
    "touch,switch-fault": {"area-agrees": 28, "fault-resolved": 9, "single-hole": 28},
    "touch,sleep": {"area-agrees": 28, "no-sleep-atomic": 25, "single-hole": 28},
}
"""What breadth-first search finds in at most 29 steps at 1 CPU, 1 task and 3 stack pages; with fork in 30, as the handler's two
loads of the task's stack are steps then."""


@pytest.mark.slow
@pytest.mark.parametrize("events", RFC_V1)
def test_rfc_v1(events: str) -> None:
    depth = max(29, *RFC_V1[events].values())
    assert check(kernel_model("rfc_v1", (1, 1, 3), events), depth, Z3) == RFC_V1[events]


@pytest.mark.slow
def test_rfc_v1_with_nested_faults() -> None:
    found = check(kernel_model("rfc_v1", (1, 1, 3), "touch,nmi"), 24, Z3)
    assert found == {"fault-resolved": 19, "handler-reentrant": 24}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["rfc_v1_nr_fixed", "arm64_7_0", "arm64_global_pool", "hardened"])
def test_other_kernel_models(name: str) -> None:
    check(kernel_model(name, (1, 1, 3), "touch,late-fault"), 20, Z3)


@pytest.mark.parametrize("depth", [pytest.param(10, marks=pytest.mark.slow), pytest.param(14, marks=pytest.mark.exhaustive)])
@pytest.mark.parametrize("name", ["rfc_v1", "hardened"])
def test_two_processors(name: str, depth: int) -> None:
    check(kernel_model(name, (2, 2, 2), "touch"), depth, Z3)


ERRORS_IN_INVARIANTS = """
Few = Annotated[int, Range(0, 3)]
count: Few = 0
@function
def more(v: Few) -> Few:
    return v + 2
@action
def step() -> None:
    global count
    require(count < 3)
    count += 1
@invariant("error", "test")
def error() -> bool:
    '''Test.'''
    return count < ONE
@invariant("other", "test")
def other() -> bool:
    '''Test.'''
    return more(count) > TWO
"""


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        (9, 0, {MODEL_ERROR: 2}),
        (1, 0, {"error": 1, MODEL_ERROR: 2}),
        (9, 2, {"other": 0}),
        (3, 2, {"other": 0, "error": 3}),
    ],
)
def test_a_model_error_in_an_invariant(one: int, two: int, expected: dict[str, int], solver: str) -> None:
    """Also where a property has the name `error`, and where the property was violated before, so that nobody evaluates it."""
    assert check(program_of(ERRORS_IN_INVARIANTS.replace("ONE", str(one)).replace("TWO", str(two))), 4, solver) == (
        {name: length for name, length in expected.items() if name != MODEL_ERROR}
    )


BOTH_IN_ONE_STATE = """
Few = Annotated[int, Range(0, 3)]
count: Few = 0
@function
def low(v: Few) -> Few:
    return v + 1
@action
def act() -> None:
    global count
    count = 2
@invariant("low", "text")
def stays_low(k: Few) -> bool:
    '''Test.'''
    return low(count + k) < 3 or count == 0
"""


def test_a_violation_beside_a_model_error_in_one_state_is_told() -> None:
    """The binding that is violated is looked for among others that raise."""
    for text in (BOTH_IN_ONE_STATE, BOTH_IN_ONE_STATE.replace("count + k", "count + 3 - k")):
        program = program_of(text)
        system = lower(program)
        relation = step_relation(system)
        told: list[Message] = []
        search(bounded_problem(relation, frozenset(program.properties), 2), told.append)
        runs = Runs(relation, Search(system))
        kinds = {finding.kind for m in told if isinstance(m, Counterexample) and (finding := runs.finding(m)) is not None}
        assert "invariant" in kinds
