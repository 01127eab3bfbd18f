# SPDX-License-Identifier: GPL-2.0-only
"""Fair cycles of random graphs, against an algorithm that tries every set of transitions."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise, product

import networkx
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.explicit.liveness.fair_cycles import Facts, Graph, fair_components, fair_cycle

PAIRS = 0b111
Edge = tuple[int, int, Facts]


def graph_of(nodes: int, edges: list[Edge]) -> Graph:
    graph = Graph()
    for node in range(nodes):
        for _, to, facts in (edge for edge in edges if edge[0] == node):
            if facts not in graph.facts:
                graph.facts.append(facts)
            graph.target.append(to)
            graph.label.append(graph.facts.index(facts))
        graph.first.append(len(graph.target))
    return graph


def facts() -> st.SearchStrategy[Facts]:
    bits = st.integers(0, PAIRS)
    return st.builds(Facts, bits, bits, st.integers(0, 1))


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, list[Edge]]:
    nodes = draw(st.integers(1, 6))
    node = st.integers(0, nodes - 1)
    return nodes, draw(st.lists(st.tuples(node, node, facts()), max_size=12))


def is_fair(edges: list[Edge], pairs: int) -> bool:
    """Whether a run that takes exactly these transitions again and again is fair."""
    first = second = 0
    for _, _, one in edges:
        first, second = first | one.given, second | one.met
    return not first & ~second & pairs


def connected(edges: list[Edge]) -> bool:
    """Whether one cycle can take exactly these transitions, each as often as it likes."""
    whole = networkx.MultiDiGraph((source, to) for source, to, _ in edges)
    return networkx.is_strongly_connected(whole)


def fair_sets(edges: list[Edge], pairs: int) -> Iterator[list[Edge]]:
    """Every set of transitions that some fair run takes again and again, and no others, avoiding demand 0. Exponential, and
    nothing of the algorithm that is tested."""
    usable = [edge for edge in edges if not edge[2].holds]
    for chosen in product((False, True), repeat=len(usable)):
        some = [edge for edge, taken in zip(usable, chosen, strict=True) if taken]
        if some and is_fair(some, pairs) and connected(some):
            yield some


@settings(max_examples=400, deadline=None, derandomize=True)
@given(graphs(), st.integers(0, PAIRS))
def test_the_components_are_all_nodes_of_fair_cycles_and_no_others(drawn: tuple[int, list[Edge]], pairs: int) -> None:
    nodes, edges = drawn
    edges = edges[:9]
    expected = {source for some in fair_sets(edges, pairs) for source, _, _ in some}
    components = list(fair_components(graph_of(nodes, edges), pairs, 1))
    found = [node for component in components for node in component.nodes]
    assert sorted(found) == sorted(set(found))
    assert set(found) == expected


@settings(max_examples=400, deadline=None, derandomize=True)
@given(graphs(), st.integers(0, PAIRS))
def test_a_cycle_can_be_taken_and_is_fair(drawn: tuple[int, list[Edge]], pairs: int) -> None:
    nodes, edges = drawn
    graph = graph_of(nodes, edges)
    source = {edge: node for node in range(nodes) for edge in range(graph.first[node], graph.first[node + 1])}
    for component in fair_components(graph, pairs, 1):
        for start in component.nodes:
            cycle = fair_cycle(graph, component, start, pairs)
            taken = [(source[edge], graph.target[edge], graph.facts[graph.label[edge]]) for edge in cycle]
            assert taken
            assert taken[0][0] == taken[-1][1] == start
            assert all(one[1] == other[0] for one, other in pairwise(taken))
            assert not any(one.holds for _, _, one in taken)
            assert is_fair(taken, pairs)


def test_components_without_pairs_are_those_of_networkx() -> None:
    graph = networkx.gnp_random_graph(300, 0.006, seed=7, directed=True)
    edges = [(a, b, Facts(0, 0, 0)) for a, b in graph.edges]
    expected = {frozenset(c) for c in networkx.strongly_connected_components(graph) if len(c) > 1}
    assert len(expected) >= 1
    assert {frozenset(c.nodes) for c in fair_components(graph_of(300, edges), 0)} == expected


def test_a_pair_that_needs_strong_fairness() -> None:
    """Two nodes in a cycle, each with a transition to itself: pair 0 is given at one node and met nowhere, so that only the other
    one's loop is fair; the cycle through both never is."""
    edges = [(0, 1, Facts(1, 0, 0)), (1, 0, Facts(0, 0, 0)), (1, 1, Facts(0, 0, 0)), (0, 0, Facts(1, 0, 0))]
    graph = graph_of(2, edges)
    (component,) = fair_components(graph, 1)
    assert component.nodes == (1,)
    assert [graph.target[edge] for edge in fair_cycle(graph, component, 1, 1)] == [1]
    assert [set(c.nodes) for c in fair_components(graph, 0)] == [{0, 1}]
