# SPDX-License-Identifier: GPL-2.0-only
"""Findings of the engine, confirmed by the replayer."""

from __future__ import annotations

from checker.explicit.search.results import Finding, Result
from checker.explicit.search.search import Search
from checker.explicit.step.decode import state_cells, state_frames
from checker.explicit.step.initial import initial_states
from checker.explicit.step.paths import Step
from checker.ir.lowering.lower import lower
from checker.language.tree import Program
from checker.trace.confirmation.build import Claim, build_trace
from checker.trace.confirmation.replay import replay
from checker.trace.data import Trace
from checker.trace.machine import Transition


def confirm(program: Program) -> Result:
    """Searches, and asserts that the replayer agrees with every finding, state by state."""
    search = Search(lower(program))
    result = search.run()
    all_replay(program, search, result)
    return result


def all_replay(program: Program, search: Search, result: Result) -> None:
    """Asserts that the replayer agrees with every finding of a result. search: knows the states of the paths."""
    for finding in findings_of(result):
        assert len(replayed(program, search, finding).steps) == len(finding.path)


def findings_of(result: Result) -> list[Finding]:
    """The violations, and the model error if there is one."""
    return [*result.findings.values(), *([result.error] if result.error is not None else [])]


def replayed(program: Program, search: Search, finding: Finding) -> Trace:
    """The trace of a finding. Asserts that its states are those of the engine, and that it replays."""
    initial = search.system.initials[initial_states(search.system, search.layout).index(finding.path.first)]
    built = build_trace(program, [transition_of(step) for step in finding.path], claim_of(program, finding), initial.choices)
    unmarked = (1 << search.layout.mark) - 1
    states = [finding.path.first, *(step.state & unmarked for step in finding.path)]
    for state, snapshot in zip(states, built.states, strict=True):
        assert state_cells(program, search.system, search.layout, state) == snapshot.cells
        assert state_frames(program, search.system, search.layout, state) == snapshot.frames
    outcome = replay(program, built.trace)
    assert outcome.ok, outcome.reason
    return built.trace


def traced(program: Program, search: Search) -> Trace:
    """The trace of the violation of `never`, which the search has found."""
    return replayed(program, search, search.result.findings["never"])


def counts(result: Result) -> tuple[int, int, int]:
    """States, transitions and depth."""
    return result.statistics.states, result.statistics.transitions, result.statistics.depth


def transition_of(step: Step) -> Transition:
    """The transition of a step, in the machine's terms."""
    transition = step.transition
    if transition.action is None:
        return Transition(transition.processor, choices=step.choices)
    return Transition(None, transition.action.name, transition.arguments, step.choices)


def claim_of(program: Program, finding: Finding) -> Claim:
    """What a finding says that its path ends in."""
    binding: dict[str, int] = {}
    if finding.predicate is not None:
        conditions = [*program.invariants, *program.eventualities]
        invariant = next(i for i in conditions if i.name == finding.predicate.name)
        binding = {p.local.name: value for p, value in zip(invariant.parameters, finding.arguments, strict=True)}
    return Claim(finding.kind, finding.property, finding.position, binding, finding.cycle)
