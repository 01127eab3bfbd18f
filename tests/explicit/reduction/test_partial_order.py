# SPDX-License-Identifier: GPL-2.0-only
"""Partial-order reduction: the same verdicts with fewer states, and nothing taken for independent that is not."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from checker.explicit.reduction.assumptions import Broken
from checker.explicit.reduction.partial_order import Reducer
from checker.explicit.reduction.reductions import PARTIAL_ORDER
from checker.explicit.reduction.visibility import Visibility
from checker.explicit.search.results import Limits, Result
from checker.explicit.search.search import Search
from checker.ir.analysis import ownership
from checker.ir.analysis.ownership import Claimer, Mode, guess
from checker.ir.lowering.lower import lower
from checker.language.errors import ModelError
from checker.language.front.load import load_program
from checker.language.tree import Program
from tests.support.judges.confirming import findings_of, replayed
from tests.support.judges.independence import assert_independent
from tests.support.random.random_systems import random_system
from tests.support.random.random_workers import random_workers
from tests.support.sampling import always
from tests.support.systems.small_programs import program_of

MODELS = Path(__file__).parents[3] / "models"
REDUCED = frozenset({PARTIAL_ORDER})


def both(program: Program, most: int = 1_000_000) -> tuple[Search, Search] | None:
    """The full and the reduced search of a program, after comparing what they found. None if it is too large."""
    full = Search(lower(program))
    expected = full.run(Limits(states=most))
    if expected.stopped is not None:
        return None
    reduced = Search(lower(program), reductions=REDUCED)
    found = reduced.run()
    same(expected, found)
    for finding in findings_of(found):
        replayed(program, reduced, finding)
    return full, reduced


def same(expected: Result, found: Result) -> None:
    assert found.stopped is None
    assert (found.error is None) == (expected.error is None)
    if expected.error is None:
        assert set(found.findings) == set(expected.findings)
        assert found.reasons == expected.reasons
        for name, finding in found.findings.items():
            assert len(finding.path) >= len(expected.findings[name].path)


@pytest.mark.parametrize(
    ("sizes", "states"),
    always([((1, 2, 3, 0, 0), 400), ((1, 2, 3, 1, 1), 6_500), ((2, 2, 3, 0, 0), 7_000)], lambda case: case[1] == 400),
    ids=str,
)
def test_dks(sizes: tuple[int, ...], states: int) -> None:
    program = load_program(MODELS / "dks.py", dict(zip(("C", "T", "S", "FAIL", "LATE"), sizes, strict=True)))
    searches = both(program)
    assert searches is not None
    full, reduced = searches
    assert len(reduced.states) < states < len(full.states)


FOUR = ("touch", "late-fault", "migrate", "oom")
CONFIGURATIONS = [
    ("rfc_v1", (1, 1, 3), FOUR),
    ("rfc_v1", (2, 1, 3), FOUR),
    ("rfc_v1_nr_fixed", (1, 2, 2), FOUR),
    ("rfc_v1_nr_fixed", (2, 1, 2), ("late-fault", "migrate")),
    ("rfc_v1_nr_fixed", (2, 1, 3), ("late-fault", "migrate")),
    ("rfc_v1_nr_fixed", (2, 2, 2), ("touch", "migrate")),
]


@pytest.mark.parametrize(
    ("model", "sizes", "events"), always(CONFIGURATIONS, lambda case: case[1] in ((1, 1, 3), (2, 1, 2))), ids=str
)
def test_the_kernel_models(model: str, sizes: tuple[int, int, int], events: tuple[str, ...]) -> None:
    settings = dict(zip(("CPUS", "TASKS", "STACK_PAGES"), sizes, strict=True))
    program = load_program(MODELS / f"{model}.py", settings, events)
    searches = both(program)
    assert searches is not None
    full, reduced = searches
    assert sizes[0] == 1 or 1.8 * len(reduced.states) < len(full.states)


def test_what_is_taken_for_independent_is() -> None:
    """In every reachable state of a configuration with two CPUs, and of DKS."""
    program = load_program(MODELS / "rfc_v1_nr_fixed.py", {"CPUS": 2, "TASKS": 1, "STACK_PAGES": 2}, FOUR)
    searches = both(program)
    assert searches is not None and searches[1].reducer is not None
    assert assert_independent(searches[0], searches[1].reducer) > 1_000
    program = load_program(MODELS / "dks.py", {"C": 2, "T": 2, "S": 2, "FAIL": 0, "LATE": 1})
    searches = both(program)
    assert searches is not None and searches[1].reducer is not None
    assert assert_independent(searches[0], searches[1].reducer) > 1_000


SMALL = sorted((Path(__file__).parents[1] / "models").glob("*.py"))


@pytest.mark.parametrize("path", always(SMALL, lambda path: path.stem != "deep_branches"), ids=lambda path: path.stem)
def test_the_small_models(path: Path) -> None:
    searches = both(load_program(path))
    if searches is not None and searches[1].reducer is not None and searches[1].result.error is None:
        assert_independent(searches[0], searches[1].reducer)


@pytest.mark.parametrize("count", [30, pytest.param(250, marks=pytest.mark.slow)])
def test_random_workers(count: int) -> None:
    seen = explore(random_workers, range(count))
    assert seen["reduced"] > count // 5 and seen["violated"] > count // 5 and seen["complete"] > count // 20, seen
    assert seen["pairs"] > 20 * count, seen


@pytest.mark.parametrize("count", [20, pytest.param(120, marks=pytest.mark.slow)])
def test_random_systems(count: int) -> None:
    explore(random_system, range(count))


@pytest.mark.exhaustive
def test_many_random_workers() -> None:
    explore(random_workers, range(1_000, 2_500))


def explore(write: object, seeds: range) -> Counter[str]:
    """Compare searches of many random systems, and try in every state what was taken for granted."""
    assert callable(write)
    seen: Counter[str] = Counter()
    for seed in seeds:
        text = write(random.Random(seed))
        try:
            program = program_of(text)
            lower(program)
        except ModelError:
            seen["refused"] += 1
            continue
        try:
            searches = both(program, 3_000)
            if searches is None:
                seen["too large"] += 1
                continue
            full, reduced = searches
            seen["error" if full.result.error is not None else "violated" if full.result.findings else "complete"] += 1
            if full.result.error is not None or reduced.reducer is None:
                continue
            seen["reduced"] += len(reduced.states) < len(full.states)
            seen["pairs"] += assert_independent(full, reduced.reducer)
        except Exception as error:
            error.add_note(f"seed {seed}:\n{text}")
            raise
    return seen


BUSY = """
@record(count=2)
class Worker:
    own: Annotated[int, Range(0, 1)] = 0
    late: Annotated[int, Range(0, 3)] = 0
