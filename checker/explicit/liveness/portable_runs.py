# SPDX-License-Identifier: GPL-2.0-only
"""The graph of states in Python: the portable engine's, for small systems and for what C cannot hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from checker.explicit.liveness.fair_cycles import Component, Facts, fair_components, fair_cycle
from checker.explicit.liveness.run_conditions import Demand
from checker.explicit.liveness.run_graph import RunGraph
from checker.explicit.liveness.runs import FairSet, Unanswered
from checker.explicit.liveness.unanswered import asking, shortest_unanswered
from checker.explicit.step.paths import Step


class PortableRuns:
    """runs: the graph, not explored yet. meanwhile: called in long work on it."""

    def __init__(self, runs: RunGraph, meanwhile: Callable[[], None]) -> None:
        self.runs = runs
        self.conditions = runs.conditions
        self.meanwhile = meanwhile
        self.components: list[Component] = []

    def explore(self) -> None:
        self.runs.explore()

    @property
    def count(self) -> int:
        return len(self.runs.states)

    @property
    def transitions(self) -> int:
        return self.runs.transitions

    def first_end(self, pairs: int, avoided: int) -> int | None:
        ends = self.runs.ends.items()
        return min((nodes[0] for facts, nodes in ends if facts.allow_staying(pairs, avoided)), default=None)

    def fair_sets(self, pairs: int, avoided: int, failing: int = 0) -> Iterator[FairSet]:
        depths = self.runs.depths
        self.components = []
        for component in fair_components(self.runs.graph, pairs, avoided, self.meanwhile):
            self.components.append(component)
            nodes = sorted(self._failing(component, failing) if failing else component.nodes)
            nearest = tuple(node for node in nodes if depths[node] == depths[nodes[0]])
            yield FairSet(len(self.components) - 1, nearest)

    def _failing(self, component: Component, failing: int) -> list[int]:
        """The nodes of a component in which a condition fails that is to hold from some point on."""
        graph, inside = self.runs.graph, frozenset(component.nodes)
        found = []
        for node in component.nodes:
            for edge in range(graph.first[node], graph.first[node + 1]):
                label = graph.label[edge]
                if component.allowed[label] and graph.target[edge] in inside and graph.facts[label].met & failing:
                    found.append(node)
                    break
        return found

    def cycle(self, fair: int, node: int, pairs: int) -> list[int]:
        return fair_cycle(self.runs.graph, self.components[fair], node, pairs, self.meanwhile)

    def unanswered(self, demand: Demand) -> Unanswered | None:
        graph, ends = self.runs.graph, self.runs.ends
        asked = set(asking(graph, demand.given, demand.avoided))
        asked |= {n for facts, nodes in ends.items() if facts.ask(demand.given, demand.avoided) for n in nodes}
        if not asked:
            return None
        self.components = list(fair_components(graph, demand.pairs, demand.avoided, self.meanwhile))
        lasting = {node for facts, nodes in ends.items() if _may_end(facts, demand) for node in nodes}
        goals = lasting.union(*(component.nodes for component in self.components))
        found = shortest_unanswered(graph, self.runs.depths, sorted(asked), frozenset(goals), demand.avoided, self.meanwhile)
        if found is None:
            return None
        first, way = found
        start = graph.target[way[-1]] if way else first
        fair = None if start in lasting else next(n for n, c in enumerate(self.components) if start in c.nodes)
        return Unanswered(first, way, fair)

    def depth(self, node: int) -> int:
        return self.runs.depths[node]

    def state(self, node: int) -> int:
        return self.runs.states[node]

    def target(self, edge: int) -> int:
        return self.runs.graph.target[edge]

    def path(self, node: int) -> tuple[int, list[int]]:
        return self.runs.path(node)

    def step(self, edge: int) -> Step:
        return self.runs.step(edge)


def _may_end(facts: Facts, demand: Demand) -> bool:
    """Whether a run that ends where that is so violates a demand, if it has been asked."""
    return facts.allow_staying(demand.pairs, demand.avoided)
