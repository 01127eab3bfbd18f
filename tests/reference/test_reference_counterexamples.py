# SPDX-License-Identifier: GPL-2.0-only
"""Each stored counterexample of rfc_v1 runs on the implementation of the RFC, cell for cell, and fails there for the same reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.conformance.abstraction import Packing, machine_for, move_of_step
from checker.language.front.load import load_program
from checker.project import PROJECT
from checker.trace.store import load_trace
from spec.reference.audit import audit, shortages
from spec.reference.kernel.failures import Ended, Failure
from tests.support.reference import kept

STORED, _ = kept()


def test_there_are_some() -> None:
    assert len(STORED) > 40


def _cases() -> list[object]:
    """One for each property is run always, the others, which are of single bugs, are slow."""
    return [pytest.param(p, id=p.stem, marks=[pytest.mark.slow] if p.stem.startswith("bug-") else []) for p in STORED]


@pytest.mark.parametrize("path", _cases())
def test_counterexample_fails_on_the_implementation(path: Path) -> None:
    trace = load_trace(path)
    program = load_program(PROJECT / "models" / "rfc_v1.py", dict(trace.settings), trace.events)
    machine, packing = machine_for(program), Packing(program)
    cells = dict(trace.initial)
    assert packing.printed(packing.of_machine(machine)) == cells
    on_the_cycle, raised = [], None
    for number, step in enumerate(trace.steps):
        try:
            machine.take(move_of_step(program, step))
        except Ended as ended:
            assert number == len(trace.steps) - 1
            raised = ended
            break
        cells |= {change.cell: change.after for change in step.changes}
        assert packing.printed(packing.of_machine(machine)) == cells
        if trace.cycle is not None and number >= trace.cycle.start:
            on_the_cycle.append(shortages(machine))
    property = trace.violation.property
    match trace.violation.kind:
        case "invariant":
            assert property in {failure.property for failure in audit(machine)}
        case "lasso":
            assert property in {what for what, _, _ in frozenset.intersection(*on_the_cycle)}
        case _:
            assert isinstance(raised, Failure) and raised.property == property
