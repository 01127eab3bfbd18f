# SPDX-License-Identifier: GPL-2.0-only
"""One model, searched in every way, against what brute force says."""

from __future__ import annotations

import itertools
import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from checker.explicit.compiled import driver as compiled
from checker.explicit.compiled.c.expressions import Unsupported
from checker.explicit.compiled.on_disk import Disk
from checker.explicit.compiled.resuming import Checkpoints
from checker.explicit.reduction.canonical import EXCHANGES, Distinguished
from checker.explicit.reduction.reductions import PARTIAL_ORDER
from checker.explicit.search.results import Limits, Result
from checker.explicit.search.search import Search
from checker.ir.lowering.lower import lower
from checker.ir.system import System
from checker.language.errors import ModelError
from checker.language.raised import NO_DEADLOCK
from checker.language.tree import Program
from checker.symbolic.solvers.solvers import SOLVERS
from tests.support.judges.agreement import differences
from tests.support.judges.bounded import check as bounded
from tests.support.judges.brute.brute_force import TooLarge
from tests.support.judges.brute.comparison import compare
from tests.support.judges.confirming import all_replay
from tests.support.judges.exchange import cleared, exchanged, exchanges
from tests.support.random.random_systems import READS_TWICE

from .compiling import Library, make
from .models import Model

BRUTE = 80
"""Running states that brute force looks at; with more, the engines are compared with each other."""

MOST = 3_000
"""States of a model that is tried at all."""

MOST_EXCHANGES = 20_000
"""States times exchanges, up to which orbits are counted one by one."""

TABLE_ROWS = 24
"""Of the table of a search on disk: that of some dozens of states is written out several times."""

BOTH = frozenset(EXCHANGES)
REDUCTIONS = (frozenset({"pages"}), frozenset({"symmetry"}), BOTH, frozenset({PARTIAL_ORDER}), BOTH | {PARTIAL_ORDER})


@dataclass(frozen=True)
class Plan:
    """What is tried with one model beside the portable engine. built: reductions and whether with hash compaction, for each
    library. as_used: libraries like those of users. solver: one of SOLVERS. depth: steps for it."""

    built: tuple[tuple[frozenset[str], bool], ...]
    as_used: bool
    solver: str | None
    depth: int = 4


def plan(number: int, compiled_share: float, solver_share: float) -> Plan:
    """What is tried with the model of a number."""
    chance = random.Random(f"plan {number}")
    builds = [(reductions, compact) for reductions in (frozenset[str](), *REDUCTIONS) for compact in (False, True)]
    count = 1 if chance.random() < compiled_share else 0
    solver = chance.choice(SOLVERS) if chance.random() < solver_share else None
    return Plan(tuple(chance.sample(builds, count)), chance.random() < 0.05, solver)


class Difference(Exception):
    """Two that should say the same do not, or one does not say anything. way: which one is suspect."""

    def __init__(self, way: str, what: str) -> None:
        super().__init__(f"{way}: {what}")
        self.way = way
        self.what = what


@dataclass
class Tried:
    """What came of a model. refused: why the language does not take it. ways: what it went through. notes: what it had."""

    refused: str | None = None
    ways: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @contextmanager
    def way(self, name: str) -> Iterator[None]:
        """Where whatever goes wrong is a difference."""
        self.ways.append(name)
        try:
            yield
        except (KeyboardInterrupt, TooLarge, Unsupported):
            raise
        except Exception as error:
            raise Difference(name, f"{type(error).__name__}: {error}") from error


@dataclass(frozen=True)
class Expected:
    """What every way has to find. violated: kind and length of the shortest counterexample. error: length of the shortest path to
    a model error; then `violated` has what is nearer only."""

    violated: dict[str, tuple[str, int]]
    cuts: frozenset[str]
    error: int | None


def expected_of(violated: dict[str, tuple[str, int]], cuts: set[str], error: int | None) -> Expected:
    if error is not None:
        # The state with the error has no verdict on what can happen in it.
        last = {name: error - 1 - (name == NO_DEADLOCK) for name in violated}
        violated = {name: found for name, found in violated.items() if found[1] <= last[name]}
    return Expected(violated, frozenset(cuts) if error is None else frozenset(), error)


def found_by(result: Result) -> Expected:
    violated = {name: (finding.kind, len(finding.path)) for name, finding in result.findings.items()}
    return expected_of(violated, set(result.reasons), None if result.error is None else len(result.error.path))


