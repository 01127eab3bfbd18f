# SPDX-License-Identifier: GPL-2.0-only
"""Liveness: looks for fair runs on which a demanded condition is false from some point on. Such a run, if there is one, can
be had as a lasso: a path, and a cycle that is run for ever.

It explores the system by itself, without reductions: which of them keep fair runs is another question than which keep
states. docs/internals/soundness/liveness.md says why what it finds is right and complete.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import psutil

from checker.explicit.liveness.fair_cycles import Component, Facts, fair_components, fair_cycle
from checker.explicit.liveness.run_conditions import Demand
from checker.explicit.liveness.run_graph import RunGraph
from checker.explicit.liveness.unanswered import asking, shortest_unanswered
from checker.explicit.search.results import Finding, Limits, Progress, Statistics
from checker.explicit.step.paths import Route
from checker.ir import system as ir
from checker.stopping import INTERRUPTED, OUT_OF_MEMORY, Stop, Why

BETWEEN_LOOKS = 0.1
"""Seconds between two looks at limits."""

LASSO = "lasso"
"""The kind of a finding that is one."""


@dataclass
class Lassos:
    """What was found. stopped: why the search ended early. explored: the whole graph is known, with so many states and
    transitions. vacuous: no run is fair, so that nothing is demanded of any."""

    findings: dict[str, Finding] = field(default_factory=dict)
    stopped: Stop | None = None
    states: int = 0
    transitions: int = 0
    explored: bool = False
    vacuous: bool = False


class _Stopped(Exception):
    def __init__(self, why: Stop) -> None:
        super().__init__(why)
        self.why = why


def find_lassos(
    system: ir.System,
    properties: frozenset[str],
    limits: Limits | None = None,
    progress: Progress | None = None,
    announce: Callable[[Finding], None] = lambda _: None,
) -> Lassos:
    """Look for a lasso for each of these properties, in a system that was lowered for liveness. limits: as for a search.
    announce: called with each finding when it is found. ModelError where a condition cannot be evaluated."""
    found = Lassos()
    search = _Search(system, properties, limits or Limits(), progress, found, announce)
    try:
        search.run()
    except _Stopped as stopped:
        found.stopped = stopped.why
    except KeyboardInterrupt:
        found.stopped = INTERRUPTED
    except MemoryError:
        found.stopped = OUT_OF_MEMORY
    return found


class _Search:
    def __init__(
        self,
        system: ir.System,
        properties: frozenset[str],
        limits: Limits,
        progress: Progress | None,
        found: Lassos,
        announce: Callable[[Finding], None],
    ) -> None:
        self.system = system
        self.properties = properties
        self.limits = limits
        self.progress = progress
        self.found = found
        self.announce = announce
        self.begun = time.monotonic()
        self.next_look = self.begun
        self.process = psutil.Process()

    def run(self) -> None:
        self.runs = RunGraph(self.system, self.look)
        found, graph = self.found, self.runs.graph
        self.runs.explore()
        self.pause()
        found.states, found.transitions, found.explored = len(self.runs.states), self.runs.transitions, True
        fair = False
        for demand in self.runs.conditions.demands:
            name = demand.eventuality.property
            if name in self.properties and name not in found.findings:
                finding = self.lasso(demand)
                if finding is not None:
                    fair = fair or not demand.eventuality.demanded.own_steps
                    self.announce(finding)  # first: what is interrupted there was not confirmed
                    found.findings[name] = finding
        if not fair:
            assumed = self.runs.conditions.assumed
            ends = any(facts.allow_staying(assumed) for facts in self.runs.ends)
            found.vacuous = not ends and next(fair_components(graph, assumed, meanwhile=self.pause), None) is None

    def lasso(self, demand: Demand) -> Finding | None:
        """The lasso with the shortest path, for one demand; of those the one with the shortest cycle that is found, which is
        none where the run ends."""
        if demand.given:
            return self.unanswered(demand)
        depths, graph = self.runs.depths, self.runs.graph
        end = min((nodes[0] for facts, nodes in self.runs.ends.items() if self.may_end(facts, demand)), default=None)
        nearest = -1
        starts: list[tuple[Component, int]] = []
        for component in fair_components(graph, demand.pairs, demand.avoided, self.pause):
            nodes = self.failing(component, demand) if demand.failing else component.nodes
            depth = depths[min(nodes)]
            if not starts or depth < nearest:
                starts = []
                nearest = depth
            if depth == nearest:
                starts += [(component, node) for node in nodes if depths[node] == depth]
        if end is not None and (not starts or depths[end] <= nearest):
            return self.finding(demand, self.runs.path(end), [])
        if not starts:
            return None
        start, cycle = self.shortest_cycle(starts, demand)
        return self.finding(demand, self.runs.path(start), cycle)

    def unanswered(self, demand: Demand) -> Finding | None:
        """The same for a condition that has to be answered."""
        graph, ends = self.runs.graph, self.runs.ends
        asked = set(asking(graph, demand.given, demand.avoided))
        asked |= {n for facts, nodes in ends.items() if facts.ask(demand.given, demand.avoided) for n in nodes}
        if not asked:
            return None
        components = list(fair_components(graph, demand.pairs, demand.avoided, self.pause))
        lasting = {node for facts, nodes in ends.items() if self.may_end(facts, demand) for node in nodes}
        goals = lasting.union(*(component.nodes for component in components))
        found = shortest_unanswered(graph, self.runs.depths, sorted(asked), frozenset(goals), demand.avoided, self.pause)
        if found is None:
            return None
        first, way = found
        initial, path = self.runs.path(first)
        start = graph.target[way[-1]] if way else first
        cycle: list[int] = []
        if start not in lasting:
            _, cycle = self.shortest_cycle([(c, start) for c in components if start in c.nodes], demand)
        return self.finding(demand, (initial, path + way), cycle)

    @staticmethod
    def may_end(facts: Facts, demand: Demand) -> bool:
        """Whether a run that ends where that is so violates a demand, if it has been asked."""
        return facts.allow_staying(demand.pairs, demand.avoided)

    def failing(self, component: Component, demand: Demand) -> list[int]:
        """The nodes of a component in which a condition fails that is to hold from some point on."""
        graph, inside = self.runs.graph, frozenset(component.nodes)
        found = []
        for node in component.nodes:
            for edge in range(graph.first[node], graph.first[node + 1]):
                label = graph.label[edge]
                if component.allowed[label] and graph.target[edge] in inside and graph.facts[label].met & demand.failing:
                    found.append(node)
                    break
        return found

    def shortest_cycle(self, starts: list[tuple[Component, int]], demand: Demand) -> tuple[int, list[int]]:
        """The shortest of the cycles that are found from these nodes, with its node."""
        best: tuple[int, int, int, list[int]] | None = None
        for component, node in starts:
            cycle = fair_cycle(self.runs.graph, component, node, demand.pairs, self.pause)
            found = (len(cycle), self.runs.states[node], node, cycle)
            best = found if best is None else min(best, found)
        assert best is not None
        return best[2:]

    def finding(self, demand: Demand, path: tuple[int, list[int]], cycle: list[int]) -> Finding:
        """The lasso of these transitions. path: with the initial state that it begins in."""
        first, edges = path
        steps = Route(first, tuple(self.runs.step(edge) for edge in (*edges, *cycle)))
        e = demand.eventuality
        return Finding(e.property, LASSO, e.position, steps, e, demand.arguments, cycle=len(edges))

    # -- limits --

    def look(self, states: int, expanded: int) -> None:
        """Stop where a limit is reached. Called far more often than there is something to see."""
        limits = self.limits
        if limits.states is not None and states > limits.states:
            raise _Stopped(Stop(Why.STATES, f"there are more than {limits.states:,} states"))
        now = time.monotonic()
        if now < self.next_look:
            return
        self.next_look = now + BETWEEN_LOOKS
        memory = self.process.memory_info().rss
        seconds = now - self.begun
        if self.progress is not None:
            transitions = self.runs.transitions if states else 0
            phase = "properties of runs" if states > expanded or not states else "cycles"
            self.progress(Statistics(states, transitions, 0, seconds, states - expanded, memory, phase))
        stop = limits.reached(seconds, memory)
        if stop is not None:
            raise _Stopped(stop)

    def pause(self) -> None:
        self.look(len(self.runs.states), len(self.runs.states))
