# SPDX-License-Identifier: GPL-2.0-only
"""Which free instance an allocation returns: the engines look at enough of them, and at no more than they have to."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Iterator

import pytest
from brute_force import BruteForce, TooLarge, View, compare, engine_space
from confirming import confirm
from hypothesis import HealthCheck, assume, event, given, note, settings
from hypothesis import strategies as st
from naming_systems import NAMED, naming_system
from random_allocations import random_allocations
from small_programs import program_of
from test_compiled import agree

from checker.explicit.canonical import EXCHANGES
from checker.explicit.reductions import PARTIAL_ORDER
from checker.explicit.search import Search
from checker.ir.lower import lower
from checker.language.errors import ModelError
from checker.language.tree import Program

SEEDS = st.integers(0, 2**32 - 1)
HEALTH = (HealthCheck.filter_too_much, HealthCheck.too_slow)
MOST = 150


# -- against allocations that return any free instance ----------------------------------------------------------------


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=HEALTH)
@given(SEEDS)
def test_nothing_is_left_out(seed: int) -> None:
    check(seed)


@pytest.mark.slow
@settings(max_examples=3000, deadline=None, derandomize=True, suppress_health_check=HEALTH)
@given(SEEDS)
def test_nothing_is_left_out_of_many_systems(seed: int) -> None:
    check(seed)


def check(seed: int) -> None:
    text = random_allocations(random.Random(seed))
    note(text)
    try:
        program = program_of(text)
        lower(program)
    except ModelError as error:
        event(f"refused: {error.message}")
        assume(False)
    try:
        compare(program, MOST)
        compare_with_any_free(program)
    except TooLarge:
        event("too large")
        assume(False)
    confirm(program)


def compare_with_any_free(program: Program) -> None:
    """The engine reaches what can be reached where allocations return any free instance, up to an exchange of instances."""
    brute = BruteForce(program, 4 * MOST, any_free=True)
    expected = brute.explore()
    found, _, _ = engine_space(program, 4 * MOST)
    assert min(found.errors.values(), default=None) == min(expected.errors.values(), default=None)
    if expected.errors:
        return
    assert found.violated == expected.violated
    assert found.cuts == expected.cuts
    assert classes(program, found.views) == classes(program, expected.views)
    assert found.states <= expected.states


def classes(program: Program, views: dict[View, int]) -> dict[View, int]:
    """The least view of each class of those that differ by an exchange, with the least depth."""
    found: dict[View, int] = {}
    for view, depth in views.items():
        least = min(exchanged(program, view))
        found[least] = min(depth, found.get(least, depth))
    return found


def exchanged(program: Program, view: View) -> Iterator[View]:
    """A view, with each exchange of the nodes that leaves constants as they are. What stands in free nodes does not count."""
    cells, frames = view
    constants = {field.name for field in program.records["Node"].fields if field.constant}
    free = {name.partition(".")[0] for name, value in cells if name.endswith(".allocated") and value == "False"}
    kept = [(n, v) for n, v in cells if n.partition(".")[0] not in free or n.rpartition(".")[2] in {"allocated", *constants}]
    fixed = {(name, value) for name, value in cells if name.partition(".")[2] in constants}
    for images in itertools.permutations(range(program.records["Node"].count)):

        def moved(text: str, images: tuple[int, ...] = images) -> str:
            return re.sub(r"\bnode(\d)", lambda met: f"node{images[int(met[1])]}", text)

        if {(moved(name), value) for name, value in fixed} == fixed:
            yield tuple(sorted((moved(name), moved(value)) for name, value in kept)), frames


# -- what counts as naming a free instance ----------------------------------------------------------------------------


@pytest.mark.parametrize("what", NAMED)
def test_a_named_instance_is_among_those_that_may_be_allocated(what: str) -> None:
    program = program_of(naming_system(what))
    violated = "fresh" if "fresh" in NAMED[what] else "failed"
    compare(program, MOST)
    compare_with_any_free(program)
    assert violated in confirm(program).findings
    agree(program)
    for reductions in (frozenset({PARTIAL_ORDER}), frozenset({PARTIAL_ORDER, *EXCHANGES})):
        assert violated in Search(lower(program), None, reductions).run().findings
