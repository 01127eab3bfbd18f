# SPDX-License-Identifier: GPL-2.0-only
"""Fair cycles of a finite graph: strongly connected components, taken apart until fairness is met, and a short cycle in one.

Fairness is a set of Streett pairs: where a cycle has a transition at which pair i is `given`, it has one at which i is
`met`. What is assumed without a condition is given at every transition. Any graph will do: the search for lassos makes one
of a model.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

Meanwhile = Callable[[], None]
"""Called again and again in long work; what it raises ends the work."""

BETWEEN = 64
"""Nodes between two calls of it."""


@dataclass(frozen=True)
class Facts:
    """What is so at a transition and the state before it, as sets of bits: the pairs that are given and met there, and the
    demands whose condition holds there."""

    given: int
    met: int
    holds: int

    def allow_staying(self, pairs: int, avoided: int = 0) -> bool:
        """Whether a run for which nothing else is ever so is fair to these pairs and avoids these demands."""
        return not self.given & ~self.met & pairs and not self.holds & avoided

    def ask(self, given: int, avoided: int) -> bool:
        """Whether something is given there that none of these demands answers."""
        return bool(self.holds & given) and not self.holds & avoided


@dataclass
class Graph:
    """Nodes are numbers from 0. The transitions of node n are those from first[n] up to first[n + 1]: each with the node that it
    leads to and a label, which stands for its facts."""

    first: array[int] = field(default_factory=lambda: array("Q", [0]))
    target: array[int] = field(default_factory=lambda: array("I"))
    label: array[int] = field(default_factory=lambda: array("I"))
    facts: list[Facts] = field(default_factory=list)

    @property
    def nodes(self) -> int:
        return len(self.first) - 1


@dataclass(frozen=True)
class Component:
    """A set of nodes, and for each label whether its transitions may be taken there: between any two of the nodes there is a
    way of such transitions, and a run that takes all of them for ever is fair."""

    nodes: tuple[int, ...]
    allowed: bytes


def fair_components(graph: Graph, pairs: int, avoided: int = 0, meanwhile: Meanwhile = lambda: None) -> Iterator[Component]:
    """The largest sets of nodes in which a run that takes no transition at which one of the `avoided` demands holds can stay
    for ever, fair to these pairs. Every such run ends up in one of them."""
    allowed = bytes(not facts.holds & avoided for facts in graph.facts)
    if not any(allowed):
        return
    region = array("q", [0]) * graph.nodes
    waiting: list[tuple[int, Iterable[int], bytes]] = [(0, range(graph.nodes), allowed)]
    regions = 1
    number = [0] * graph.nodes
    while waiting:
        here, nodes, allowed = waiting.pop()
        found = list(_components(graph, nodes, region, here, allowed, number, meanwhile))
        for component in found:
            for node in component:
                region[node] = regions
                number[node] = 0
            unmet = _unmet(graph, component, region, regions, allowed, pairs, meanwhile)
            if unmet == 0:
                yield Component(tuple(component), allowed)
            elif unmet is not None:
                fewer = bytes(allow and not facts.given & unmet for allow, facts in zip(allowed, graph.facts, strict=True))
                waiting.append((regions, component, fewer))
            regions += 1


def _unmet(
    graph: Graph, component: list[int], region: array[int], here: int, allowed: bytes, pairs: int, meanwhile: Meanwhile
) -> int | None:
    """The pairs that are given and not met inside a component; None if it has no transition."""
    first, target, label = graph.first, graph.target, graph.label
    labels = set()
    for position, node in enumerate(component):
        if not position % BETWEEN:
            meanwhile()
        for edge in range(first[node], first[node + 1]):
            if region[target[edge]] == here:
                labels.add(label[edge])
    inside = [graph.facts[number] for number in labels if allowed[number]]
    given = met = 0
    for facts in inside:
        given |= facts.given
        met |= facts.met
    return given & ~met & pairs if inside else None


def _components(
    graph: Graph,
    nodes: Iterable[int],
    region: array[int],
    here: int,
    allowed: bytes,
    low: list[int],
    meanwhile: Meanwhile,
) -> Iterator[list[int]]:
    """The strongly connected components of one region (Tarjan, without recursion), those of a single node without a
    transition to itself left out. Every node of the region is out of it afterwards: region -1. low: 0 for each of them."""
    first, label = graph.first, graph.label
    for position, root in enumerate(nodes):
        if not position % BETWEEN:
            meanwhile()
        if region[root] != here:
            continue
        for edge in range(first[root], first[root + 1]):
            if allowed[label[edge]]:
                yield from _components_from(graph, root, region, allowed, low, meanwhile)
                break
        else:
            region[root] = -1  # the shortest way to say so for most nodes


def _components_from(
    graph: Graph, root: int, region: array[int], allowed: bytes, low: list[int], meanwhile: Meanwhile
) -> Iterator[list[int]]:
    """Those among the nodes of the root's region that can be reached from it."""
    first, target, label = graph.first, graph.target, graph.label
    here = region[root]
    counter = 1
    calls: list[tuple[int, int, int]] = []
    node, edge, own = root, first[root], counter
    low[node] = own
    open_nodes = [node]
    lowest = own
    to_itself = False
    while True:
        end = first[node + 1]
        while edge < end:
            if allowed[label[edge]]:
                to = target[edge]
                if region[to] == here:
                    seen = low[to]
                    if not seen:
                        break
                    if seen < lowest:
                        lowest = seen
                    elif to == node:
                        to_itself = True
            edge += 1
        if edge < end:
            low[node] = lowest
            calls.append((node, edge + 1, own if not to_itself else -own))
            counter += 1
            if not counter % BETWEEN:
                meanwhile()
            node, own = target[edge], counter
            edge, lowest, to_itself = first[node], own, False
            low[node] = own
            open_nodes.append(node)
            continue
        low[node] = lowest
        if lowest == own:
            component = _closed(open_nodes, node, region)
            if len(component) > 1 or to_itself:
                yield component
        if not calls:
            return
        below = lowest
        node, edge, own = calls.pop()
        to_itself = own < 0
        own = abs(own)
        lowest = min(low[node], below) if region[target[edge - 1]] == here else low[node]


