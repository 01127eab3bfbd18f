# SPDX-License-Identifier: GPL-2.0-only
"""The controls hold the formulas of properties on runs in place, and what these assume is needed."""

from __future__ import annotations

import pytest

from tests.properties.formula_mutants import ON_RUNS, conditions, lasso_length, program_of, replaced, without_assumption
from tests.properties.recorded_controls import RECORDED
from tests.support.sampling import always


@pytest.mark.parametrize("name", always(ON_RUNS, lambda name: name == "refill-eventually"))
def test_no_mutant_of_a_condition_on_runs_survives(name: str) -> None:
    """For null-retried nothing is assumed of allocations: else an attempt would be as good as its success, which shows in the slot."""
    controls = [control for control in RECORDED if control.identifier == name]
    demands = [demand for demand in program_of(controls[0], 0).eventualities if demand.property == name]
    mutants = 0
    for number, demand in enumerate(demands):
        for path in conditions(demand.body, ("body",)):
            for value in (0, 1):
                mutants += 1
                sound = [(control, 0, None) for control in controls]
                faults = [(control, planted, fault.length) for control in controls for planted, fault in control.planted.items()]
                for control, planted, length in [*sound, *faults]:
                    program = program_of(control, planted)
                    if name == "null-retried":
                        program = without_assumption(program, "allocations_succeed")
                    mine = [other for other in program.eventualities if other.property == name][number]
                    if lasso_length(replaced(program, mine, path, value), name) != length:
                        break
                else:
                    raise AssertionError(f"{demand.name}: {path} may be {bool(value)}")
    assert mutants >= 2


@pytest.mark.parametrize(
    ("name", "assumption"),
    [("refill-eventually", "allocations_succeed"), ("task-runs", "tasks_run"), ("task-runs", "idle_gives_way")],
)
def test_without_what_is_assumed_the_sound_model_is_at_fault(name: str, assumption: str) -> None:
    (control,) = [control for control in RECORDED if control.identifier == name]
    program = program_of(control, 0)
    assert lasso_length(program, name) is None
    assert lasso_length(without_assumption(program, assumption), name) is not None