def try_model(model: Model, plan: Plan) -> Tried:
    """Search a model in every way. Difference where one is not as brute force says."""
    tried = Tried()
    try:
        program = model.program()
        system = lower(program)
    except ModelError as error:
        tried.refused = error.message
        return tried
    full = Search(system)
    with tried.way("portable"):
        result = full.run(Limits(states=MOST))
        if result.stopped is not None:
            tried.notes.append("too large")
            return tried
        all_replay(program, full, result)
        expected = found_by(result)
    with tried.way("brute force"):
        try:
            twice = model.kind == "program" or any(statement in model.text for statement in READS_TWICE)
            space = compare(program, BRUTE, operands=twice)
        except TooLarge:
            tried.notes.append("too large for brute force")
        else:
            errors = min(space.errors.values(), default=None)
            same(expected_of(space.violated, space.cuts, errors), expected)
    tried.notes += [kind for kind, _ in expected.violated.values()] or ["nothing violated"]
    tried.notes += ["a model error"] if expected.error is not None else [f"cut: {cut}" for cut in expected.cuts]
    reduced = try_reductions(tried, program, system, full, expected)
    for reductions, compact in plan.built:
        try_compiled(tried, program, reduced, (reductions, compact, plan.as_used), expected)
    if plan.solver is not None:
        with tried.way(plan.solver):
            bounded(program, plan.depth, plan.solver)
            wrong = differences(system, 10, model.number)
            assert not wrong, wrong
    return tried


def same(found: Expected, expected: Expected) -> None:
    assert found == expected, f"{found} where {expected} is right"


# -- the portable engine with reductions ------------------------------------------------------------------------------


def try_reductions(
    tried: Tried, program: Program, system: System, full: Search, expected: Expected
) -> dict[frozenset[str], Search]:
    """The searches, by the reductions asked for; a search that would use the same ones as another is left out."""
    searches = {frozenset[str](): full}
    done = {full.reductions: full}
    for reductions in REDUCTIONS:
        search = Search(system, None, reductions)
        if search.reductions in done:
            searches[reductions] = done[search.reductions]
            continue
        name = ",".join(sorted(search.reductions))
        searches[reductions] = done[search.reductions] = search
        with tried.way(f"portable {name}"):
            result = search.run()
            assert result.stopped is None
            all_replay(program, search, result)
            found = found_by(result)
            if PARTIAL_ORDER in reductions:
                _same_in_any_length(found, expected)
            else:
                same(found, expected)
                if expected.error is None:
                    assert result.statistics.states <= full.result.statistics.states
                    assert result.statistics.depth <= full.result.statistics.depth
                    assert set(result.unreached) == set(full.result.unreached)
        if result.dropped:
            tried.notes.append("pages distinguished")
        elif expected.error is None and search.canonical is not None and PARTIAL_ORDER not in reductions:
            with tried.way(f"orbits of {name}"):
                _count_orbits(tried, full, search)
    return searches


def _same_in_any_length(found: Expected, expected: Expected) -> None:
    assert (found.error is None) == (expected.error is None), f"{found} where {expected} is right"
    if expected.error is None:
        assert found.violated.keys() == expected.violated.keys(), f"{found} where {expected} is right"
        assert found.cuts == expected.cuts, f"{found} where {expected} is right"
        assert all(length >= expected.violated[name][1] for name, (_, length) in found.violated.items())


def _count_orbits(tried: Tried, full: Search, reduced: Search) -> None:
    """There are as many representatives as orbits, by exchanges that share no table with the engine."""
    canonical = reduced.canonical
    assert canonical is not None
    records = (*canonical.tabled, *canonical.unordered)
    most = MOST_EXCHANGES // len(full.states) + 1
    every = list(itertools.islice(exchanges(full.system, records), most + 1))
    if len(every) > most:
        tried.notes.append("too many exchanges")
        return
    states = {cleared(full, state) for state in full.states} if canonical.unordered else set(full.states)
    orbits = {min(exchanged(full.system, full.layout, state, images) for images in every) for state in states}
    assert len(orbits) == len(reduced.states), f"{len(reduced.states)} representatives of {len(orbits)} orbits"


# -- the compiled engine ----------------------------------------------------------------------------------------------


