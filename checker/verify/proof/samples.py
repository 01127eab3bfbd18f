# SPDX-License-Identifier: GPL-2.0-only
"""Reachable states, for lemmas to be found among what they have in common; and the violations met on the way."""

from __future__ import annotations

from dataclasses import dataclass

from checker.explicit.engines import Method, explore
from checker.explicit.search.results import Limits, Progress, Result
from checker.explicit.simulation.chance import Chance
from checker.explicit.simulation.simulation import Mover, Plan, Simulation
from checker.explicit.step.paths import Step
from checker.ir import system as ir
from checker.ir.layout import make_layout

WALK, WALKED = 2_000, 100_000
"""Steps of a random walk; states that random walks add."""


@dataclass(frozen=True)
class Samples:
    """states: packed, those that are not terminal. complete: whether they are all that there are, up to the reductions."""

    states: tuple[int, ...]
    result: Result
    complete: bool


def sample(
    system: ir.System,
    properties: frozenset[str],
    limits: Limits,
    progress: Progress | None,
    reductions: frozenset[str] = frozenset(),
) -> Samples:
    """Search until a limit is reached. If it is the number of states, random walks add as many, up to a number, since the states
    near the initial one have much in common that others have not. reductions: up to these exchanges of instances."""
    explored = explore(system, properties, Method(reductions=reductions, keep=True), limits, progress)
    result = explored.result
    terminal = 1 << make_layout(system).mark
    states = dict.fromkeys(state for state in explored.states if state < terminal)
    if limits.states is not None and len(explored.states) >= limits.states:
        further = min(limits.states, WALKED)
        walker = _Walker(system, properties - result.findings.keys(), further)
        walked = walker.run(Plan(further, WALK, seed=1), Limits(None, limits.memory, limits.seconds))
        result.findings |= walked.findings
        result.error = result.error or walked.error
        result.cuts |= walked.cuts
        states |= walker.met
    return Samples(tuple(states), result, result.stopped is None)


class _Walker(Simulation):
    """Random walks that end when they have met so many states."""

    def __init__(self, system: ir.System, properties: frozenset[str], most: int) -> None:
        super().__init__(system, properties)
        self.most = most
        self.met: dict[int, None] = {}

    def _walk(self, chance: Chance, depth: int, weighted: bool) -> None:
        if len(self.met) < self.most:
            super()._walk(chance, depth, weighted)

    def _movers(self, state: int, path: list[Step]) -> tuple[Mover, ...]:
        found = super()._movers(state, path)
        self.met[state] = None
        for _, steps in found:
            self.met.update((step.state, None) for step in steps)
        return found if len(self.met) < self.most else ()
