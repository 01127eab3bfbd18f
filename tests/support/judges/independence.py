# SPDX-License-Identifier: GPL-2.0-only
"""What partial-order reduction takes for granted, checked in every reachable state by trying it."""

from __future__ import annotations

from checker.explicit.reduction.partial_order import Reducer
from checker.explicit.search.search import Search
from checker.explicit.step.outcome import Raised, Tape
from checker.explicit.step.transitions import Transition


def outcomes(transition: Transition, state: int) -> set[object]:
    """What a transition can do in a state: the bits that it changes in each way to choose, and what it raises."""
    found: set[object] = set()
    tape = Tape()
    while True:
        tape.rewind()
        try:
            successor = transition.function(state, tape)
            if isinstance(successor, int):
                found.add(successor ^ state)
        except Raised as raised:
            found.add((type(raised).__name__, str(raised)))
        if not tape.advance():
            return found


def assert_independent(full: Search, reducer: Reducer) -> int:
    """Asserts, for every state that the full search found, that no transition breaks the discipline, and that where an agent's
    transitions are taken for sufficient each transition of another commutes with them. How many pairs were tried.

    Commuting: the other does to the state what it would have done before, and then the agent has the same transitions. A
    violated invariant that is still looked for stays violated; nobody sees an observed condition change."""
    pairs = 0
    for state in full.states:
        if state >> full.layout.mark:
            continue
        claims = reducer.claimer.claims(state)
        possible = [(t, outcomes(t, state)) for t in full.transitions.possible(state)]
        reducer.check_accesses(state)
        for transition, done in possible:
            reducer.check_claims(transition, state, tuple(state ^ change for change in done if isinstance(change, int)))
        for agent in reducer.agents:
            changes = reducer.local(agent, state, claims).changes
            if changes is None:
                continue
            mine = set().union(*(done for transition, done in possible if reducer.agent(transition) == agent))
            assert mine == set(changes), "other transitions than the agent has"
            for transition, done in possible:
                if reducer.agent(transition) == agent:
                    continue
                for change in changes:
                    assert outcomes(transition, state ^ change) == done, "an agent's step changes what another does"
                    pairs += 1
                for change in done:
                    if isinstance(change, int) and not (state ^ change) >> full.layout.mark:
                        after = state ^ change
                        now = reducer.local(agent, after, reducer.claimer.claims(after)).changes
                        took = set()
                        for other in full.transitions.possible(after):
                            if reducer.agent(other) == agent:
                                took |= outcomes(other, after)
                        assert took == mine, "another's step changes what an agent does"
                        assert now is None or set(now) == mine
            for change in changes:
                if (state ^ change) >> full.layout.mark:
                    continue
                for cluster in full.clusters:
                    for instance in cluster.instances:
                        if instance.predicate.property not in {judged.property for judged in reducer.visibility.judged}:
                            continue
                        assert instance.holds(state) or not instance.holds(state ^ change), "a violation undone unseen"
    return pairs
