# SPDX-License-Identifier: GPL-2.0-only
"""Every property of the catalogue finds what it is there to find, only that, and not for want of an occasion."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from checker.explicit.engines import Method
from checker.explicit.search.results import Limits
from checker.explicit.search.search import Search
from checker.explicit.simulation.simulation import Plan
from checker.ir.lowering.lower import lower
from checker.language import tree
from checker.language.front.load import load_program
from checker.language.walking import walk
from checker.project import PROJECT
from checker.result.verdict import Run, VerdictKind
from checker.verify.configuration import check_configuration
from checker.verify.request import Request
from checker.verify.simulate import simulate_configuration
from tests.properties.control import CONTROLS, Control, Planted, catalogue
from tests.properties.recorded_controls import RECORDED
from tests.support.sampling import always

PORTABLE = Method("portable", 1)
FIXED = PROJECT / "models" / "rfc_v1_nr_fixed.py"
PLANTED = [(control, number, fault) for control in RECORDED for number, fault in control.planted.items()]
LIVENESS = {"refill-eventually", "null-retried", "fault-bounded", "task-runs"}
LIKE_FIXED = [control for control in RECORDED if control.like_fixed]
SOME = ("area-agrees", "single-hole", "refill-owed", "null-retried")
"""Properties whose controls are looked at in every way always, those of the others with --slow."""
IN_STATES = [planted for planted in PLANTED if planted[0].identifier not in LIVENESS and not planted[2].rare]


LARGE = 500
"""States of a control that is run with --slow only."""


def is_first(control: Control) -> bool:
    """The smallest control of each property is run always, if it is small, with its first planted fault."""
    own = [other for other in RECORDED if other.identifier == control.identifier]
    return control is min(own, key=lambda other: other.states) and control.states < LARGE


def is_first_fault(planted: tuple[Control, int, Planted]) -> bool:
    return is_first(planted[0]) and planted[1] == min(planted[0].planted)


def run_of(control: Control, planted: int) -> Run:
    """A complete run, its counterexamples confirmed by the replayer."""
    run = check_configuration(Request(control.path, {**control.sizes, "PLANTED": planted}, control.events), PORTABLE, Limits())
    assert run.stopped is None
    assert run.cuts == ()
    return run


def most_planted(path: Path) -> int:
    """The highest number of a fault in a control: `PLANTED = parameter(default, low, high, ...)`. To load them all takes seconds."""
    for statement in ast.parse(path.read_text()).body:
        match statement:
            case ast.Assign(targets=[ast.Name("PLANTED")], value=ast.Call(args=[_, _, ast.Constant(int(high)), *_])):
                return high
    raise AssertionError(f"{path.name} has no parameter PLANTED")


def test_every_property_has_a_control_and_every_control_a_record() -> None:
    properties = catalogue(load_program(FIXED).properties)
    assert {control.identifier for control in RECORDED} == properties
    assert set(CONTROLS.glob("*.py")) == {control.path for control in RECORDED}
    for path in {control.path for control in RECORDED}:
        recorded = sorted(n for control in RECORDED if control.path == path for n in control.planted)
        assert set(recorded) == set(range(1, most_planted(path) + 1)), path.name


@pytest.mark.parametrize(
    ("control", "number", "fault"),
    always(PLANTED, is_first_fault),
    ids=lambda value: str(value) if type(value) is not Planted else "",
)
def test_a_planted_fault_violates_its_property_and_no_other(control: Control, number: int, fault: Planted) -> None:
    run = run_of(control, number)
    violated = {name: run.violated[name] for name in catalogue(run.violated)}
    assert violated == {control.identifier: fault.length, **fault.others}
    assert run.statistics.states == fault.states


@pytest.mark.parametrize(
    ("control", "number", "fault"),
    always(IN_STATES, lambda planted: is_first_fault(planted) and planted[0].identifier in SOME),
    ids=lambda value: str(value) if type(value) is not Planted else "",
)
def test_random_walks_find_the_planted_fault_too(control: Control, number: int, fault: Planted) -> None:
    request = Request(control.path, {**control.sizes, "PLANTED": number}, control.events, (control.identifier,))
    (verdict,) = simulate_configuration(request, Plan(walks=200, depth=300, seed=0), Limits()).verdicts
    assert verdict.trace is not None
    assert fault.length <= len(verdict.trace.steps) <= 5 * fault.length


@pytest.mark.parametrize("control", always(RECORDED, lambda control: is_first(control) and control.identifier in SOME), ids=str)
def test_random_walks_find_nothing_without_it(control: Control) -> None:
    request = Request(control.path, {**control.sizes, "PLANTED": 0}, control.events)
    run = simulate_configuration(request, Plan(walks=40, depth=200, seed=0), Limits())
    found = {verdict.property for verdict in run.verdicts if verdict.kind is VerdictKind.VIOLATED}
    assert catalogue(found) <= set(control.also)
    assert {verdict.kind for verdict in run.verdicts if verdict.property not in found} == {VerdictKind.UNKNOWN}


@pytest.mark.parametrize("control", always(RECORDED, is_first), ids=str)
def test_without_the_fault_nothing_is_violated_though_all_is_reached(control: Control) -> None:
    run = run_of(control, 0)
    assert run.violated == {**control.reached, **control.also}
    counts = run.statistics
    assert (counts.states, counts.transitions, counts.depth) == (control.states, control.transitions, control.depth)


@pytest.mark.parametrize("control", always(LIKE_FIXED, lambda control: control.identifier in SOME), ids=str)
def test_without_the_fault_it_is_the_mended_rfc(control: Control) -> None:
    counts = check_configuration(Request(FIXED, control.sizes, control.events), PORTABLE, Limits()).statistics
    assert (counts.states, counts.transitions, counts.depth) == (control.states, control.transitions, control.depth)


@pytest.mark.parametrize("name", always(sorted({control.identifier for control in RECORDED}), lambda name: name in SOME))
def test_without_the_fault_every_check_of_the_property_is_made(name: str) -> None:
    """A check that cannot hold, as that of remote-access, is no check that is made, but a step that must not be possible."""
    made: set[tree.Position] = set()
    there: set[tree.Position] = set()
    for control in RECORDED:
        if control.identifier == name:
            program = control.program(0)
            bodies = [*(r.body for r in program.routines.values()), *(a.body for a in program.actions.values())]
            checks = {
                s.position
                for body in bodies
                for s in walk(body)
                if isinstance(s, tree.Check) and s.property == name and not isinstance(s.condition, tree.Constant)
            }
            there |= checks
            made |= checks - set(Search(lower(program)).run().unreached)
    assert made == there