def try_compiled(
    tried: Tried,
    program: Program,
    portable: dict[frozenset[str], Search],
    build: tuple[frozenset[str], bool, bool],
    expected: Expected,
) -> None:
    """The compiled engine with one and two threads, and from checkpoints: it stops as often as it can."""
    reductions, compact, as_used = build
    told = portable[reductions]
    name = f"compiled {','.join(sorted(Search(told.system, None, reductions).reductions)) or 'none'}" + " compact" * compact
    try:
        with tried.way(name):
            library = make(told.system, reductions, compact, as_used)
            for threads in (1, 2):
                tried.ways.append(f"{name}, {threads} threads")
                _compare(program, library, threads, told, expected)
        if not compact and not told.result.dropped and PARTIAL_ORDER not in told.reductions:
            with tried.way(f"checkpoints, {name}"):
                _in_pieces(program, library, told, expected)
            with tried.way(f"disk, {name}"):
                _on_disk(tried, program, make(told.system, reductions, compact, as_used, disk=True), told, expected)
    except Unsupported as error:
        tried.notes.append(f"unsupported: {error}")


def _compare(program: Program, library: Library, threads: int, told: Search, expected: Expected) -> None:
    try:
        telling, search, result = library.run(threads)
    except Distinguished:
        assert told.result.dropped, "pages are distinguished by the compiled engine only"
        return
    assert not told.result.dropped, "pages are distinguished by the portable engine only"
    if PARTIAL_ORDER in told.reductions:
        _reduced_search(program, telling, result, told, expected, alone=threads == 1)
    else:
        _same_search(program, telling, result, told, expected)
    if search.keep and expected.error is None:
        assert search.states == told.states


def _same_search(program: Program, telling: Search, result: Result, told: Search, expected: Expected) -> None:
    assert result.stopped is None, result.stopped
    all_replay(program, telling, result)
    same(found_by(result), expected)
    if expected.error is None:
        assert _counts(result) == _counts(told.result), (_counts(result), _counts(told.result))
        assert set(result.unreached) == set(told.result.unreached)


def _counts(result: Result) -> tuple[int, ...]:
    found = result.statistics
    return found.states, found.transitions, found.depth, found.frontier


def _reduced_search(program: Program, telling: Search, result: Result, told: Search, expected: Expected, alone: bool) -> None:
    """With partial order. alone: by one thread, which stores what the portable engine stores."""
    assert result.stopped is None, result.stopped
    all_replay(program, telling, result)
    _same_in_any_length(found_by(result), expected)
    if alone and expected.error is None:
        assert _counts(result) == _counts(told.result), (_counts(result), _counts(told.result))


def _on_disk(tried: Tried, program: Program, library: Library, told: Search, expected: Expected) -> None:
    """With so small a table that it is written out often, by one and two threads."""
    with tempfile.TemporaryDirectory(prefix="stackproof-fuzz-") as folder:
        for threads in (1, 2):
            telling, search, result = library.run(threads, disk=Disk(Path(folder), TABLE_ROWS))
            _same_search(program, telling, result, told, expected)
            if search.runs > 1:
                tried.notes.append("several runs on disk")


def _in_pieces(program: Program, library: Library, told: Search, expected: Expected) -> None:
    """Stop after each few states and go on, with one and two threads in turn; and go on from a checkpoint on the way, written
    while the search went on."""
    slice_ = compiled.SLICE
    compiled.SLICE = 0
    try:
        with tempfile.TemporaryDirectory(prefix="stackproof-fuzz-") as folder:
            file = Path(folder) / "checkpoint"
            limit, stops = 1, 0
            while True:
                checkpoints = Checkpoints(file, 600.0, file if stops else None, lambda line: None)
                telling, _, result = library.run(1 + stops % 2, Limits(states=limit), checkpoints)
                if result.stopped is None or result.error is not None:
                    break
                limit, stops = limit + 1 + stops, stops + 1
            if result.stopped is None:
                _same_search(program, telling, result, told, expected)
            else:  # in the level with the error, after which there is nothing to go on with
                all_replay(program, telling, result)
                assert found_by(result).error == expected.error
            file.unlink(missing_ok=True)
            library.run(2, None, Checkpoints(file, 0.0, None, lambda line: None))
            if file.exists():
                telling, _, result = library.run(1, None, Checkpoints(None, 600.0, file, lambda line: None))
                _same_search(program, telling, result, told, expected)
    finally:
        compiled.SLICE = slice_
