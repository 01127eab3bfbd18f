# SPDX-License-Identifier: GPL-2.0-only
"""comparer.c against comparison.py: both say the same of every condition, whatever is known of the two states."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

import pytest

from checker.explicit.compiled.c.generate import generate
from checker.explicit.compiled.c.shared import NEVER_VALUES
from checker.explicit.compiled.comparing import Comparing
from checker.explicit.compiled.compiler import Build
from checker.explicit.compiled.library import declared
from checker.explicit.search.search import Search
from checker.ir import system as ir
from checker.ir.analysis.comparison import EQUAL, NOT_GREATER, NOT_SMALLER
from checker.ir.lowering.lower import lower
from tests.support.random.random_expressions import Expressions, model
from tests.support.systems.small_programs import program_of

WORKERS = """
@record(count=2, frames=1)
class Cpu:
    page: Annotated[int, Range(0, 1)] = 0
@record(count=3, frames=2)
class Task:
    left: Annotated[int, Range(-2, 2)] = 0
    on: Cpu | None = None
@executes
def current(cpu: Cpu) -> Task | None:
    return first(task for task in every(Task) if task.on == cpu)
@routine(noinline=True)
def deeper(task: Task) -> None:
    task.left = 1
@routine
def work(task: Task) -> None:
    deeper(task)
    task.left = 0
@action
def begin(cpu: Cpu, task: Task) -> None:
    task.on = cpu
    cpu.page = 1
    enter(task, work, task)
"""
HUGE = 1 << 70


class Compared:
    """One system, and both comparers of some of its conditions."""

    def __init__(self, system: ir.System, conditions: list[ir.Expression]) -> None:
        search = Search(system, None, frozenset({"partial-order"}))
        assert search.reducer is not None and search.discipline is not None
        self.visibility = search.reducer.visibility
        self.layout = search.layout
        generated = generate(search.transitions, None, False, search.discipline.agents)
        build = Build(generated.source)
        try:
            self.comparing = Comparing(declared(build.library()), system, search.layout, generated.words, conditions)
        finally:
            build.close()
        self.judged = [self.visibility.judge(e, None) for e in conditions]
        self.drawn: list[dict[int, frozenset[int]]] = []
        self.cells = [
            (c.offset + n * c.width, c.width, v.low, v.high)
            for name, c in search.layout.cells.items()
            for v in [system.variables[name]]
            for n in range(len(v.initial))
        ]
        self.places = [
            layout.base(index, depth)
            for record, layout in search.layout.frames.items()
            for index in range(system.owners[record].count)
            for depth in range(layout.frames)
        ]
        self.locations = len(system.locations)

    def draw(self, chance: random.Random) -> tuple[int, int, int, dict[int, frozenset[int]]]:
        """What is known of two states, both of them, and the values that some unknown cells never have."""
        known = before = after = 0
        never: dict[int, frozenset[int]] = {}
        share = chance.choice((0.3, 0.6, 0.9, 1.0))
        frames = [(place, self.layout.location_width, 0, self.locations) for place in self.places]
        for offset, width, low, high in (*self.cells, *frames):
            value = other = chance.randint(0, high - low)
            if chance.random() < share:
                known |= (1 << width) - 1 << offset
                if chance.random() < 0.6:
                    other = chance.randint(0, high - low)
            elif chance.random() < 0.3:
                never[offset] = frozenset(chance.sample(range(max(0, low), max(0, low) + 4), chance.randint(0, 3)))
            before |= value << offset
            after |= other << offset
        self.drawn.append(never)
        return known, before, after, never

    def compare(self, number: int, chance: random.Random) -> bool:
        known, before, after, never = self.draw(chance)
        demanded = chance.choice((NOT_GREATER, NOT_SMALLER, EQUAL))
        found = self.comparing.keeps(number, demanded, known, before, after, never)
        expected = self.visibility.kept(self.judged[number], demanded, known, before, after, never)
        assert found == expected, (self.judged[number].body, demanded, known, before, after, never)
        return expected


def conditions_on_cells(chance: random.Random, system: ir.System) -> Iterator[ir.Expression]:
    """Conditions with something in them that can change."""
    expressions = Expressions(chance, system)
    while True:
        depth = chance.randint(0, 4)
        operands = [expressions.load(depth, ()), expressions.integer(depth)]
        chance.shuffle(operands)
        compared = ir.Operation(chance.choice(("==", "!=", "<", "<=", ">", ">=")), tuple(operands))
        if chance.random() < 0.3:
            yield ir.Logical(chance.choice(("and", "or")), (expressions.truth(depth), compared, expressions.truth(depth)))
        else:
            yield compared


def conditions_on_frames(chance: random.Random, system: ir.System) -> Iterator[ir.Expression]:
    """Conditions that ask what stands where, with whatever may raise around it."""
    expressions = Expressions(chance, system)
    while True:
        owner = expressions.index("Task", 2, ())
        routine = chance.choice(list(system.inside))
        asked = chance.choice((ir.FrameIn("Task", owner, routine), ir.HasFrames("Task", owner)))
        operands = [asked, expressions.truth(2)]
        chance.shuffle(operands)
        yield ir.Logical(chance.choice(("and", "or")), tuple(operands))


@pytest.mark.parametrize("count", [400, pytest.param(20_000, marks=pytest.mark.slow)])
def test_both_say_the_same(count: int) -> None:
    chance = random.Random(count)
    system = model()
    compared = Compared(system, list(itertools.islice(conditions_on_cells(chance, system), count)))
    assert None not in compared.comparing.tables.roots
    answers = [compared.compare(number, chance) for number in range(count) for _ in range(10)]
    assert 0.1 < sum(answers) / len(answers) < 0.9


@pytest.mark.parametrize("count", [100, pytest.param(5_000, marks=pytest.mark.slow)])
def test_both_say_the_same_of_frames(count: int) -> None:
    chance = random.Random(count)
    system = lower(program_of(WORKERS))
    compared = Compared(system, list(itertools.islice(conditions_on_frames(chance, system), count)))
    assert None not in compared.comparing.tables.roots
    answers = [compared.compare(number, chance) for number in range(count) for _ in range(20)]
    assert 0.1 < sum(answers) / len(answers) < 0.9


def test_what_it_cannot_hold_is_left_to_python() -> None:
    system = model()
    load = ir.Load("g", ())
    large = ir.Operation("<", (load, ir.Constant(HUGE)))
    small = ir.Operation("<", (load, ir.Constant(0)))
    compared = Compared(system, [large, small])
    offset = compared.layout.cells["g"].offset
    assert compared.comparing.keeps(0, EQUAL, 0, 0, 0, {}) is None
    assert compared.comparing.keeps(1, EQUAL, 0, 0, 0, {offset: frozenset((0, NEVER_VALUES))}) is None
    assert compared.comparing.keeps(1, EQUAL, 0, 0, 0, {offset: frozenset((0, NEVER_VALUES - 1))}) is True


def test_numbers_beyond_its_ranges_are_unsure() -> None:
    """Products that need more than 96 bits count as visible, however they compare."""
    system = model()
    power: ir.Expression = ir.Operation("<<", (ir.Constant(1), ir.Constant(62)))
    square = ir.Operation("*", (power, power))
    compared = Compared(system, [ir.Operation("<", (square, ir.Constant(0))), ir.Operation("<", (power, ir.Constant(0)))])
    assert compared.comparing.keeps(0, EQUAL, 0, 0, 0, {}) is False
    assert compared.comparing.keeps(1, EQUAL, 0, 0, 0, {}) is True