def _closed(open_nodes: list[int], node: int, region: array[int]) -> list[int]:
    """Take a component, which begins with a node, out of the open nodes and the region."""
    size = len(open_nodes)
    while True:
        size -= 1
        region[open_nodes[size]] = -1
        if open_nodes[size] == node:
            break
    component = open_nodes[size:]
    del open_nodes[size:]
    return component


Way = Callable[[int, int, int], list[int]]
"""From a node, to a goal, owing pairs: the transitions of a shortest way that ends with one that meets an owed pair; at the goal,
where none is owed."""


def fair_cycle(graph: Graph, component: Component, start: int, pairs: int, meanwhile: Meanwhile = lambda: None) -> list[int]:
    """The transitions of a cycle through a node of a fair component, fair to these pairs."""
    inside = frozenset(component.nodes)

    def way(node: int, goal: int, owed: int) -> list[int]:
        return _way(graph, inside, component.allowed, node, goal, owed, meanwhile)

    return cycle_of(way, lambda edge: (graph.target[edge], graph.facts[graph.label[edge]]), start, pairs)


def cycle_of(way: Way, transition: Callable[[int], tuple[int, Facts]], start: int, pairs: int) -> list[int]:
    """The same, by ways in the component. transition: where a transition leads, and what is so at it. The cycle is short, not
    always the shortest: as long as it owes pairs, it is made anew to meet these too."""
    wanted = 0
    while True:
        cycle = _tour(way, transition, start, wanted)
        given, met = _union(transition, cycle)
        owed = given & ~met & pairs
        if not owed:
            return cycle
        wanted |= owed


def _tour(way: Way, transition: Callable[[int], tuple[int, Facts]], start: int, wanted: int) -> list[int]:
    """A cycle through a node: always the shortest way to a pair that is still wanted, and in the end back."""
    tour: list[int] = []
    node = start
    while True:
        _, met = _union(transition, tour)
        if not wanted & ~met and tour and node == start:
            return tour
        tour += way(node, start, wanted & ~met)
        node, _ = transition(tour[-1])


def _union(transition: Callable[[int], tuple[int, Facts]], edges: Iterable[int]) -> tuple[int, int]:
    """The pairs that are given and met at some of the transitions."""
    given = met = 0
    for edge in edges:
        _, facts = transition(edge)
        given, met = given | facts.given, met | facts.met
    return given, met


def _way(
    graph: Graph, inside: frozenset[int], allowed: bytes, node: int, goal: int, owed: int, meanwhile: Meanwhile
) -> list[int]:
    """The transitions of a shortest way from a node that ends with one that meets an owed pair; at the goal, where none is
    owed."""
    came: dict[int, int] = {node: -1}
    before: dict[int, int] = {}
    level = [node]
    while level:
        following: list[int] = []
        for position, at in enumerate(level):
            if not position % BETWEEN:
                meanwhile()
            for edge in range(graph.first[at], graph.first[at + 1]):
                to = graph.target[edge]
                if not allowed[graph.label[edge]] or to not in inside:
                    continue
                if graph.facts[graph.label[edge]].met & owed if owed else to == goal:
                    way = [edge]
                    while came[at] >= 0:
                        way.append(came[at])
                        at = before[at]
                    return way[::-1]
                if to not in came:
                    came[to], before[to] = edge, at
                    following.append(to)
        level = following
    raise AssertionError("a component in which something cannot be reached")
