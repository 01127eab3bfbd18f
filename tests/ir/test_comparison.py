# SPDX-License-Identifier: GPL-2.0-only
"""Comparing an expression in two partly known states, against its values in all completions of them."""

from __future__ import annotations

import itertools
import random

import pytest

from checker.ir import system as ir
from checker.ir.analysis.accesses import Runner
from checker.ir.analysis.comparison import NOT_GREATER, NOT_SMALLER, Comparer, Unsure, truth
from checker.ir.layout import make_layout
from checker.ir.lowering.lower import lower
from checker.language.tree import Position
from tests.support.systems.small_programs import program_of

MODEL = """
@record(count=2, alignment=2, allocated=True)
class Page:
    use: Annotated[int, Range(-1, 1)] = 0
    next: "Page | None" = None
x: Annotated[int, Range(0, 2)] = 0
y: Annotated[int, Range(-1, 1)] = 0
p: Page | None = None
q: Page | None = None
@action
def change(page: Page, k: Annotated[int, Range(0, 1)]) -> None:
    global x, y, p, q
    x = k
    y = k
    p = page
    q = allocate(Page)
    page.use = 1
    page.next = page
"""
HERE = Position("test", 1, 1)
COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")


class Generator:
    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def number(self, depth: int) -> ir.Expression:
        chance = self.chance
        kind = chance.random()
        if depth == 0 or kind < 0.3:
            return chance.choice(
                (ir.Constant(chance.randint(-1, 4)), ir.Load("x", ()), ir.Load("y", ()), ir.Load("p", ()), ir.Load("q", ()))
            )
        if kind < 0.5:
            page = ir.Index("Page", self.number(depth - 1), chance.random() < 0.5, HERE)
            return ir.Load(chance.choice(("Page.use", "Page.next", "Page.allocated")), (page,))
        if kind < 0.7:
            return ir.Operation(chance.choice(("+", "-", "&", "//")), (self.number(depth - 1), self.number(depth - 1)))
        if kind < 0.8:
            return ir.Operation("neg", (self.number(depth - 1),))
        if kind < 0.9:
            return ir.Conditional(self.truth(depth - 1), self.number(depth - 1), self.number(depth - 1))
        return ir.Let("v", self.number(depth - 1), ir.Operation("+", (ir.Local("v"), self.number(depth - 1))))

    def truth(self, depth: int) -> ir.Expression:
        chance = self.chance
        kind = chance.random()
        if depth == 0 or kind < 0.35:
            below = max(depth - 1, 0)
            return ir.Operation(chance.choice(COMPARISONS), (self.number(below), self.number(below)))
        if kind < 0.5:
            return ir.Operation("not", (self.truth(depth - 1),))
        if kind < 0.85:
            return ir.Logical(chance.choice(("and", "or")), tuple(self.truth(depth - 1) for _ in range(chance.randint(2, 3))))
        return ir.Conditional(self.truth(depth - 1), self.truth(depth - 1), self.truth(depth - 1))


@pytest.mark.parametrize("rounds", [200, pytest.param(6_000, marks=pytest.mark.exhaustive)])
def test_what_is_claimed_holds_in_every_completion(rounds: int) -> None:
    """The claims are about violations, so an expression that raises counts as false, as for invariants."""
    system = lower(program_of(MODEL))
    layout = make_layout(system)
    runner = Runner(system, layout)
    cells = [
        [((value - v.low) << c.offset + n * c.width) for value in range(v.low, v.high + 1)]
        for name, c in layout.cells.items()
        for v in [system.variables[name]]
        for n in range(len(v.initial))
    ]
    masks = [
        ((1 << c.width) - 1) << c.offset + n * c.width
        for name, c in layout.cells.items()
        for n in range(len(system.variables[name].initial))
    ]
    chance = random.Random(7)
    claims = [0, 0, 0, 0]
    for _ in range(rounds):
        e = Generator(chance).truth(3)
        known = [chance.random() < 0.6 for _ in cells]
        before = [chance.choice(values) for values in cells]
        after = [chance.choice(v) if k and chance.random() < 0.4 else b for v, k, b in zip(cells, known, before, strict=True)]
        mask = sum(m for m, k in zip(masks, known, strict=True) if k)
        never: dict[int, frozenset[int]] = {}
        if not known[-1] and chance.random() < 0.5:
            never = {masks[-1].bit_length() - masks[-1].bit_count(): frozenset((2, 3))}
        try:
            relation = truth(Comparer(system, layout, mask, sum(before) & mask, sum(after) & mask, never).compare(e)).relation
        except Unsure:
            claims[0] += 1
            continue
        claims[relation] += 1
        if not relation:
            continue
        options = [[None] if k else values for k, values in zip(known, cells, strict=True)]
        for completion in itertools.islice(itertools.product(*options), 400):
            packed = completion[-1]
            if never and packed is not None and (packed >> masks[-1].bit_length() - masks[-1].bit_count()) in (2, 3):
                continue
            first, second = (
                value_of(runner, e, sum(b if c is None else c for b, c in zip(state, completion, strict=True)))
                for state in (before, after)
            )
            assert not relation & NOT_GREATER or first <= second, e
            assert not relation & NOT_SMALLER or first >= second, e
    assert min(claims) > rounds // 30, claims


def value_of(runner: Runner, e: ir.Expression, state: int) -> bool:
    """The truth of an expression in a state; False if it raises."""
    (run,) = runner.action((ir.Require(e, HERE),), {}, state)
    return run.end.value == "moved"
