# SPDX-License-Identifier: GPL-2.0-only
"""Symmetry reduction: representatives, what a search over them finds, and that the transitions are as symmetric as it needs."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from checker.explicit.reduction.canonical import Canonical
from checker.explicit.reduction.canonical_tables import Field, check_tables
from checker.explicit.search.results import Limits
from checker.explicit.search.search import Search
from checker.explicit.step.outcome import Cut, OutOfRange, Raised, Violated
from checker.explicit.step.paths import alternatives
from checker.ir import system as ir
from checker.ir.lowering.lower import lower
from checker.language.front.load import load_program
from tests.support.judges.confirming import replayed
from tests.support.judges.exchange import Images, cleared, exchanged, exchanges
from tests.support.judges.reducing import reduce, symmetric, violated
from tests.support.random.drawn import drawn_program
from tests.support.random.random_systems import random_system
from tests.support.sampling import always
from tests.support.seeds import seeds
from tests.support.systems.dks_table import LONG_ROWS, ROWS, Sizes
from tests.support.systems.small_programs import program_of

HERE = Path(__file__).parents[1]
MODELS = HERE.parents[1] / "models"
BOTH = frozenset({"pages", "symmetry"})

# -- what a reduced search finds --

REDUCED = {
    (1, 2, 3, 0, 0): (266, 292, 47),
    (1, 2, 3, 1, 0): (721, 830, 50),
    (1, 2, 3, 0, 1): (1_003, 1_141, 63),
    (1, 2, 3, 1, 1): (2_706, 3_179, 63),
    (2, 2, 3, 0, 0): (2_346, 4_988, 50),
    (2, 2, 3, 1, 0): (10_650, 23_374, 56),
    (2, 2, 4, 0, 0): (17_955, 37_866, 66),
    (2, 3, 3, 0, 0): (8_980, 19_760, 72),
}
"""States, transitions and depth of DKS when page frames, threads and CPUs are exchanged."""


@pytest.mark.parametrize("sizes", always([(sizes,) for sizes in REDUCED], lambda case: REDUCED[case[0]][0] < 2_500), ids=str)
def test_dks_with_all_symmetry(sizes: Sizes) -> None:
    lengths = next(row[2] for row in [*ROWS, *LONG_ROWS] if row[0] == sizes)
    program = load_program(MODELS / "dks.py", dict(zip(("C", "T", "S", "FAIL", "LATE"), sizes, strict=True)))
    search = Search(lower(program), reductions=BOTH)
    result = search.run()
    statistics = result.statistics
    assert (statistics.states, statistics.transitions, statistics.depth) == REDUCED[sizes]
    assert {name: len(finding.path) for name, finding in result.findings.items()} == lengths
    assert not result.dropped
    for finding in result.findings.values():
        assert len(replayed(program, search, finding).steps) == len(finding.path)


@pytest.mark.parametrize(
    ("model", "sizes", "events"),
    always(
        [
            ("rfc_v1", {"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2}, ("touch", "late-fault")),
            ("rfc_v1_nr_fixed", {"CPUS": 1, "TASKS": 2, "STACK_PAGES": 3}, ("touch", "oom")),
            ("rfc_v1_nr_fixed", {"CPUS": 2, "TASKS": 1, "STACK_PAGES": 3}, ("late-fault", "migrate")),
        ],
        lambda case: case[0] == "rfc_v1",
    ),
)
def test_our_models_have_the_same_verdicts(model: str, sizes: dict[str, int], events: tuple[str, ...]) -> None:
    found = reduce(load_program(MODELS / f"{model}.py", sizes, events))
    assert found is not None
    full, results = found
    assert not any(result.dropped for result in results)
    assert results[2].statistics.states * 2 < full.statistics.states


SMALL = sorted((HERE / "models").glob("symmetric_*.py"))


@pytest.mark.parametrize("path", SMALL, ids=lambda path: path.stem)
def test_small_models_have_the_same_verdicts(path: Path) -> None:
    assert reduce(load_program(path)) is not None


def test_pages_that_a_stale_reference_names_are_reduced() -> None:
    search = Search(lower(load_program(HERE / "models" / "symmetric_stale.py")), reductions=BOTH)
    result = search.run()
    assert not result.dropped
    assert violated(result)["apart"] == ("invariant", 3)


DIFFERENT = """
@record(count=3, symmetric=True)
class Item:
    mark: bool = False
    held: bool = False
item: Item | None = None
@action
def mark(one: Item) -> None:
    require(sum(1 for other in every(Item) if other.mark) == 0)
    one.mark = True
@action
def take() -> None:
    global item
    require(item is None)
    found = first(one for one in every(Item) if not one.held)
    item = found
