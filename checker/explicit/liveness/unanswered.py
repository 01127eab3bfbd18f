# SPDX-License-Identifier: GPL-2.0-only
"""The shortest way to a run on which something is asked and never answered."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator

from checker.explicit.liveness.fair_cycles import BETWEEN, Graph


def asking(graph: Graph, given: int, avoided: int) -> Iterator[int]:
    """The nodes in which it is given and not answered, but for those that nothing leads away from, in order. Both are of the
    state alone, so that they are the same at each of its transitions."""
    wanted = bytes(facts.ask(given, avoided) for facts in graph.facts)
    for node in range(graph.nodes):
        first = graph.first[node]
        if first < graph.first[node + 1] and wanted[graph.label[first]]:
            yield node


def shortest_unanswered(
    graph: Graph, depths: array[int], asked: list[int], goals: frozenset[int], avoided: int, meanwhile: Callable[[], None]
) -> tuple[int, list[int]] | None:
    """A node of `asked` and the transitions of a way from it to one of the goals, none of which has the answer; the one with
    which a path from the initial states becomes the shortest. depths: how far each node is from them, larger for larger
    numbers. asked: in order."""
    unanswered = bytes(not facts.holds & avoided for facts in graph.facts)
    came: dict[int, tuple[int, int]] = {}
    level: list[int] = []
    position, depth = 0, 0
    while level or position < len(asked):
        if not level:
            depth = max(depth, depths[asked[position]])
        while position < len(asked) and depths[asked[position]] <= depth:
            if asked[position] not in came:
                came[asked[position]] = (-1, -1)
                level.append(asked[position])
            position += 1
        following: list[int] = []
        for number, node in enumerate(level):
            if not number % BETWEEN:
                meanwhile()
            if node in goals:
                return _way(came, node)
            for edge in range(graph.first[node], graph.first[node + 1]):
                to = graph.target[edge]
                if unanswered[graph.label[edge]] and to not in came:
                    came[to] = (edge, node)
                    following.append(to)
        level = following
        depth += 1
    return None


def _way(came: dict[int, tuple[int, int]], node: int) -> tuple[int, list[int]]:
    way: list[int] = []
    while came[node][0] >= 0:
        edge, node = came[node]
        way.append(edge)
    return node, way[::-1]
