# SPDX-License-Identifier: GPL-2.0-only
"""Conditions that partial order judges by their parts, and how soon it knows what it has to observe."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable

import pytest

from checker.explicit.reduction.reductions import PARTIAL_ORDER, REDUCTIONS
from checker.explicit.reduction.visibility import Judged, Visibility
from checker.explicit.search.search import Search
from checker.ir import system as ir
from checker.ir.analysis.comparison import EQUAL, Comparer, Unsure, truth
from checker.ir.analysis.noted_state import Ended, NotedState
from checker.ir.analysis.observation import shape
from checker.ir.lowering.lower import lower
from checker.language.front.load import load_program
from checker.project import PROJECT
from tests.support.random.random_expressions import Expressions, model


class Drawn:
    """Random conditions, and random pairs of states of which a part is known."""

    def __init__(self, seed: int, count: int) -> None:
        self.chance = random.Random(seed)
        self.system = model()
        search = Search(self.system, None, frozenset({PARTIAL_ORDER}))
        assert search.reducer is not None
        self.visibility: Visibility = search.reducer.visibility
        self.layout = search.layout
        expressions = Expressions(self.chance, self.system)
        conditions = (expressions.truth(self.chance.randint(1, 4)) for _ in itertools.count())
        self.judged: list[Judged] = []
        while len(self.judged) < count:
            judged = self.visibility.judge(next(conditions), None)
            if judged.cells and judged.parts:
                self.judged.append(judged)
        self.nevers: list[dict[int, frozenset[int]]] = []
        self.cells = [
            (c.offset + n * c.width, c.width, v.low, v.high)
            for name, c in self.layout.cells.items()
            for v in [self.system.variables[name]]
            for n in range(len(v.initial))
        ]

    def states(self) -> tuple[int, int, int, dict[int, frozenset[int]], Callable[[], int]]:
        """What is known, both states, the values that unknown cells never have, and what draws these cells."""
        chance = self.chance
        known = before = after = 0
        never: dict[int, frozenset[int]] = {}
        unknown: list[tuple[int, list[int]]] = []
        share = chance.choice((0.3, 0.6, 0.9))
        moved = chance.choice((0.05, 0.3))
        for offset, width, low, high in self.cells:
            value = other = chance.randint(0, high - low)
            if chance.random() < share:
                known |= (1 << width) - 1 << offset
                if chance.random() < moved:
                    other = chance.randint(0, high - low)
                before |= value << offset
                after |= other << offset
                continue
            if chance.random() < 0.3:
                never[offset] = frozenset(chance.sample(range(low, high + 1), chance.randint(0, high - low)))
            unknown.append((offset, [v - low for v in range(low, high + 1) if v not in never.get(offset, ())]))
        self.nevers.append(never)

        def rest() -> int:
            return sum(chance.choice(values) << offset for offset, values in unknown)

        return known, before, after, never, rest


@pytest.mark.parametrize("count", [300, pytest.param(5_000, marks=pytest.mark.slow)])
def test_a_condition_stays_where_its_parts_do(count: int) -> None:
    """Whatever the unknown cells are, it has the same value before and after, or raises in both states."""
    drawn = Drawn(count, count)
    looker = NotedState(drawn.system, drawn.layout)

    def outcome(e: ir.Expression, state: int) -> int | str:
        looker.begin(state)
        try:
            return looker.value(e)
        except Ended as ended:
            return ended.end.name
        except (ZeroDivisionError, ValueError):
            return "undefined"

    stayed = changed = 0
    for judged in drawn.judged:
        for _ in range(5):
            known, before, after, never, rest = drawn.states()
            stays = drawn.visibility.parts_stay(judged, known, before, after, never)
            stayed += stays and bool((before ^ after) & judged.cells)
            for _ in range(10):
                others = rest()
                first, second = outcome(judged.body, before | others), outcome(judged.body, after | others)
                changed += first != second
                assert first == second or not stays, (judged.body, before | others, after | others)
    assert stayed > count // 10 and changed > count // 10


@pytest.mark.parametrize("count", [300, pytest.param(5_000, marks=pytest.mark.slow)])
def test_parts_that_are_remembered_say_what_a_comparer_says(count: int) -> None:
    drawn = Drawn(count + 1, count)
    sure = 0
    for judged in drawn.judged:
        for _ in range(5):
            known, before, after, never, _ = drawn.states()
            comparer = Comparer(drawn.system, drawn.layout, known, before, after, never)
            try:
                expected = truth(comparer.compare(judged.body)).relation == EQUAL
            except Unsure:
                expected = False
            found = drawn.visibility.kept(judged, EQUAL, known, before, after, never)
            assert found or not expected, (judged.body, known, before, after, never)
            sure += expected
    assert sure > count


def test_what_asks_the_same_of_other_instances_has_the_same_shape() -> None:
    def used(page: int, thread: int = 0) -> ir.Expression:
        loads = [ir.Load("Thread.pg", (ir.Constant(number),)) for number in (thread, 2)]
        return ir.Logical("or", tuple(ir.Operation("==", (load, ir.Constant(page))) for load in loads))

    assert shape(used(1)) == shape(used(2)) == shape(used(2, 1))
    assert shape(used(1)) != shape(ir.Operation("not", (used(1),)))
    assert shape(ir.Load("Thread.pg", ())) != shape(ir.Load("Thread.pte", ()))
    assert shape(ir.Logical("or", ())) != shape(ir.Logical("and", ()))


def test_a_search_begins_anew_once_for_each_kind_of_condition(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not once for each page that its allocations look at."""
    begun: list[Search] = []
    monkeypatch.setattr(Search, "_begin_anew", lambda search, old=Search._begin_anew: (begun.append(search), old(search))[1])
    program = load_program(PROJECT / "models" / "dks.py", {"C": 1, "T": 2, "S": 3, "FAIL": 0, "LATE": 0})
    search = Search(lower(program), None, frozenset(REDUCTIONS))
    assert search.run().stopped is None
    assert len(begun) <= 3