@invariant("unmarked", "{item} is marked")
def unmarked() -> bool:
    '''Test.'''
    return item is None or not item.mark
"""


def test_candidates_with_different_fields_switch_the_reduction_of_pages_off() -> None:
    program = program_of(DIFFERENT)
    result = Search(lower(program), reductions=BOTH).run()
    assert "their fields differ" in result.dropped["pages"]
    assert reduce(program) is not None


# -- representatives --

CASES = {
    "dks": (MODELS / "dks.py", {"C": 1, "T": 2, "S": 2}, None),
    "dks with two CPUs": (MODELS / "dks.py", {"C": 2, "T": 2, "S": 2}, None),
    "dks with three threads": (MODELS / "dks.py", {"C": 1, "T": 3, "S": 2}, None),
    "nr_fixed": (MODELS / "rfc_v1_nr_fixed.py", {"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2}, ("touch", "oom")),
    "nr_fixed with two CPUs": (MODELS / "rfc_v1_nr_fixed.py", {"CPUS": 2, "TASKS": 2, "STACK_PAGES": 2}, ("touch", "late-fault")),
    "pages": (HERE / "models" / "symmetric_pages.py", {}, None),
    "any": (HERE / "models" / "symmetric_any.py", {}, None),
}


@cache
def explored(name: str) -> tuple[Search, Canonical, list[Images]]:
    """All states of a case (or many of them), its representatives, and exchanges, all or some."""
    path, sizes, events = CASES[name]
    search = Search(lower(load_program(path, sizes, events)))
    search.run(Limits(states=30_000))
    symmetry = search.system.symmetry
    assert symmetry is not None
    canonical = Canonical(search.system, search.layout, BOTH)
    some = list(itertools.islice(exchanges(search.system, symmetry.tabled), 200))
    return search, canonical, [dict(images) for images in some]


def shuffled(chance: random.Random, search: Search, listed: list[Images]) -> Images:
    """One of the exchanges, with any exchange of pages."""
    symmetry = search.system.symmetry
    assert symmetry is not None
    images = dict(chance.choice(listed))
    for record in symmetry.unordered:
        order = list(range(search.system.arenas[record].instances))
        chance.shuffle(order)
        images[record] = tuple(order)
    return images


@pytest.mark.parametrize("name", always(CASES, lambda name: name != "nr_fixed with two CPUs"))
def test_all_states_of_an_orbit_have_one_representative_in_it(name: str) -> None:
    search, canonical, listed = explored(name)
    chance = random.Random(1)
    marked = [state for state in search.states if state >> search.layout.mark]
    for state in chance.sample(search.states, min(400, len(search.states))) + marked[:100]:
        representative = canonical.representative(state)
        assert representative >> search.layout.mark == state >> search.layout.mark
        assert canonical.representative(representative) == representative
        for _ in range(4):
            assert canonical.representative(exchanged(search.system, search.layout, state, shuffled(chance, search, listed))) == (
                representative
            )


@pytest.mark.parametrize("name", always(["dks", "pages", "nr_fixed"], lambda name: name != "nr_fixed"))
def test_the_number_of_orbits(name: str) -> None:
    """Two states have the same representative exactly if some exchange makes one of the other."""
    search, canonical, _ = explored(name)
    symmetry = search.system.symmetry
    assert symmetry is not None
    every = list(exchanges(search.system, (*symmetry.tabled, *symmetry.unordered)))
    states = [cleared(search, state) for state in search.states]
    chance = random.Random(2)
    if len(states) * len(every) > 30_000:
        states = chance.sample(states, 30_000 // len(every))
    found: dict[int, int] = {}
    for state in states:
        least = min(exchanged(search.system, search.layout, state, images) for images in every)
        found.setdefault(canonical.representative(state), least)
        assert found[canonical.representative(state)] == least
    assert len(set(found.values())) == len(found)
    assert len(found) < len(set(states))


def test_what_distinguishes_states_distinguishes_representatives() -> None:
    """The control: without any reduction allowed, each state is its own representative."""
    search, _, _ = explored("dks")
    canonical = Canonical(search.system, search.layout, frozenset())
    assert all(canonical.representative(state) == state for state in search.states)


# -- tables --

NO_FRAMES = """
@record(count=2, symmetric=True)
class Slot:
    open: bool = True
@record(count=2, frames=3, symmetric=True)
class Thread:
    pass
level: Annotated[int, Range(0, 3)] = 0
no_deadlock = demand("no-deadlock", "test")
@action
def close(slot: Slot) -> None:
    global level
    require(slot.open)
    slot.open = False
    level = 3
