# SPDX-License-Identifier: GPL-2.0-only
"""The step relation has the transitions and outcomes that the portable engine has, state by state."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import assume, note

from checker.ir.lowering.lower import lower
from checker.language.errors import ModelError
from checker.language.front.load import load_program
from checker.project import PROJECT
from tests.support.judges.agreement import differences
from tests.support.random.random_allocations import random_allocations
from tests.support.random.random_systems import random_system
from tests.support.random.random_workers import random_workers
from tests.support.sampling import always
from tests.support.seeds import seeds
from tests.support.systems.naming_systems import NAMED, naming_system
from tests.support.systems.small_programs import program_of
from tests.support.systems.small_systems import PROPERTIES, SYSTEMS

MODELS = sorted((PROJECT / "tests/explicit/models").glob("*.py"))


FEW = {"jumps": 3}
"""States to look at in models that choose very often in a step."""
LONG = ("jumps", "deep_branches")


@pytest.mark.parametrize("path", always(MODELS, lambda path: path.stem not in LONG), ids=lambda path: path.stem)
def test_small_models(path: Path) -> None:
    assert differences(lower(load_program(path)), FEW.get(path.stem, 60)) == []


@pytest.mark.parametrize("name", SYSTEMS)
def test_small_systems(name: str) -> None:
    assert differences(lower(program_of(PROPERTIES + SYSTEMS[name])), 60) == []


@pytest.mark.parametrize("what", NAMED)
def test_small_systems_that_allocate_what_is_named(what: str) -> None:
    assert differences(lower(program_of(naming_system(what))), 60) == []


@pytest.mark.parametrize("name", ["choose_index", "lets", "lazy_value", "flag_holes", "reversed_range", "symmetric_pages"])
def test_small_models_by_the_solver(name: str) -> None:
    path = PROJECT / f"tests/explicit/models/{name}.py"
    assert differences(lower(load_program(path)), 12, by_solver=True) == []


@pytest.mark.parametrize("switches", [(0, 0), *(pytest.param(pair, marks=pytest.mark.slow) for pair in ((1, 0), (0, 1), (1, 1)))])
def test_dks(switches: tuple[int, int]) -> None:
    settings_ = {"C": 2, "T": 2, "S": 3, "FAIL": switches[0], "LATE": switches[1]}
    assert differences(lower(load_program(PROJECT / "models/dks.py", settings_)), 60) == []


@pytest.mark.parametrize(
    ("name", "events"), always([("rfc_v1", ("touch",)), ("rfc_v1", None), ("hardened", None)], lambda case: case[1] is not None)
)
def test_kernel_models(name: str, events: tuple[str, ...] | None) -> None:
    assert differences(lower(load_program(PROJECT / f"models/{name}.py", {"CPUS": 1, "TASKS": 1}, events)), 12) == []


@pytest.mark.slow
def test_two_processors() -> None:
    program = load_program(PROJECT / "models/rfc_v1.py", {"CPUS": 2, "TASKS": 2}, ["touch", "irq"])
    assert differences(lower(program), 10) == []


@pytest.mark.parametrize(
    "name",
    [
        *(pytest.param(name, marks=pytest.mark.slow) for name in ("rfc_v1", "hardened")),
        *(pytest.param(name, marks=pytest.mark.exhaustive) for name in ("rfc_v1_nr_fixed", "arm64_7_0", "arm64_global_pool")),
    ],
)
def test_kernel_models_at_two_processors(name: str) -> None:
    assert differences(lower(load_program(PROJECT / f"models/{name}.py", {"CPUS": 2, "TASKS": 2})), 60) == []


def check_random(text: str) -> None:
    note(text)
    try:
        system = lower(program_of(text))
    except ModelError:
        assume(False)
    assert differences(system, 25) == []


@seeds(12, 1500)
def test_random_systems(seed: int) -> None:
    check_random(random_system(random.Random(seed)))


@seeds(15, 60)
def test_random_allocations(seed: int) -> None:
    check_random(random_allocations(random.Random(seed)))


@seeds(10, 40)
def test_random_workers(seed: int) -> None:
    check_random(random_workers(random.Random(seed)))