@action
def toggle(w: Worker) -> None:
    require(w is instance(Worker, 0))
    w.own = 1 - w.own
@action
def count(w: Worker) -> None:
    require(w is instance(Worker, 1) and w.late < 3)
    w.late += 1
@invariant("never", "test")
def never() -> bool:
    '''Test.'''
    return instance(Worker, 1).late < 3
"""


def test_a_worker_that_is_busy_for_ever_hides_nobody() -> None:
    searches = both(program_of(BUSY))
    assert searches is not None
    assert set(searches[1].result.findings) == {"never"}


def test_the_order_of_unrelated_steps_is_not_explored() -> None:
    text = """
@record(count=3)
class Worker:
    own: Annotated[int, Range(0, 9)] = 0
@action
def count(w: Worker) -> None:
    require(w.own < 9)
    w.own += 1
"""
    searches = both(program_of(text))
    assert searches is not None
    assert len(searches[0].states) == 1_000
    assert len(searches[1].states) == 2  # the initial state, and the end


RULES = [
    pytest.param(Visibility, "invisible", lambda *_: True, 0, id="invisible"),
    pytest.param(Reducer, "check_accesses", lambda *_: None, 0, id="accesses"),
    pytest.param(Claimer, "keeps", lambda *_: True, 240, id="keeps"),
]


@pytest.mark.parametrize(("where", "rule", "broken", "first"), RULES)
def test_without_any_of_its_rules_it_is_wrong(
    where: type, rule: str, broken: object, first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So the random systems are up to telling. first: the seed to begin with, shortly before one that tells."""
    monkeypatch.setattr(where, rule, broken)
    with pytest.raises((AssertionError, Broken)):
        explore(random_workers, range(first, first + 1_000))


SNATCH = """
@record(count=1)
class Box:
    value: Annotated[int, Range(0, 1)] = 0
@record(count=2)
class Worker:
    pc: Annotated[int, Range(0, 3)] = 0
    box: Box | None = None
failed = demand("failed", "test")
@initial
def start() -> None:
    instance(Worker, 0).box = instance(Box, 0)
@action
def begin(w: Worker) -> None:
    require(w.pc == 0)
    w.pc = 1
@action
def fill(w: Worker) -> None:
    require(w is instance(Worker, 0) and w.pc == 1)
    w.box.value = 1
    w.pc = 3
@action
def snatch(w: Worker) -> None:
    require(w is instance(Worker, 1) and w.pc == 1)
    w.box = instance(Box, 0)
    w.pc = 2
@action
def look(w: Worker) -> None:
    require(w is instance(Worker, 1) and w.pc == 2)
    check(w.box.value == 1, failed, "test")
    w.pc = 3
"""


def test_what_is_taken_from_another_counts() -> None:
    searches = both(program_of(SNATCH))
    assert searches is not None
    assert set(searches[1].result.findings) == {"failed"}


