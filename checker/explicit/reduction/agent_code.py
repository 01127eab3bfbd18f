# SPDX-License-Identifier: GPL-2.0-only
"""The transitions of all agents, and how they run. What a run reads decides how it goes, so each is worked out once.

None of this depends on what partial order assumes, but for which reads are those of observed conditions: it stays when a search
begins anew with weaker assumptions.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace

from checker.explicit.step.transitions import Transitions
from checker.ir import system as ir
from checker.ir.analysis.accesses import Run, Runner
from checker.ir.analysis.noted_state import End
from checker.ir.analysis.observation import Ranges, Shape, instances, observable, shape
from checker.ir.analysis.ownership import agent_of
from checker.ir.simplify import action_code


@dataclass(frozen=True)
class Met:
    """How a transition runs for some values of the bits that it reads. runs: one for each way to choose that is possible; `state`
    of a run: what it has stored in the bits that it writes. reads, direct, writes: of all runs together, the impossible ones
    too."""

    runs: tuple[Run, ...]
    reads: int
    direct: int
    writes: int

    def after(self, run: Run, state: int) -> int:
        """Where one of the runs leads from a state."""
        return state & ~run.writes | run.state if run.end is End.MOVED else state


@dataclass(frozen=True, eq=False)
class Candidate:
    """A transition that may be possible: an action with its arguments, or (action None) an agent's step from a location.
    met: which bits decided in the runs so far, and for each value of them how it ran."""

    name: str
    agent: int | None
    action: ir.Action | None
    body: ir.Block
    met: dict[int, dict[int, Met]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Mark:
    """A condition that can be observed whole, where it stands. agent: whose code that is. action: the transition, or else
    location: where the step begins."""

    condition: ir.Expression
    ranges: Ranges
    agent: int | None
    action: Candidate | None
    location: int = 0


class AgentCode:
    """agents: the record whose instances they are."""

    def __init__(self, transitions: Transitions, agents: str) -> None:
        self.transitions = transitions
        self.system = transitions.system
        self.runner = Runner(self.system, transitions.layout)
        self.agents = range(self.system.arenas[agents].instances)
        self.candidates: dict[int | None, list[Candidate]] = {agent: [] for agent in (*self.agents, None)}
        self.steps: list[dict[tuple[int, object] | None, Candidate]] = [{} for _ in self.agents]
        self.marks: dict[ir.Expression, list[Mark]] = {}
        self.shapes: dict[Shape, set[ir.Expression]] = {}
        for action in self.system.actions:
            for arguments in itertools.product(*(values for _, _, values in action.parameters)):
                body = action_code(self.system.variables, self.system.arenas, action, arguments)
                agent = agent_of(self.system, agents, action, arguments)
                candidate = Candidate(action.name, agent, action, body)
                self.candidates[agent].append(candidate)
                self._mark(body, agent, candidate)
        if self.system.processors is not None:
            for location in self.system.locations:
                for agent in self.agents:
                    self._mark(self.runner.body(location.number, agent), agent, None, location.number)

    def _mark(self, body: ir.Block, agent: int | None, action: Candidate | None, location: int = 0) -> None:
        for e, ranges in observable(body):
            self.runner.marked[id(e)] = e
            self.marks.setdefault(e, []).append(Mark(e, ranges, agent, action, location))
            self.shapes.setdefault(shape(e), set()).add(e)

    def alike(self, condition: ir.Expression) -> set[ir.Expression]:
        """A condition that can be observed, with those that ask the same of other instances: who observes one will soon observe
        the next."""
        return self.shapes[shape(condition)]

    def observe(self, conditions: frozenset[ir.Expression]) -> dict[ir.Expression, set[int | None]]:
        """From now on these conditions are observed whole. Which ones that is in a state, and by which agents."""
        demanded: dict[ir.Expression, set[int | None]] = {}
        for condition in conditions:
            for mark in self.marks[condition]:
                if id(mark.condition) not in self.runner.observed:
                    self.runner.observed.add(id(mark.condition))
                    self._forget_runs(mark)
                for instance in instances(mark.condition, mark.ranges, self.system.variables, self.system.arenas):
                    if not isinstance(instance, ir.Constant):
                        demanded.setdefault(instance, set()).add(mark.agent)
        return demanded

    def next_step(self, agent: int, state: int) -> Candidate:
        """The step that a processor stands before."""
        step = self.transitions.processors[agent].transition(state)
        key = None if step is None or step.location is None else (step.location.number, step.frame)
        if key not in self.steps[agent]:
            name = "a step" if step is None or step.location is None else f"a step of {step.location.procedure}"
            self.steps[agent][key] = Candidate(name, agent, None, ())
        return self.steps[agent][key]

    def met(self, candidate: Candidate, state: int) -> Met:
        """How a transition runs in a state, and in all others in which the bits that it reads are the same."""
        for mask, table in candidate.met.items():
            found = table.get(state & mask)
            if found is not None:
                return found
        runs = self.run(candidate, state)
        reads = direct = writes = 0
        for run in runs:
            reads |= run.reads
            direct |= run.direct
            writes |= run.writes
        stored = tuple(replace(run, state=run.state & run.writes) for run in runs if run.end is not End.IMPOSSIBLE)
        found = candidate.met.setdefault(reads, {})[state & reads] = Met(stored, reads, direct, writes)
        return found

    def run(self, candidate: Candidate, state: int) -> list[Run]:
        """The runs of a transition, one for each way to choose, worked out anew."""
        if candidate.action is None:
            assert candidate.agent is not None
            return self.runner.step(candidate.agent, state)
        return self.runner.action(candidate.body, {}, state)

    def _forget_runs(self, mark: Mark) -> None:
        """What transitions with a condition in them read directly is another now."""
        if mark.action is not None:
            mark.action.met.clear()
            return
        for steps in self.steps:
            for key, candidate in steps.items():
                if key is not None and key[0] == mark.location:
                    candidate.met.clear()
