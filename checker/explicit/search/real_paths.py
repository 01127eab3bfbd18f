# SPDX-License-Identifier: GPL-2.0-only
"""A system in the portable engine's terms, and in it the real paths behind what an engine has stored.

Both engines tell with it what they found: so both code generators have to agree on each step of each counterexample.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

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
        if self.reducer is not None:
            stored = [stored[0], *(s for start, wanted in itertools.pairwise(stored) for s in self._passed(start, wanted))]
        return self.path_where([self._stored_as(state) for state in stored])

    def _stored_as(self, wanted: int) -> Callable[[int], bool]:
        return lambda state: self.stored(state) == wanted

    def stored(self, state: int) -> int:
        """What the search stores for a state: its representative, if it has one."""
        return state if self.canonical is None else self.canonical.representative(state)

    def path_where(self, accepts: Sequence[Callable[[int], bool]]) -> Route:
        """A path from an initial state that the first test accepts to a state that the second one accepts, and so on."""
        return path_where(self.transitions, self.firsts, accepts)

    def _passed(self, state: int, wanted: int) -> list[int]:
        """What would be stored for the states that the search passed through from one stored state to the next, and the next. The
        way is looked for where the search took it: in a state that differs by an exchange other steps may be the ones that
        suffice, but transitions that lead to what is stored as these are there too."""
        assert self.reducer is not None
        for _, _, end in alternatives(self.transitions, state):
            if isinstance(end, Violated):
                end = marked(self.transitions, state, end)
            if isinstance(end, int):
                passed = self.reducer.between(end, self._stored_as(wanted))
                if passed is not None:
                    return [self.stored(other) for other in passed]
        raise AssertionError("a state without the steps that led to it")

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