def test_the_check_of_claims_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Reducer, "check_claims", lambda *_: None)
    with pytest.raises(AssertionError):
        both(program_of(SNATCH))


def test_who_contends_is_not_passed_by(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both workers want the box: neither can be taken first without a look at the other."""
    text = SNATCH.replace("instance(Worker, 0).box = instance(Box, 0)", "pass").replace(
        "    w.box.value = 1\n", "    w.box = instance(Box, 0)\n    w.box.value = 1\n"
    )
    searches = both(program_of(text))
    assert searches is not None
    assert set(searches[1].result.findings) == {"failed"}


NO_ROUNDS = """
ROUNDS = 0
g: Small = 0
@record(count=2)
class Worker:
    own: Small = 0
@action
def look(w: Worker) -> None:
    for i in range(ROUNDS & g):
        seen = w.own
        check(seen == i or g == i and w.own == i, rule, "test")
    w.own = 1
@invariant("never", "test")
def never(w: Worker) -> bool:
    '''Test.'''
    return w.own == 0
"""


def test_a_condition_in_a_loop_of_no_rounds_is_nothing_to_observe() -> None:
    """One that depends on what the loop's body assigns as well."""
    for text in (
        NO_ROUNDS,
        NO_ROUNDS.replace("range(ROUNDS & g)", "range(0)"),
        NO_ROUNDS.replace("i in range(ROUNDS & g)", "i in range(2, 1)"),
    ):
        searches = both(program_of(text))
        assert searches is not None
        assert set(searches[1].result.findings) == {"never"}


BOARD = """
@record(count=2, symmetric=True)
class Worker:
    pc: Annotated[int, Range(0, 3)] = 0
@record(count=2, symmetric=True)
class Item:
    kept: bool = False
board: Array[bool] = array(2, False)
marks: Per[Item, bool] = per(Item, False)
mine: Per[Worker, bool] = per(Worker, False)
@initial
def start() -> None:
    instance(Worker, 0).pc = 1
@action
def write(w: Worker) -> None:
    require(w.pc == 1)
    board[1] = True
    mine[w] = True
    w.pc = 2
@action
def read(w: Worker) -> None:
    require(w.pc == 2 and board[1])
    w.pc = 3
@action
def mark(w: Worker, item: Item) -> None:
    require(w.pc == 3)
    marks[item] = True
    item.kept = True
@invariant("not-done", "{w}")
def not_done(w: Worker) -> bool:
    '''Test.'''
    return w.pc != 3
@invariant("not-marked", "{item}")
def not_marked(item: Item) -> bool:
    '''Test.'''
    return not marks[item]
"""
WITH_SYMMETRY = frozenset({PARTIAL_ORDER, "pages", "symmetry"})


def test_what_an_exchange_of_agents_leaves_alone_belongs_to_none_of_them() -> None:
    """An array that happens to be as long as there are agents, and what is indexed by another record of as many."""
    found = guess(lower(program_of(BOARD)))
    assert found is not None
    assert set(found.modes) == {"Worker.pc", "mine"}
    unexchanged = guess(lower(program_of(BOARD.replace(", symmetric=True", ""))))
    assert unexchanged is not None
    assert set(unexchanged.modes) == {"Worker.pc", "mine", "board", "marks"}


@pytest.mark.parametrize("everything", [False, True])
def test_paths_are_found_where_other_steps_suffice_for_other_agents(everything: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the worker of the initial state exchanged, and where what suffices depends on which agent it is as well."""
    if everything:
        monkeypatch.setattr(ownership, "_is_one_for_each", lambda system, variable, agents: len(variable.dimensions) == 1)
    program = program_of(BOARD)
    search = Search(lower(program), reductions=WITH_SYMMETRY)
    result = search.run()
    assert set(result.findings) == {"not-done", "not-marked"}
    for finding in result.findings.values():
        replayed(program, search, finding)


OBSERVES_FIRST = """
@record(count=3)
class Worker:
    pc: Annotated[int, Range(0, 1)] = 0
    own: Annotated[int, Range(0, 1)] = 0
failed = demand("failed", "test")
@action
def look(w: Worker) -> None:
    check(all(o.pc != 0 for o in every(Worker) if o is not w), failed, "test")
    instance(Worker, 0).own = 1
@action
def go(w: Worker) -> None:
    w.pc = 1
"""


def test_what_an_agent_may_do_depends_on_what_it_observes_of_others() -> None:
    """Where `look` ends early it touches nothing of others; that says nothing of states in which the others have gone on."""
    searches = both(program_of(OBSERVES_FIRST))
    assert searches is not None and searches[1].reducer is not None
    reducer = searches[1].reducer
    assert reducer.discipline.modes["Worker.own"] is Mode.SHARED
    running = [state for state in searches[0].states if not state >> reducer.layout.mark]
    assert not any(
        reducer.local(agent, state, reducer.claimer.claims(state)).confined for state in running for agent in reducer.agents
    )
