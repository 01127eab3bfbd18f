# SPDX-License-Identifier: GPL-2.0-only
"""Folding of constants and specialisation never change what an expression comes to, raised errors included."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from hypothesis import note

from checker.ir import simplify
from checker.ir import system as ir
from tests.support.random.random_expressions import PLACE, Evaluator, Expressions, model, random_cells
from tests.support.seeds import seeds

LOCALS = ("a", "b", "c")
SYSTEM = model()


def parts(e: ir.Expression) -> Iterator[ir.Expression]:
    yield e
    for operand in ir.operands(e):
        yield from parts(operand)


@seeds(300, 1500)
def test_specialised_code_comes_to_the_same(seed: int) -> None:
    chance = random.Random(seed)
    expression = Expressions(chance, SYSTEM, LOCALS).integer(4)
    values = {name: chance.randint(-3, 6) for name in LOCALS}
    known = {name: value for name, value in values.items() if chance.random() < 0.6}
    specialised = simplify.Specialiser(SYSTEM.variables, SYSTEM.arenas, known).expression(expression)
    note(f"{expression}\n{values}, known: {known}\n{specialised}")
    for _ in range(3):
        cells = random_cells(chance, SYSTEM)
        expected = Evaluator(SYSTEM, cells, dict(values)).outcome(expression)
        assert Evaluator(SYSTEM, cells, dict(values)).outcome(specialised) == expected
    assert not {part.name for part in parts(specialised) if isinstance(part, ir.Local)} & set(known)


@seeds(150, 500)
def test_an_expression_of_constants_folds_into_one(seed: int) -> None:
    """Where all is known and nothing raises, no operation is left."""
    chance = random.Random(seed)
    expression = Expressions(chance, SYSTEM, LOCALS).integer(3)
    values = {name: chance.randint(-3, 6) for name in LOCALS}
    specialised = simplify.Specialiser(SYSTEM.variables, SYSTEM.arenas, values).expression(expression)
    if not any(isinstance(part, (ir.Load, ir.Index, ir.Element, ir.InRange)) for part in parts(expression)):
        assert specialised == ir.Constant(Evaluator(SYSTEM, {}, values).value(expression))


def test_an_operand_that_decides_ends_a_logical_expression() -> None:
    a, b, yes, no = ir.Local("a"), ir.Local("b"), ir.Constant(1), ir.Constant(0)
    assert simplify.logical("and", [a, no, b]) == ir.Logical("and", (a, no)), "a may raise, so that it stays"
    assert simplify.logical("and", [yes, a, yes]) == a
    assert simplify.logical("and", []) == yes
    assert simplify.logical("or", []) == no
    assert simplify.logical("or", [no, a, yes, b]) == ir.Logical("or", (a, yes))
    assert simplify.logical("or", [a, ir.Logical("or", (b, a))]) == ir.Logical("or", (a, b, a))
    assert simplify.logical("and", [no, a]) == no


def test_loads_of_constants_fold_where_the_cell_is_known() -> None:
    table, size = SYSTEM.variables["table"], SYSTEM.variables["Page.size"]
    assert simplify.load(table, (ir.Constant(2),)) == ir.Constant(6)
    assert simplify.load(table, (ir.Local("a"),)) == ir.Load("table", (ir.Local("a"),))
    assert simplify.load(size, (ir.Local("a"),)) == ir.Constant(7), "it is 7 in every instance"
    wild = ir.Index("Page", ir.Local("a"), True, PLACE)
    assert simplify.load(size, (wild,)) == ir.Load("Page.size", (wild,)), "finding the instance may raise"
    assert simplify.load(SYSTEM.variables["g"], ()) == ir.Load("g", ())


@pytest.mark.parametrize(("reference", "index"), [(2, 0), (6, 2), (0, None), (3, None), (8, None), (-2, None)])
def test_known_references_fold_where_they_are_good(reference: int, index: int | None) -> None:
    found = simplify.index(SYSTEM.arenas, "Page", ir.Constant(reference), False, PLACE)
    assert found == (ir.Index("Page", ir.Constant(reference), False, PLACE) if index is None else ir.Constant(index))
    live = simplify.index(SYSTEM.arenas, "Page", ir.Constant(reference), True, PLACE)
    assert live == ir.Index("Page", ir.Constant(reference), True, PLACE), "whether it is free is not known"


@seeds(100, 300)
def test_branches_that_are_decided_go(seed: int) -> None:
    """Of an `if` whose test is known only one side is left, in blocks at any depth."""
    chance = random.Random(seed)
    test = Expressions(chance, SYSTEM, ("a",)).truth(2)
    block = (ir.Region("r", (ir.If(test, (ir.Set("x", ir.Constant(1)),), (ir.Set("x", ir.Constant(0)),)),)),)
    specialised = simplify.Specialiser(SYSTEM.variables, SYSTEM.arenas, {"a": 2}).block(block)
    folded = simplify.Specialiser(SYSTEM.variables, SYSTEM.arenas, {"a": 2}).expression(test)
    if isinstance(folded, ir.Constant):
        assert specialised == (ir.Region("r", (ir.Set("x", ir.Constant(int(bool(folded.value)))),)),)
    else:
        assert isinstance(specialised[0], ir.Region)
        assert isinstance(specialised[0].body[0], ir.If)
