# SPDX-License-Identifier: GPL-2.0-only
"""The replayer's machine on whole models: DKS as independent checkers count it, and random walks of the RFC."""

from __future__ import annotations

import pytest

from checker.language.front.load import load_program
from checker.project import PROJECT
from checker.trace.machine import Machine, Transition
from checker.trace.state import Kind
from tests.support.sampling import always
from tests.trace.small_models import random_walk


@pytest.mark.parametrize(
    ("fail", "states", "transitions_", "depth"),
    [(0, 997, 1098, 59), pytest.param(1, 2743, 3134, 59, marks=pytest.mark.slow)],
)
def test_dks_has_the_states_that_independent_checkers_find(fail: int, states: int, transitions_: int, depth: int) -> None:
    program = load_program(PROJECT / "models/dks.py", {"C": 1, "T": 2, "S": 3, "FAIL": fail, "LATE": 0})
    machine = Machine(program)
    memory = machine.state.memory
    cells = list(memory)
    candidates = [
        Transition(None, action.name, arguments) for action in program.actions.values() for arguments in machine.bindings(action)
    ]
    seen = {tuple(memory.values())}
    frontier, level, count = list(seen), 0, 0
    while frontier:
        reached: list[tuple[int, ...]] = []
        for state in frontier:
            waiting = list(candidates)
            while waiting:
                transition = waiting.pop()
                machine.state.memory = dict(zip(cells, state, strict=True))
                outcome = machine.take(transition)
                if outcome.kind is Kind.OPEN_CHOICE:
                    waiting += [
                        Transition(None, transition.action, transition.arguments, (*transition.choices, option))
                        for option in outcome.options
                    ]
                elif outcome.kind is Kind.DONE:
                    count += 1
                    after = tuple(machine.state.memory.values())
                    if after not in seen:
                        seen.add(after)
                        reached.append(after)
                else:
                    assert outcome.kind is Kind.NOT_POSSIBLE, outcome
        frontier = reached
        level += bool(reached)
    assert (len(seen), count, level) == (states, transitions_, depth)


@pytest.mark.parametrize("seed", always(range(6), lambda seed: seed < 2))
@pytest.mark.parametrize("settings", [{}, {"CPUS": 2, "TASKS": 3, "STACK_PAGES": 4}])
def test_the_rfc_runs_without_model_errors(seed: int, settings: dict[str, int]) -> None:
    program = load_program(PROJECT / "models/rfc_v1.py", settings)
    history, outcome = random_walk(program, seed, 300)
    assert history
    assert outcome is not None
    assert outcome.kind in (Kind.DONE, Kind.CHECK, Kind.WILD_POINTER, Kind.HALT), outcome
