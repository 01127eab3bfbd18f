# SPDX-License-Identifier: GPL-2.0-only
"""The Python that the engine makes of expressions comes to what they come to."""

from __future__ import annotations

import random

from hypothesis import note

from checker.explicit.step.generated_names import Names
from checker.explicit.step.outcome import How, OutOfRange, Violated
from checker.explicit.step.python_code import FunctionMaker
from checker.ir import system as ir
from checker.ir.layout import make_layout
from tests.support.random.random_expressions import Evaluator, Expressions, model, random_cells
from tests.support.seeds import seeds

SYSTEM = model()
LAYOUT = make_layout(SYSTEM)


def packed(cells: dict[str, tuple[int, ...]]) -> int:
    state = 0
    for name, layout in LAYOUT.cells.items():
        low = SYSTEM.variables[name].low
        for number, value in enumerate(cells[name]):
            state |= value - low << layout.offset + number * layout.width
    return state


@seeds(400, 1500)
def test_generated_code_comes_to_what_the_expression_comes_to(seed: int) -> None:
    chance = random.Random(seed)
    expressions = Expressions(chance, SYSTEM)
    expression = expressions.truth(4) if chance.random() < 0.5 else expressions.integer(4)
    note(str(expression))
    maker = FunctionMaker(Names(SYSTEM, LAYOUT))
    value = maker.predicate(ir.Operation("+", (expression, ir.Constant(0))))
    truth = maker.predicate(expression)
    for _ in range(3):
        cells = random_cells(chance, SYSTEM)
        expected = Evaluator(SYSTEM, cells).outcome(expression)
        assert outcome(value, packed(cells)) == expected
        found = outcome(truth, packed(cells))
        assert (found if isinstance(found, tuple) else bool(found)) == (
            expected if isinstance(expected, tuple) else bool(expected)
        )


def outcome(function, state: int) -> object:  # type: ignore[no-untyped-def]
    try:
        return function(state)
    except Violated as violated:
        assert violated.how is How.WILD_POINTER
        return "wild", violated.position
    except OutOfRange as error:
        return "range", error.position
