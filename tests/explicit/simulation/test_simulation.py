# SPDX-License-Identifier: GPL-2.0-only
"""Random walks: they take only transitions that brute force over the replayer's machine knows, find what is planted, and
report nothing that the replayer does not confirm."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import event

from checker.explicit.search.results import Finding, Limits
from checker.explicit.search.search import Search
from checker.explicit.simulation.shortening import by_the_same_states, shortened
from checker.explicit.simulation.simulation import Plan, Simulation, WalkResult, WalkStatistics
from checker.explicit.step.paths import Route, Step
from checker.ir.lowering.lower import lower
from checker.language.front.load import load_program
from checker.language.tree import Program
from checker.verify.confirm import confirmed
from tests.support.judges.brute.brute_force import BruteForce, Label, Space
from tests.support.judges.brute.comparison import engine_view
from tests.support.judges.confirming import findings_of
from tests.support.random.drawn import drawn_program, small_enough
from tests.support.random.random_systems import random_system
from tests.support.seeds import seeds
from tests.support.systems.small_programs import line_of, program_of
from tests.support.systems.small_systems import PROPERTIES, SYSTEMS

MODELS = Path(__file__).parents[3] / "models"
PLAN = Plan(walks=40, depth=30, seed=1)


def walk(program: Program, plan: Plan = PLAN, properties: frozenset[str] | None = None) -> tuple[Simulation, WalkResult]:
    """Walks, and has the replayer confirm what is found."""
    simulation = Simulation(lower(program), properties)
    result = simulation.run(plan)
    for finding in findings_of(result):
        trace = confirmed(program, simulation.system, finding)
        assert len(trace.steps) == len(finding.path)
    return simulation, result


def label(step: Step) -> Label:
    t = step.transition
    return t.processor, "" if t.action is None else t.action.name, t.arguments, step.choices


def against_brute_force(program: Program, most: int) -> tuple[Space, Simulation]:
    """Asserts that each way on that the walks know is one of the machine's (and that they know all, where a view is a state),
    and that they find nothing that the machine does not find, nor by a shorter path. Raises TooLarge."""
    space = BruteForce(program, most).explore()
    simulation, result = walk(program)
    for state, movers in simulation.known.items():
        before = engine_view(simulation, program, state)
        assert before in space.views
        ways = {(before, label(step), engine_view(simulation, program, step.state)) for _, steps in movers for step in steps}
        assert ways <= space.edges
        if not program.routines:
            assert ways == {edge for edge in space.edges if edge[0] == before}
    assert set(result.findings) <= set(space.violated)
    for name, finding in result.findings.items():
        assert len(finding.path) >= space.violated[name][1]
    assert set(result.cuts) <= space.cuts
    if result.error is not None:
        assert str(result.error.position) in space.errors
    return space, simulation


@pytest.mark.parametrize("name", SYSTEMS)
def test_walks_take_only_transitions_that_brute_force_knows(name: str) -> None:
    program = program_of(PROPERTIES + SYSTEMS[name])
    space, simulation = against_brute_force(program, 1_000)
    result = simulation.result
    if not space.errors:
        assert set(result.findings) == set(space.violated), "small enough for the walks to find all of it"
        assert set(result.cuts) == space.cuts
    else:
        assert result.error is not None


@seeds(10, 100)
def test_walks_through_random_systems(seed: int) -> None:
    text = random_system(random.Random(seed))
    program = drawn_program(text)
    with small_enough():
        space, simulation = against_brute_force(program, 120)
    found = simulation.result.findings.keys()
    event("all found" if found == space.violated.keys() else "not all found")


# -- a lock, taken in two steps ---------------------------------------------------------------------------------------

LOCK = """
@record(count=2, frames=1)
class Cpu:
    turns: Annotated[int, Range(0, 3)] = 0
    inside: bool = False
@executes
def nothing(cpu: Cpu) -> Cpu | None:
    return None
