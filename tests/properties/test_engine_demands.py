# SPDX-License-Identifier: GPL-2.0-only
"""What the engine itself demands, no-deadlock and most of no-wild-pointer, is held in place by their controls."""

from __future__ import annotations

import dataclasses

import pytest

from checker.explicit.search.search import Search
from checker.ir.lowering.lower import lower
from checker.language import tree
from checker.language.tree import Program
from tests.properties.control import Control
from tests.properties.formula_mutants import length_of, mutant, places, program_of
from tests.properties.recorded_controls import RECORDED


def control_of(name: str) -> Control:
    return next(control for control in RECORDED if control.identifier == name)


def with_action(program: Program, interrupt: bool, halts: bool) -> Program:
    """The program with an action that is always possible, and stops the machine or does nothing."""
    position = next(iter(program.actions.values())).position
    body = (tree.Halt(position, "test"),) if halts else ()
    return dataclasses.replace(
        program, actions={**program.actions, "other": tree.Action("other", (), (), body, interrupt, position)}
    )


def without(program: Program, name: str) -> Program:
    return dataclasses.replace(program, properties={n: p for n, p in program.properties.items() if n != name})


def test_what_is_an_interrupt_or_changes_nothing_is_no_way_out_of_a_deadlock() -> None:
    control = control_of("no-deadlock")
    for number, fault in control.planted.items():
        program = program_of(control, number)
        for interrupt, halts in ((True, True), (True, False), (False, False)):
            assert length_of(with_action(program, interrupt, halts), "no-deadlock") == fault.length
        assert length_of(with_action(program, interrupt=False, halts=True), "no-deadlock") is None


def test_a_deadlock_is_no_violation_where_it_is_not_demanded() -> None:
    control = control_of("no-deadlock")
    result = Search(lower(without(program_of(control, 1), "no-deadlock"))).run()
    assert "no-deadlock" not in result.findings
    assert result.statistics.states == control.planted[1].states


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_wild_pointer_that_no_property_forbids_is_a_model_error(number: int) -> None:
    control = control_of("no-wild-pointer")
    program = program_of(control, number)
    # The check of set_pte_at names the property; without it only the checker itself looks at pointers.
    place = next(place for place in places(program, "no-wild-pointer") if place[0] == "routines")
    result = Search(lower(without(mutant(program, place, 1), "no-wild-pointer"))).run()
    assert result.error is not None
    assert "wild pointer" in result.error.message
