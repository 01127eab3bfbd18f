# SPDX-License-Identifier: GPL-2.0-only
"""Partial-order reduction: which states can be passed through by the steps of one agent alone, and the checks this rests on.

docs/internals/soundness/partial-order.md has the argument. What an agent does on its own is a function of the cells that are its
own; it is worked out once for each value of them and remembered.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from checker.explicit.reduction.assumptions import Assumptions, Broken
from checker.explicit.reduction.visibility import Visibility
from checker.explicit.step.paths import outcomes
from checker.explicit.step.transitions import Transition, Transitions
from checker.ir import system as ir
from checker.ir.analysis.accesses import Run, Runner
from checker.ir.analysis.noted_state import End
from checker.ir.analysis.observation import instances, observable
from checker.ir.analysis.ownership import Claimer, Claims, Mode, agent_of
from checker.ir.simplify import action_code

MOST_PASSED = 10_000
"""States passed through from one transition before the rest is stored."""


@dataclass(frozen=True)
class Local:
    """What an agent can do given its own cells. changes: what its transitions do to the state, as masks to xor, if they are
    sufficient, otherwise None. confined: none of them reads or writes anything else."""

    changes: tuple[int, ...] | None
    confined: bool


@dataclass(frozen=True)
class Met:
    """How a transition runs for some values of the bits that it reads, one run for each way to choose. `state` of a run: what it
    has stored in the bits that it writes. direct, writes: of all runs together."""

    runs: tuple[Run, ...]
    direct: int
    writes: int


@dataclass(frozen=True, eq=False)
class Candidate:
    """A transition that may be possible: an action with its arguments, or (action None) an agent's step from a location.
    met: which bits decided in the runs so far, and for each value of them how it ran."""

    name: str
    agent: int | None
    action: ir.Action | None
    body: ir.Block
    met: dict[int, dict[int, Met]] = field(default_factory=dict)


class Reducer:
    """The reduction for one search. properties: those that are looked for and not found yet."""

    def __init__(self, transitions: Transitions, assumptions: Assumptions, properties: frozenset[str], progress: bool) -> None:
        """progress: whether deadlocks are looked for."""
        self.transitions = transitions
        self.system = transitions.system
        self.layout = transitions.layout
        self.assumptions = assumptions
        self.discipline = assumptions.discipline
        self.progress = progress
        self.claimer = Claimer(self.system, self.layout, self.discipline)
        self.runner = Runner(self.system, self.layout)
        self.agents = range(self.claimer.agents)
        self.candidates: dict[int | None, list[Candidate]] = {agent: [] for agent in (*self.agents, None)}
        self.steps: list[dict[object, Candidate]] = [{} for _ in self.agents]
        self.demanded: dict[ir.Expression, set[int | None]] = {}
        self._prepare()
        self.visibility = Visibility(transitions, self.claimer, self.discipline, properties, self.demanded)
        self.tables: list[dict[tuple[tuple[int, int], ...], dict[int, Local]]] = [{} for _ in self.agents]
        self.passed = 0

    # -- preparation --

    def _prepare(self) -> None:
        """Know every agent's code, and in it the conditions that are observed."""
        for action in self.system.actions:
            for arguments in itertools.product(*(values for _, _, values in action.parameters)):
                body = action_code(self.system.variables, self.system.arenas, action, arguments)
                agent = agent_of(self.system, self.discipline.agents, action, arguments)
                self.candidates[agent].append(Candidate(action.name, agent, action, body))
                self._mark(body, agent)
        if self.system.processors is not None:
            for location in self.system.locations:
                for agent in self.agents:
                    self._mark(self.runner.body(location.number, agent), agent)

    def _mark(self, body: ir.Block, agent: int | None) -> None:
        for e, ranges in observable(body):
            self.runner.marked[id(e)] = e
            if e in self.assumptions.observed:
                self.runner.observed.add(id(e))
                for instance in instances(e, ranges, self.system.variables, self.system.arenas):
                    if not isinstance(instance, ir.Constant):
                        self.demanded.setdefault(instance, set()).add(agent)

    def forget(self, found: str) -> None:
        """A property that has been found violated need not be preserved any more."""
        self.visibility.forget(found)
        for table in self.tables:
            table.clear()

    # -- passing through --

    def arrivals(self, state: int, seen: set[int]) -> list[int]:
        """The states to store for a state that a transition leads to: itself, or where the steps lead that suffice there. Those
        seen already may be left out."""
        terminal = 1 << self.layout.mark
        if state >= terminal or state in seen:
            return [state]
        changes = self.sufficient(state)
        if changes is None:
            return [state]
        found: list[int] = []
        pending = [(state, iter(changes))]
        on_path = {state}
        met = {state}
        while pending:
            here, rest = pending[-1]
            change = next(rest, None)
            if change is None:
                pending.pop()
                on_path.discard(here)
                continue
            self.passed += 1
            reached = here ^ change
            if reached in met:
                if reached in on_path:
                    found.append(reached)  # a cycle: someone has to look at what the others can do
                continue
            met.add(reached)
            changes = None if reached in seen or len(met) > MOST_PASSED else self.sufficient(reached)
            if changes is None:
                found.append(reached)
            else:
                on_path.add(reached)
                pending.append((reached, iter(changes)))
        return found

    def sufficient(self, state: int) -> tuple[int, ...] | None:
        """The changes that one agent's transitions make in a state, if they alone are enough to look at there."""
        claims = self.claimer.claims(state)
        for agent in self.agents:
            changes = self.local(agent, state, claims).changes
            if changes is not None and not any(self._contends(agent, claims, state ^ change, change) for change in changes):
                return changes
        return None

    def _contends(self, agent: int, claims: Claims, successor: int, change: int) -> bool:
        """Whether an agent gains a claim to what another claims too. (Who else claims it is not among the agent's own cells.)"""
        if not change & self.claimer.edge_cells:
            return False
        after = self.claimer.claims(successor)
        return any(
            held & ~claims.held[agent][record] & claims.held[other][record]
            for record, held in after.held[agent].items()
            for other in self.agents
            if other != agent
        )

    def between(self, state: int, accept: Callable[[int], bool]) -> list[int] | None:
        """States passed through from a state to one that is accepted, both included; None if there is none that way."""
        parents = {state: -1}
        queue = [state]
        for here in queue:
            if accept(here):
                path = [here]
                while parents[path[-1]] >= 0:
                    path.append(parents[path[-1]])
                return path[::-1]
            if here >> self.layout.mark:
                continue
            claims = self.claimer.claims(here)
            for agent in self.agents:
                for change in self.local(agent, here, claims).changes or ():
                    if here ^ change not in parents:
                        parents[here ^ change] = here
                        queue.append(here ^ change)
        return None

    def local(self, agent: int, state: int, claims: Claims) -> Local:
        """What an agent can do given its own cells."""
        own = claims.cells[agent]
        key = claims.key[agent]
        table = self.tables[agent].get(key)
        if table is None:
            table = self.tables[agent][key] = {}
        found = table.get(state & own)
        if found is None:
            found = table[state & own] = self.answer(agent, state, claims)
        return found

    def answer(self, agent: int, state: int, claims: Claims) -> Local:
        """The same, worked out anew."""
        own, exclusive = claims.cells[agent], claims.exclusive[agent]
        runs: list[tuple[Run, bool]] = []
        for candidate in self.candidates[agent]:
            assert candidate.action is not None
            runs += [(run, candidate.action.interrupt) for run in self._runs(candidate, state)]
        if self.system.processors is not None:
            runs += [(run, False) for run in self._runs(self.next_step(agent, state), state)]
        done = [run for run, _ in runs if run.end is not End.IMPOSSIBLE]
        confined = all(not (run.direct | run.writes) & ~own for run, _ in runs)
        if (
            any(run.reads & ~own for run, _ in runs)
            or any(run.end is End.STOPPED for run in done)
            or not any(
                not self.progress or (not interrupt and run.state != state) for run, interrupt in runs if run.end is End.MOVED
            )
            or any(run.writes & ~exclusive or not self.claimer.keeps(agent, state, run.state) for run in done)
            or not all(self.visibility.invisible(agent, claims, state, run.state) for run in done)
        ):
            return Local(None, confined)
        changes = tuple(dict.fromkeys(run.state ^ state for run in done))
        taken = {
            successor ^ state
            for t in self.transitions.possible(state)
            if self.agent(t) == agent
            for _, successor in outcomes(t, state)
            if isinstance(successor, int)
        }
        assert taken == set(changes), "two readings of one agent's transitions"
        return Local(changes, confined)

    # -- the checks --

    def agent(self, transition: Transition) -> int | None:
        """Whose transition it is."""
        if transition.action is None:
            return transition.processor
        return agent_of(self.system, self.discipline.agents, transition.action, transition.arguments)

    def check_accesses(self, state: int) -> None:
        """Whether every transition, possible in a state or not, reads and writes there only what it may. Raises Broken."""
        claims = self.claimer.claims(state)
        for agent in (*self.agents, None):
            if agent is not None and self.local(agent, state, claims).confined:
                continue
            for candidate in self._candidates(agent, state):
                _, direct, writes = self.touched(candidate, state)
                for other in self.agents:
                    if other == agent:
                        continue
                    if writes & claims.cells[other]:
                        raise self._broken_write(writes & claims.cells[other], candidate)
                    if direct & claims.exclusive[other]:
                        raise self._broken_read(direct & claims.exclusive[other], candidate, state)

    def _candidates(self, agent: int | None, state: int) -> Iterator[Candidate]:
        """An agent's actions, and the step that it stands before."""
        yield from self.candidates[agent]
        if agent is not None and self.system.processors is not None:
            yield self.next_step(agent, state)

    def next_step(self, agent: int, state: int) -> Candidate:
        """The step that a processor stands before."""
        step = self.transitions.processors[agent].transition(state)
        key = None if step is None or step.location is None else (step.location.number, step.frame)
        if key not in self.steps[agent]:
            name = "a step" if step is None or step.location is None else f"a step of {step.location.procedure}"
            self.steps[agent][key] = Candidate(name, agent, None, ())
        return self.steps[agent][key]

    def check(self, state: int) -> None:
        """Whether every transition, possible in a state or not, keeps to what the reduction assumes. Raises Broken."""
        self.check_accesses(state)
        for transition in self.transitions.possible(state):
            ends = (end for _, end in outcomes(transition, state))
            self.check_claims(transition, state, tuple(end for end in ends if isinstance(end, int)))

    def check_claims(self, transition: Transition, state: int, successors: tuple[int, ...]) -> None:
        """Whether a transition leaves to the other agents what is theirs. Raises Broken."""
        for successor in successors:
            if not (successor ^ state) & self.claimer.edge_cells or successor >> self.layout.mark:
                continue
            agent, claims, after = self.agent(transition), self.claimer.claims(state), self.claimer.claims(successor)
            for other in self.agents:
                if other != agent and any(held & ~after.own[other][record] for record, held in claims.own[other].items()):
                    raise self._broken_claim(successor ^ state, "a step" if transition.action is None else transition.action.name)

    def touched(self, candidate: Candidate, state: int) -> tuple[int, int, int]:
        """What a transition reads, reads directly and writes, in all ways to choose."""
        reads, met = self._met(candidate, state)
        return reads, met.direct, met.writes

    def _runs(self, candidate: Candidate, state: int) -> list[Run]:
        """A transition's runs in a state, one for each way to choose."""
        _, met = self._met(candidate, state)
        return [replace(run, state=state & ~run.writes | run.state if run.end is End.MOVED else state) for run in met.runs]

    def _met(self, candidate: Candidate, state: int) -> tuple[int, Met]:
        """The bits that a transition reads in a state, and how it runs in all states with the same ones."""
        for mask, table in candidate.met.items():
            found = table.get(state & mask)
            if found is not None:
                return mask, found
        runs = self._run(candidate, state)
        reads = direct = writes = 0
        for run in runs:
            reads |= run.reads
            direct |= run.direct
            writes |= run.writes
        stored = tuple(replace(run, state=run.state & run.writes) for run in runs)
        found = candidate.met.setdefault(reads, {})[state & reads] = Met(stored, direct, writes)
        return reads, found

    def _run(self, candidate: Candidate, state: int) -> list[Run]:
        """The same, run anew."""
        if candidate.action is None:
            assert candidate.agent is not None
            return self.runner.step(candidate.agent, state)
        return self.runner.action(candidate.body, {}, state)

    def _broken_write(self, bits: int, candidate: Candidate) -> Broken:
        name = self.claimer.name_at(bits.bit_length() - 1)
        instead = Assumptions(self.discipline.relaxed(name, Mode.SHARED), self.assumptions.observed)
        return Broken(instead, f"{candidate.name} writes {name} of another")

    def _broken_read(self, bits: int, candidate: Candidate, state: int) -> Broken:
        name = self.claimer.name_at(bits.bit_length() - 1)
        self.runner.watched = bits
        met = None
        for _ in self._run(candidate, state):
            met = met or self.runner.met
        self.runner.watched = 0
        if met is not None:
            return Broken(Assumptions(self.discipline, self.assumptions.observed | {met}), f"{candidate.name} observes {name}")
        instead = Assumptions(self.discipline.relaxed(name, Mode.READABLE), self.assumptions.observed)
        return Broken(instead, f"{candidate.name} reads {name} of another")

    def _broken_claim(self, bits: int, who: str) -> Broken:
        for edge in self.discipline.edges:
            if edge.variable in self.layout.cells:
                for index in range(self.system.arenas[edge.source].instances):
                    if bits & self.claimer.bits_of(edge.variable, index):
                        instead = Assumptions(self.discipline.without(edge.variable), self.assumptions.observed)
                        return Broken(instead, f"{who} takes by {edge.variable} what is another's")
        raise AssertionError("claims changed without an edge")