lock: bool = False
@routine
def main() -> None:
    global lock
    cpu = processor(Cpu)
    while True:
        if not lock:
            lock = True
            cpu.inside = True
            cpu.inside = False
            lock = False
        with atomic("a counter of its own"):
            cpu.turns = (cpu.turns + 1) % 4
@initial
def start() -> None:
    for cpu in every(Cpu):
        enter(cpu, main)
@invariant("mutual-exclusion", "both are inside")
def mutual_exclusion() -> bool:
    "Test."
    return not all(cpu.inside for cpu in every(Cpu))
"""


def test_a_violation_is_found_and_its_way_is_shortened() -> None:
    program = program_of(LOCK)
    shortest = len(Search(lower(program)).run().findings["mutual-exclusion"].path)
    for seed in range(4):
        _, result = walk(program, Plan(100, 1000, seed))
        assert shortest <= len(result.findings["mutual-exclusion"].path) <= 3 * shortest


def test_what_is_right_is_walked_to_the_end() -> None:
    program = program_of(LOCK.replace("not all(cpu.inside for cpu in every(Cpu))", "lock in (False, True)"))
    _, result = walk(program, Plan(7, 50, 0))
    assert (result.findings, result.error, result.stopped, result.cuts) == ({}, None, None, {})
    assert (result.statistics.walks, result.statistics.steps, result.statistics.longest) == (7, 350, 50)
    assert result.unreached == ()


def test_lines_that_no_walk_came_to_are_told() -> None:
    text = LOCK.replace(
        "            lock = False\n",
        "            lock = False\n            if cpu.turns == 9:\n                lock = True  # never\n",
    )
    text = text.replace("Range(0, 3)", "Range(0, 9)")
    _, result = walk(program_of(text), Plan(7, 500, 0), frozenset())
    assert [p.line for p in result.unreached] == [line_of(text, "lock = True  # never")]
    _, short = walk(program_of(text), Plan(1, 1, 0), frozenset())
    assert len(short.unreached) > 1


def told(plan: Plan, properties: frozenset[str] | None = None) -> tuple[WalkResult, list[tuple[str, list[Label]]]]:
    program = load_program(MODELS / "rfc_v1_nr_fixed.py", {"CPUS": 2, "TASKS": 2}, ("touch", "late-fault", "migrate", "oom"))
    _, result = walk(program, plan, properties)
    return result, [(f.property, [label(step) for step in f.path]) for f in result.findings.values()]


def test_the_same_seed_walks_the_same_ways() -> None:
    first, second, other = told(Plan(10, 200, 5)), told(Plan(10, 200, 5)), told(Plan(10, 200, 6))
    assert first[1] == second[1]
    assert counts(first[0].statistics) == counts(second[0].statistics)
    assert counts(first[0].statistics) != counts(other[0].statistics)


def test_properties_make_no_difference_to_the_walks() -> None:
    everything, found = told(Plan(10, 200, 5))
    one, only = told(Plan(10, 200, 5), frozenset({"no-deadlock"}))
    assert only == []
    assert found
    assert counts(everything.statistics) == counts(one.statistics)


def counts(s: WalkStatistics) -> tuple[int, int, int]:
    return s.walks, s.steps, s.longest


def test_it_ends_when_nothing_is_left_to_find() -> None:
    result, _ = told(Plan(10**6, 1000, 0), frozenset({"charge-once"}))
    assert set(result.findings) == {"charge-once"}
    assert result.stopped is None
    assert result.statistics.walks < 1000


def test_each_finding_is_announced_once() -> None:
    program = load_program(MODELS / "dks.py", {"C": 1, "FAIL": 1, "LATE": 1})
    announced: list[Finding] = []
    result = Simulation(lower(program)).run(Plan(50, 300, 0), announce=announced.append)
    assert announced == list(result.findings.values())
    assert {"I1", "I2", "I3", "I5", "I6"} == set(result.findings)


# -- limits -----------------------------------------------------------------------------------------------------------


def endless(limits: Limits) -> WalkResult:
    program = load_program(MODELS / "dks.py", {"C": 2})
    return Simulation(lower(program), frozenset({"I4"})).run(Plan(10**9, 10**9, 0), limits)


def test_a_limit_on_seconds() -> None:
    assert str(endless(Limits(seconds=0.2)).stopped) == "the limit of 0.2 seconds"


def test_a_limit_on_memory() -> None:
    assert str(endless(Limits(memory=2**20)).stopped) == "the limit of 1 MiB of memory"


@pytest.mark.parametrize(("raised", "stopped"), [(KeyboardInterrupt, "interrupted"), (MemoryError, "out of memory")])
def test_an_interruption_keeps_what_was_found(raised: type[BaseException], stopped: str) -> None:
    calls = itertools.count(1)

    def progress(statistics: WalkStatistics) -> None:
        if next(calls) == 200:
            raise raised

    program = load_program(MODELS / "dks.py", {"C": 2})
    result = Simulation(lower(program)).run(Plan(10**9, 10**3, 0), None, progress)
    assert str(result.stopped) == stopped
    assert {"I2", "I3"} <= set(result.findings)
    assert result.statistics.steps > 10_000


# -- shortening -------------------------------------------------------------------------------------------------------


def some_walks(program: Program, number: int, length: int) -> Iterator[tuple[Simulation, list[Step]]]:
    """Walks with all ways alike."""
    simulation = Simulation(lower(program), frozenset())
    for seed in range(number):
        chance = random.Random(seed)
        path: list[Step] = []
        while len(path) < length:
            state = path[-1].state if path else simulation.first
            steps = [step for _, ways in simulation._movers(state, path) for step in ways]
            if not steps:
                break
            path.append(chance.choice(steps))
        yield simulation, path


def is_path(simulation: Simulation, path: Iterable[Step]) -> bool:
    state = simulation.first
    for step in path:
        if step not in [way for _, ways in simulation._movers(state, []) for way in ways]:
            return False
        state = step.state
    return True


def test_a_shortened_path_is_a_path_to_the_same_end() -> None:
    loops_cut = left_out = 0
    for simulation, path in some_walks(load_program(MODELS / "dks.py", {"C": 1, "LATE": 1}), 20, 40):
        cells = simulation.layout.cells["Thread.pc"]
        first_thread = ((1 << cells.width) - 1) << cells.offset

        def end(state: int, last: int = path[-1].state, mask: int = first_thread) -> bool:
            return state & mask == last & mask

        walk = Route(simulation.first, tuple(path))
        cut = by_the_same_states(simulation.transitions, walk)
        assert is_path(simulation, cut)
        assert cut.end == path[-1].state
        short = shortened(simulation.transitions, walk, end)
        assert is_path(simulation, short)
        assert end(short.end)
        assert len(short) <= len(cut) <= len(path)
        loops_cut += len(cut) < len(path)
        left_out += len(short) < len(cut)
    assert loops_cut > 3
    assert left_out > 3


def test_a_path_that_needs_a_choice_that_is_gone_is_not_taken() -> None:
    """What remains has to be possible with the very choices it had."""
    text = """
g: Small = 0
h: Small = 0
@action
def one() -> None:
    global g
    require(g == 0)
    g = choose((1, 2))
@action
def two() -> None:
    global h
    require(h == 0)
    h = choose(x for x in range(10) if x > g)
@invariant("never", "{h}")
def never() -> bool:
    "Test."
    return g != 2 or h != 3
"""
    program = program_of(text)
    _, result = walk(program, Plan(500, 5, 0))
    assert len(result.findings["never"].path) == 2


def test_a_path_of_no_steps_stays_one() -> None:
    program = program_of(LOCK.replace("not all(cpu.inside for cpu in every(Cpu))", "lock"))
    _, result = walk(program)
    assert result.findings["mutual-exclusion"].path.steps == ()
