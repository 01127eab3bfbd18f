# SPDX-License-Identifier: GPL-2.0-only
"""What the kernel is assumed to do: each assumption is needed for something, and none rules out what it should not."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from checker.explicit.lassos import find_lassos
from checker.explicit.liveness.fair_cycles import fair_components
from checker.explicit.liveness.run_graph import RunGraph
from checker.ir.lowering.lower import lower
from checker.language.front.load import load_program
from checker.language.tree import Program
from checker.project import PROJECT
from tests.support.sampling import always

CONTROLS = PROJECT / "tests" / "properties" / "controls"
MODEL = '''# SPDX-License-Identifier: GPL-2.0-only
"""A model of a test."""
from checker.language import calls, eventually, fair
from models.rfc_v1 import dynamic_stack
from models.rfc_v1_nr_fixed import dynamic_stack_fault
from spec.kernel import CPUS, Cpu, Task, __schedule

__all__ = ["dynamic_stack", "dynamic_stack_fault"]

@eventually("runs", "{task} never runs again")
def runs(task: Task) -> bool:
    """test"""
    return task.idle or task.on_cpu

@eventually("schedules", "{cpu} never schedules again")
def schedules(cpu: Cpu) -> bool:
    """test"""
    return calls(cpu, __schedule)
'''
LEAVES = '''
@fair("tasks leave their CPUs again and again")
def leaves(task: Task) -> bool:
    """test"""
    return task.idle or not task.on_cpu
'''
ONE_CPU = {"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2}
TWO_CPUS = {"CPUS": 2, "TASKS": 1, "STACK_PAGES": 2}


def violated(program: Program) -> set[str]:
    wanted = frozenset(e.property for e in program.eventualities if e.property in ("runs", "schedules"))
    found = find_lassos(lower(program, liveness=True), wanted)
    assert found.stopped is None
    assert not found.vacuous
    return set(found.findings)


def without(program: Program, name: str) -> Program:
    fewer = tuple(assumption for assumption in program.assumptions if assumption.name != name)
    assert len(fewer) == len(program.assumptions) - 1
    return dataclasses.replace(program, assumptions=fewer)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.py"
    path.write_text(MODEL, encoding="utf-8")
    return path


def test_tasks_run_because_that_is_assumed(model: Path) -> None:
    program = load_program(model, ONE_CPU, ("touch",))
    assert violated(program) == set()
    assert violated(without(program, "tasks_run")) == {"runs"}


def test_an_idle_cpu_schedules_because_that_is_assumed(model: Path) -> None:
    """Where the one task leaves its CPU again and again, the other CPU could take it each time, and need not."""
    program = load_program(model, TWO_CPUS, ("migrate",))
    assert violated(program) == {"schedules"}  # the task stays on one CPU forever
    model.write_text(MODEL + LEAVES, encoding="utf-8")
    program = load_program(model, TWO_CPUS, ("migrate",))
    assert violated(program) == set()
    assert violated(without(program, "idle_schedules")) == {"schedules"}


def ends(runs: RunGraph, state: int) -> bool:
    """Whether some transition of a running state ends the run."""
    ways = [way for transition in runs.steps.possible(state) for way in runs.ways(transition, state)]
    return any(to is None or to >> runs.layout.mark for _, to, _ in ways)


CLOSED = [
    (PROJECT / "models" / "rfc_v1.py", {"CPUS": 1, "TASKS": 2, "STACK_PAGES": 3}, ("touch", "oom")),
    (PROJECT / "models" / "rfc_v1_nr_fixed.py", {"CPUS": 2, "TASKS": 1, "STACK_PAGES": 3}, ("late-fault", "migrate")),
    (CONTROLS / "refill_eventually.py", {"CPUS": 1, "TASKS": 2, "STACK_PAGES": 3, "PLANTED": 1}, ("touch", "oom")),
    *((CONTROLS / "fault_bounded.py", {"CPUS": 2, "TASKS": 2, "STACK_PAGES": 2, "PLANTED": n}, ("touch",)) for n in (1, 2, 3)),
    (CONTROLS / "no_deadlock.py", {"CPUS": 2, "TASKS": 2, "STACK_PAGES": 2, "PLANTED": 1}, ("touch",)),
]


@pytest.mark.parametrize(
    ("path", "settings", "events"),
    always(CLOSED, lambda case: case[0].stem in ("rfc_v1", "refill_eventually")),
    ids=[f"{path.stem}-{sizes.get('PLANTED', '')}" for path, sizes, _ in CLOSED],
)
def test_every_state_is_on_a_fair_run_or_on_one_that_ends(path: Path, settings: dict[str, int], events: tuple[str, ...]) -> None:
    """Else the assumptions would rule out what the machine does up to there, and hide what is wrong with it. (Machine closure.)"""
    runs = RunGraph(lower(load_program(path, settings, events), liveness=True))
    runs.explore()
    graph = runs.graph
    before: list[list[int]] = [[] for _ in range(graph.nodes)]
    good = {node for component in fair_components(graph, runs.conditions.assumed) for node in component.nodes}
    assert good
    for node in range(graph.nodes):
        edges = range(graph.first[node], graph.first[node + 1])
        if not edges or ends(runs, runs.states[node]):
            good.add(node)
        for edge in edges:
            before[graph.target[edge]].append(node)
    waiting = list(good)
    while waiting:
        for node in before[waiting.pop()]:
            if node not in good:
                good.add(node)
                waiting.append(node)
    assert len(good) == graph.nodes
