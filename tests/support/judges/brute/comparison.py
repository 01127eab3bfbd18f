# SPDX-License-Identifier: GPL-2.0-only
"""The machine's state space beside the engine's, transition by transition."""

from __future__ import annotations

from collections.abc import Iterator

from checker.explicit.search.results import Limits, Result
from checker.explicit.search.search import HALTED, Search
from checker.explicit.step.decode import state_cells, state_frames
from checker.explicit.step.outcome import Cut, OutOfRange, Tape, Violated
from checker.explicit.step.paths import FIRST_PROPERTY
from checker.ir.lowering.lower import lower
from checker.language.tree import Program
from tests.support.judges.brute.brute_force import HALT, BruteForce, Label, Space, TooLarge, View, viewed


def engine_space(program: Program, most: int) -> tuple[Space, Search, Result]:
    """What the engine finds: its states, and every transition from each of them."""
    search = Search(lower(program))
    result = search.run(Limits(states=20 * most))
    if result.stopped is not None:
        raise TooLarge
    space = Space(depth=result.statistics.depth, transitions=result.statistics.transitions, cuts=set(result.reasons))
    space.violated = {name: (finding.kind, len(finding.path)) for name, finding in result.findings.items()}
    if result.error is not None:
        space.errors = {str(result.error.position): len(result.error.path)}
        return space, search, result
    running = [state for state in search.states if not state >> search.layout.mark]
    space.states = len(running)
    space.marked = len(search.states) - len(running)
    depths = _depths(search)
    for state in running:
        view = engine_view(search, program, state)
        space.views[view] = min(depths[state], space.views.get(view, depths[state]))
        for label, successor in _successors(search, state):
            mark = successor >> search.layout.mark
            if not mark:
                space.edges.add((view, label, engine_view(search, program, successor)))
            else:
                end = HALT if mark == HALTED else search.system.properties[mark - FIRST_PROPERTY]
                space.ends.add((view, label, end))
    return space, search, result


def _depths(search: Search) -> dict[int, int]:
    found: dict[int, int] = {}
    for number, state in enumerate(search.states):
        parent = search.parents[number]
        found[state] = 0 if parent < 0 else found[search.states[parent]] + 1
    return found


def _successors(search: Search, state: int) -> Iterator[tuple[Label, int]]:
    for transition in search.transitions.possible(state):
        name = "" if transition.action is None else transition.action.name
        tape = Tape()
        while True:
            tape.rewind()
            try:
                successor = transition.function(state, tape)
            except Violated as violated:
                successor = state | FIRST_PROPERTY + search.system.properties.index(violated.property) << search.layout.mark
            except (Cut, OutOfRange):
                successor = None
            if successor is not None:
                yield (transition.processor, name, transition.arguments, tuple(tape.values)), successor
            if not tape.advance():
                break


def engine_view(search: Search, program: Program, state: int) -> View:
    cells = state_cells(program, search.system, search.layout, state)
    return viewed(cells, state_frames(program, search.system, search.layout, state))


def compare(program: Program, most: int = 120, operands: bool = False) -> Space:
    """Asserts that machine and engine agree on everything that is reachable. The machine's side of it. Raises TooLarge. operands:
    routines compute with what they chose or read, so that the engine may keep two operands where the machine has their
    result."""
    brute = BruteForce(program, most)
    expected = brute.explore()
    found, search, result = engine_space(program, most)
    if expected.errors or found.errors:
        first = min(expected.errors.values(), default=None)
        nearest = {position for position, length in expected.errors.items() if length == first}
        assert len(found.errors) == 1, f"the machine meets {expected.errors}, the engine no error"
        assert set(found.errors) <= nearest, f"the machine meets {expected.errors}, the engine {found.errors}"
        assert set(found.errors.values()) == {first}
        assert first is not None
        before = {name: end for name, end in expected.violated.items() if end[1] <= first - (end[0] == "deadlock")}
        assert before.items() <= found.violated.items(), "a violation that is as near as the model error is lost"
        return expected
    assert found.edges - expected.edges == set(), "transitions of the engine only"
    assert expected.edges - found.edges == set(), "transitions of the machine only"
    assert found.ends == expected.ends
    assert found.views == expected.views
    found_deadlock, deadlock = found.violated.pop("no-deadlock", None), expected.violated.get("no-deadlock")
    assert found.violated == {name: end for name, end in expected.violated.items() if name != "no-deadlock"}
    if found_deadlock is not None:
        assert deadlock is not None
        assert deadlock[1] <= found_deadlock[1]
    if deadlock is not None and expected.deadlock is not None:
        assert found_deadlock is not None
        assert found_deadlock[1] <= expected.deadlock
    assert found.cuts == expected.cuts
    assert brute.coarsest <= found.states
    assert found.states <= expected.states or operands
    if not program.routines:
        assert found.states == expected.states
    if brute.coarsest == found.states == expected.states:
        assert (found.marked, found.transitions, found.depth) == (expected.marked, expected.transitions, expected.depth)
    assert result.statistics.states == found.states + found.marked
    assert result.statistics.frontier == 0
    return expected