@invariant("low", "{level}")
def low() -> bool:
    '''Test.'''
    return level < 3
"""


def test_frames_without_bits_take_nothing_from_other_fields() -> None:
    """Where no routine runs, frames are as wide as nothing, and all of them have one offset."""
    program = program_of(NO_FRAMES)
    assert {frames.width for frames in Search(lower(program)).layout.frames.values()} == {0}
    found = reduce(program)
    assert found is not None
    full, results = found
    assert all(violated(result) == {"low": ("invariant", 1), "no-deadlock": ("deadlock", 2)} for result in [full, *results])


def test_a_system_that_holds_nothing_but_frames_without_bits() -> None:
    found = reduce(program_of(NO_FRAMES[: NO_FRAMES.index("@action")]))
    assert found is not None
    assert all(violated(result) == {"no-deadlock": ("deadlock", 0)} for result in [found[0], *found[1]])


def with_places(canonical: Canonical, place: Callable[[Field], object]) -> None:
    canonical.fields = [replace(field, place=place(field)) for field in canonical.fields]
    canonical.numbers = {field.place: number for number, field in enumerate(canonical.fields)}


def with_move(canonical: Canonical, **changes: object) -> None:
    canonical.moves[-1] = replace(canonical.moves[-1], **changes)


BROKEN_TABLES = {
    "two fields are the same place": lambda c: with_places(c, lambda field: type(field.place)),
    "does not begin where": lambda c: c.fields.insert(1, c.fields[0]),
    "does not end at the mark": lambda c: c.fields.pop(),
    "takes some field twice": lambda c: with_move(c, sources=(0, *c.moves[-1].sources[:-1])),
    "a permutation puts": lambda c: with_move(c, sources=tuple(reversed(c.moves[-1].sources))),
    "one of two references to": lambda c: with_move(c, maps={r: (*m[:-1], m[0]) for r, m in c.moves[-1].maps.items()}),
    "takes some instance twice": lambda c: with_move(c, order=(0,) * len(c.instances)),
    "cannot hold every reference to": lambda c: c.system.arenas.update(Page=ir.Arena(9, 2, True)),
    "the same bits": lambda c: c.locals.update({n: (*found, *found) for n, found in c.locals.items()}),
    "share a field": lambda c: c.pages.update(Page=(c.pages["Page"][0],) * 2),
    "have different fields": lambda c: c.pages.update(Page=(replace(c.pages["Page"][0], row=()), *c.pages["Page"][1:])),
}


@pytest.mark.parametrize("what", BROKEN_TABLES)
def test_tables_that_would_join_states_are_noticed(what: str) -> None:
    system = lower(load_program(HERE / "models" / "symmetric_pages.py"))
    search = Search(replace(system, arenas=dict(system.arenas)), reductions=BOTH)
    assert search.canonical is not None
    check_tables(search.canonical)
    BROKEN_TABLES[what](search.canonical)
    with pytest.raises(AssertionError, match=what):
        check_tables(search.canonical)


# -- the transitions --


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.sampled_from([name for name in CASES if name != "any"]), st.integers(0, 2**32 - 1))
def test_exchanging_instances_exchanges_the_successors(name: str, seed: int) -> None:
    search, canonical, listed = explored(name)
    chance = random.Random(seed)
    state = chance.choice([state for state in search.states if not state >> search.layout.mark])
    other = exchanged(search.system, search.layout, state, shuffled(chance, search, listed))
    event("moved" if other != state else "the same")
    assert outcomes(search, canonical, state) == outcomes(search, canonical, other)


def outcomes(search: Search, canonical: Canonical, state: int) -> list[tuple[object, ...]]:
    """How each transition of a state ends, without saying which instances it is about."""
    found: list[tuple[object, ...]] = []
    for transition, choices, end in alternatives(search.transitions, state):
        name = transition.action.name if transition.action is not None else transition.location
        match end:
            case Raised():
                assert isinstance(end, (Violated, OutOfRange, Cut))
                found.append((str(name), len(choices), str(end.position), str(end)))
            case _:
                found.append((str(name), len(choices), canonical.representative(end)))
    return sorted(found, key=repr)


# -- random systems --


@seeds(12, 250)
def test_random_symmetric_systems(seed: int) -> None:
    check(seed)


def check(seed: int) -> None:
    text = symmetric(random_system(random.Random(seed)))
    program = drawn_program(text)
    found = reduce(program, 2000)
    assume(found is not None)
    assert found is not None
    full, results = found
    event("pages dropped" if any(result.dropped for result in results) else "reduced as declared")
    event("fewer states" if results[2].statistics.states < full.statistics.states else "as many states")
