# SPDX-License-Identifier: GPL-2.0-only
"""A system in the portable engine's terms, and in it the real paths behind what an engine has stored.

Both engines tell with it what they found: so both code generators have to agree on each step of each counterexample.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence

from checker.explicit.reduction.agent_code import AgentCode
from checker.explicit.reduction.assumptions import Assumptions, Broken
from checker.explicit.reduction.canonical import EXCHANGES, Canonical
from checker.explicit.reduction.partial_order import Reducer
from checker.explicit.reduction.reductions import PARTIAL_ORDER, unused, usable
from checker.explicit.step.generated_names import Names
from checker.explicit.step.initial import initial_states
from checker.explicit.step.outcome import OutOfRange, Violated
from checker.explicit.step.paths import NoSuchPath, RaisingStep, Route, alternatives, marked, path_where, raising_end
from checker.explicit.step.predicates import Instance, make_clusters
from checker.explicit.step.python_code import FunctionMaker
from checker.explicit.step.transitions import Transitions
from checker.ir import system as ir
from checker.ir.analysis.ownership import guess
from checker.ir.layout import make_layout
from checker.language.raised import NO_DEADLOCK


class RealPaths:
    """properties: those to look for; the others are not evaluated. reductions: of reductions.py; those of no use here are in
    `unused`, each with the reason. dropped: those that turned out not to be sound, with the reason. canonical: what represents
    states, None where they represent themselves. reducer: of a search with partial order."""

    def __init__(self, system: ir.System, properties: frozenset[str] | None, reductions: frozenset[str]) -> None:
        self.system = system
        self.layout = make_layout(system)
        self.firsts = initial_states(system, self.layout)
        self.names = Names(system, self.layout)
        self.maker = FunctionMaker(self.names)
        self.transitions = Transitions(self.maker)
        self.properties = frozenset(system.properties) if properties is None else properties
        self.clusters = make_clusters(self.maker, self.properties)
        self.discipline = guess(system) if PARTIAL_ORDER in reductions else None
        self.reductions = reductions & usable(system, self.discipline)
        self.unused = unused(system, reductions, self.discipline)
        self.dropped: dict[str, str] = {}
        self.canonical = self._make_canonical()
        self.reducer: Reducer | None = None
        if self.discipline is not None:
            self.agent_code = AgentCode(self.transitions, self.discipline.agents)
            self.reduce(Assumptions(self.discipline), ())

    def reduce(self, assumptions: Assumptions, found: Container[str]) -> None:
        """Search with partial-order reduction under these assumptions, for what has not been found."""
        wanted = frozenset(name for name in self.properties if name not in found)
        self.reducer = Reducer(self.agent_code, assumptions, wanted, NO_DEADLOCK in wanted, self.reducer)

    def weaken(self, broken: Broken, found: Container[str]) -> None:
        """Assume so much less that the state in which something was broken breaks nothing more."""
        while True:
            self.reduce(broken.instead, found)
            assert self.reducer is not None
            try:
                self.reducer.check(broken.state)
            except Broken as another:
                broken = another
            else:
                return

    def drop_pages(self, reason: str) -> None:
        """Do without the reduction of pages."""
        self.dropped["pages"] = reason
        self.reductions -= {"pages"}
        self.canonical = self._make_canonical()

    def _make_canonical(self) -> Canonical | None:
        exchanges = self.reductions & frozenset(EXCHANGES)
        return Canonical(self.system, self.layout, exchanges) if exchanges and self.system.symmetry is not None else None

    def path_along(self, stored: Sequence[int]) -> Route:
        """A path through states that are stored as these, one after the other: an initial one first."""
        return self.path_through([_is(state) for state in stored])

    def _stored_so(self, accept: Callable[[int], bool]) -> Callable[[int], bool]:
        return lambda state: accept(self.stored(state))

    def stored(self, state: int) -> int:
        """What the search stores for a state: its representative, if it has one."""
        return state if self.canonical is None else self.canonical.representative(state)

    def path_where(self, accepts: Sequence[Callable[[int], bool]]) -> Route:
        """A path from an initial state that the first test accepts to a state that the second one accepts, and so on."""
        return path_where(self.transitions, self.firsts, accepts)

    def path_through(self, accepts: Sequence[Callable[[int], bool]]) -> Route:
        """A path through states that are stored one after the other: the first test accepts what is stored for an initial state,
        and so on."""
        if self.reducer is None:
            return self.path_where([self._stored_so(accept) for accept in accepts])
        for first in dict.fromkeys(map(self.stored, self.firsts)):
            stored = self._through(first, accepts[1:]) if accepts[0](first) else None
            if stored is not None:
                return self.path_where([self._stored_so(_is(state)) for state in stored])
        raise NoSuchPath("a state without the transitions that led to it")

    def _through(self, first: int, accepts: Sequence[Callable[[int], bool]]) -> list[int] | None:
        """What would be stored for all states on a way that the search took, passed through ones too."""
        ways = [[first]]
        untried: list[Iterator[list[int]]] = []
        while len(ways) <= len(accepts):
            if len(untried) < len(ways):
                untried.append(self._passed(ways[-1][-1], accepts[len(ways) - 1]))
            way = next(untried[-1], None)
            if way is not None:
                ways.append(way)
                continue
            untried.pop()
            ways.pop()
            if not ways:
                return None
        return [state for way in ways for state in way]

    def _passed(self, state: int, accept: Callable[[int], bool]) -> Iterator[list[int]]:
        """What would be stored for the states that the search passed through from one stored state to the next, and the next. The
        way is looked for where the search took it: in a state that differs by an exchange other steps may be the ones that
        suffice, but transitions that lead to what is stored as these are there too."""
        assert self.reducer is not None
        ends = [
            marked(self.transitions, state, end) if isinstance(end, Violated) else end
            for _, _, end in alternatives(self.transitions, state)
            if isinstance(end, Violated | int)
        ]
        # More steps suffice since the search took this way, where a property has been found: they may be detours.
        for way in self.reducer.between(ends, self._stored_so(accept)):
            yield [self.stored(other) for other in way]

    def raising_end(self, path: Route, like: Violated | OutOfRange) -> RaisingStep:
        """The transition that raises the same after a path."""
        return raising_end(self.transitions, path.end, like)

    def violated_instance(self, name: str, path: Route) -> Instance:
        """The invariant of a property that is the first to be violated after a path."""
        state = path.end
        for cluster in self.clusters:
            for instance in cluster.instances:
                if instance.predicate.property == name and instance.is_violated(state):
                    return instance
        raise NoSuchPath("an invariant that is violated for one engine is not for the other")

    def error_of(self, path: Route, name: str | None = None) -> OutOfRange:
        """The model error that an invariant runs into after a path: one of any property, or of that name."""
        state = path.end
        for cluster in self.clusters:
            for instance in cluster.instances:
                try:
                    if name in (None, instance.predicate.property):
                        instance.holds(state)
                except OutOfRange as error:
                    return error
        raise NoSuchPath("an invariant that runs into a model error for one engine does not for the other")


def _is(wanted: int) -> Callable[[int], bool]:
    return lambda state: state == wanted
