# SPDX-License-Identifier: GPL-2.0-only
"""What each step is told to have read."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.language.tree import Program
from checker.trace.machine import Machine, Transition
from checker.trace.record import record_step
from checker.trace.state import Kind
from tests.trace.small_models import program_of

MODEL = """
@record(count=2, frames=2)
class Worker:
    pass
@record(count=1)
class Cpu:
    runs: Worker | None = None
    own: Small = 0
@executes
def runs(cpu: Cpu) -> Worker | None:
    return cpu.runs
@record(count=1, allocated=True)
class Page:
    pass
limit: Small = 4
seen: Ghost[Small] = 2
g: Small = 3
h: Small = 5
a: Array[Small] = array(2)
@initial
def start() -> None:
    instance(Cpu, 0).runs = instance(Worker, 0)
    enter(instance(Worker, 0), main)
@routine
def main() -> None:
    global g, h
    x = g + limit
    h -= 1
    with atomic("test"):
        g = h + 1
        a[0] = g + h + a[1]
    y = a[0]
    with atomic("test"):
        z = g == 9 or h == 4 or x == y
        require(z)
    if is_allocated(instance(Page, 0)):
        g = 1
    check(g == 0, rule, "h is {h}")
@action
def bump(by: Small) -> None:
    global h, seen
    require(g > 0 and by == limit and seen == 2)
    h = 0
    seen = 0
@action(interrupt=True)
def tick() -> None:
    instance(Cpu, 0).own = 0
    instance(Cpu, 0).runs = null(Worker)
"""


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return program_of(tmp_path, MODEL)


def test_a_step_reads_what_its_access_and_computation_do(program: Program) -> None:
    machine = Machine(program)
    found = []
    outcome = None
    while outcome is None or outcome.kind is Kind.DONE:
        outcome, step = record_step(machine, Transition(0))
        found.append(step.reads)
    assert outcome.kind is Kind.CHECK
    assert found == [
        (("g", "3"),),  # neither the constant nor what it takes to find the frame
        (("h", "5"),),
        (),  # the store
        (("h", "4"), ("g", "5"), ("a[1]", "0")),  # g as this step left it, h once
        (("a[0]", "9"),),
        (("g", "5"), ("h", "4")),  # no further than needed, with what did not decide it
        (("page0.allocated", "False"),),
        (("g", "5"),),  # not what the message reads
    ]


def test_an_action_reads_what_its_conditions_do(program: Program) -> None:
    machine = Machine(program)
    assert record_step(machine, Transition(None, "bump", (4,)))[1].reads == (("g", "3"), ("seen", "2"))
    assert record_step(machine, Transition(None, "tick"))[1].reads == ()
