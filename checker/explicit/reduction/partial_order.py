# SPDX-License-Identifier: GPL-2.0-only
"""Partial-order reduction: which states can be passed through by the steps of one agent alone, and the checks this rests on.

docs/internals/soundness/partial-order.md has the argument. What an agent does on its own is a function of the cells that are its
own; it is worked out once for each value of them and remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from checker.explicit.reduction.agent_code import AgentCode, Candidate
from checker.explicit.reduction.assumptions import Assumptions, Broken
from checker.explicit.reduction.visibility import Visibility
from checker.explicit.step.paths import outcomes
from checker.explicit.step.transitions import Transition
from checker.ir.analysis.accesses import Run
from checker.ir.analysis.noted_state import End
from checker.ir.analysis.ownership import Claimer, Claims, Mode, agent_of

MOST_PASSED = 10_000
"""States passed through from one transition before the rest is stored."""


@dataclass(frozen=True)
class Local:
    """What an agent can do given its own cells. changes: what its transitions do to the state, as masks to xor, if they are
    sufficient, otherwise None. confined: none of them reads or writes anything else."""

    changes: tuple[int, ...] | None
    confined: bool


class Reducer:
    """The reduction for one search. properties: those that are looked for and not found yet."""

    def __init__(
        self,
        code: AgentCode,
        assumptions: Assumptions,
        properties: frozenset[str],
        progress: bool,
        earlier: Reducer | None = None,
    ) -> None:
        """code: of the agents of these assumptions. progress: whether deadlocks are looked for. earlier: under other assumptions,
        for what it has worked out that holds under these as well."""
        self.code = code
        self.transitions = code.transitions
        self.system = self.transitions.system
        self.layout = self.transitions.layout
        self.assumptions = assumptions
        self.discipline = assumptions.discipline
        self.progress = progress
        alike = earlier is not None and earlier.discipline == self.discipline
        known = earlier.visibility.known if earlier is not None and alike else None
        self.claimer: Claimer = (
            earlier.claimer if earlier is not None and alike else Claimer(self.system, self.layout, self.discipline)
        )
        self.agents = code.agents
        demanded = code.observe(assumptions.observed)
        self.visibility: Visibility = Visibility(self.transitions, self.claimer, self.discipline, properties, demanded, known)
        self.tables: list[dict[tuple[tuple[int, int], ...], dict[int, Local]]] = [{} for _ in self.agents]
        self.passed = 0

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

    def between(self, states: Iterable[int], accept: Callable[[int], bool]) -> Iterator[list[int]]:
        """States passed through from one of some states to one that is accepted, both included; the shortest of these ways first,
        and one to each."""
        parents = dict.fromkeys(states, -1)
        queue = list(parents)
        for here in queue:
            if accept(here):
                path = [here]
                while parents[path[-1]] >= 0:
                    path.append(parents[path[-1]])
                yield path[::-1]
            if here >> self.layout.mark:
                continue
            claims = self.claimer.claims(here)
            for agent in self.agents:
                for change in self.local(agent, here, claims).changes or ():
                    if here ^ change not in parents:
                        parents[here ^ change] = here
                        queue.append(here ^ change)

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
        reads = accessed = 0
        done: list[tuple[Run, int]] = []
        moves = not self.progress
        for candidate in self._candidates(agent, state):
            met = self.code.met(candidate, state)
            reads |= met.reads
            accessed |= met.direct | met.writes
            for run in met.runs:
                after = met.after(run, state)
                done.append((run, after))
                moves = moves or (after != state and not (candidate.action is not None and candidate.action.interrupt))
        # What it observes of others decides what else it accesses, and is not in the key.
        confined = not (accessed | reads) & ~own
        if (
            reads & ~own
            or not (done and moves)
            or any(run.end is End.STOPPED for run, _ in done)
            or any(run.writes & ~exclusive or not self.claimer.keeps(agent, state, after) for run, after in done)
            or not all(self.visibility.invisible(agent, claims, state, after) for _, after in done)
        ):
            return Local(None, confined)
        changes = tuple(dict.fromkeys(after ^ state for _, after in done))
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
                met = self.code.met(candidate, state)
                direct, writes = met.direct, met.writes
                for other in self.agents:
                    if other == agent:
                        continue
                    if writes & claims.cells[other]:
                        raise self._broken_write(writes & claims.cells[other], candidate, state)
                    if direct & claims.exclusive[other]:
                        raise self._broken_read(direct & claims.exclusive[other], candidate, state)

    def _candidates(self, agent: int | None, state: int) -> Iterator[Candidate]:
        """An agent's actions, and the step that it stands before."""
        yield from self.code.candidates[agent]
        if agent is not None and self.system.processors is not None:
            yield self.code.next_step(agent, state)

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
                    who = "a step" if transition.action is None else transition.action.name
                    raise self._broken_claim(successor ^ state, state, who)

    def _broken_write(self, bits: int, candidate: Candidate, state: int) -> Broken:
        name = self.claimer.name_at(bits.bit_length() - 1)
        instead = Assumptions(self.discipline.relaxed(name, Mode.SHARED), self.assumptions.observed)
        return Broken(instead, state, f"{candidate.name} writes {name} of another")

    def _broken_read(self, bits: int, candidate: Candidate, state: int) -> Broken:
        name = self.claimer.name_at(bits.bit_length() - 1)
        self.code.runner.watched = bits
        met = None
        for _ in self.code.run(candidate, state):
            met = met or self.code.runner.met
        self.code.runner.watched = 0
        if met is not None:
            observed = self.assumptions.observed | self.code.alike(met)
            return Broken(Assumptions(self.discipline, observed), state, f"{candidate.name} observes {name}")
        instead = Assumptions(self.discipline.relaxed(name, Mode.READABLE), self.assumptions.observed)
        return Broken(instead, state, f"{candidate.name} reads {name} of another")

    def _broken_claim(self, bits: int, state: int, who: str) -> Broken:
        for edge in self.discipline.edges:
            if edge.variable in self.layout.cells:
                for index in range(self.system.arenas[edge.source].instances):
                    if bits & self.claimer.bits_of(edge.variable, index):
                        instead = Assumptions(self.discipline.without(edge.variable), self.assumptions.observed)
                        return Broken(instead, state, f"{who} takes by {edge.variable} what is another's")
        raise AssertionError("claims changed without an edge")
