# SPDX-License-Identifier: GPL-2.0-only
"""Quotients of the graph of states: states are together that agree in what was asked for, or in one component."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from checker.counting import counted
from checker.verify.graph.building import BETWEEN, Group, Meanwhile, build
from checker.verify.graph.space import Space

if TYPE_CHECKING:
    import networkx as nx

PROPERTIES, PLACES, COMPONENTS = "properties", "places", "components"
KEYWORDS = (PROPERTIES, PLACES, COMPONENTS)
"""What states can be told apart by beside cells."""

FAIR, UNFAIR = "a fair run can stay", "no fair run stays"

Key = Callable[[int], tuple[str, ...]]


def classes_graph(space: Space, by: Sequence[str], meanwhile: Meanwhile = lambda: None) -> nx.MultiDiGraph:
    """A node for each class of states that agree in all of this. by: KEYWORDS and names of cells, as Naming.matching has them.
    UsageError for a name of nothing."""
    keys = [_key(space, word) for word in by]
    numbers: dict[tuple[str, ...], int] = {}
    group_of = []
    for node in range(len(space.explored.states)):
        if node % BETWEEN == 0:
            meanwhile()
        key = tuple(line for part in keys for line in part(node))
        group_of.append(numbers.setdefault(key, len(numbers)))
    sizes = Counter(group_of)
    groups = [Group(counted(sizes[number], "state"), key, {"class": "; ".join(key)}) for key, number in numbers.items()]
    return build(space, group_of, groups, meanwhile)


def components_graph(space: Space, meanwhile: Meanwhile = lambda: None) -> nx.MultiDiGraph:
    """The condensation: a node for each strongly connected component, those without a cycle too. Attributes: cyclic; fair, where
    that is known: whether a run that is fair to what the model assumes can stay there forever."""
    group_of, cyclic = components(space)
    members: list[list[int]] = [[] for _ in cyclic]
    for node, number in enumerate(group_of):
        members[number].append(node)
    groups = []
    for nodes, has_cycle in zip(members, cyclic, strict=True):
        title = counted(len(nodes), "state") + (", a cycle" if has_cycle else f": {nodes[0]}")
        fair = None if space.fair is None else any(space.explored.states[node] in space.fair for node in nodes)
        lines = () if fair is None or not (fair or has_cycle) else (FAIR if fair else UNFAIR,)
        groups.append(Group(title, lines, {"cyclic": has_cycle} | ({} if fair is None else {"fair": fair})))
    return build(space, group_of, groups, meanwhile)


def components(space: Space) -> tuple[list[int], list[bool]]:
    """The number of the strongly connected component of each state, numbered by their first states; and of each component
    whether it has a cycle."""
    import networkx as nx

    explored = space.explored
    graph = nx.DiGraph()
    graph.add_nodes_from(range(len(explored.states)))
    for node in range(explored.expanded):
        graph.add_edges_from((node, explored.target[edge]) for edge in range(explored.first[node], explored.first[node + 1]))
    found = sorted(nx.strongly_connected_components(graph), key=min)
    group_of = [0] * len(explored.states)
    for number, component in enumerate(found):
        for node in component:
            group_of[node] = number
    return group_of, [len(component) > 1 or graph.has_edge(*[next(iter(component))] * 2) for component in found]


def _key(space: Space, word: str) -> Key:
    """What tells states apart by one word of --by: the lines that a state has of it."""
    explored, naming = space.explored, space.naming
    if word == PROPERTIES:
        return lambda node: tuple(f"violated: {name}" for name in explored.violated[node])
    if word == PLACES:
        return lambda node: tuple(f"{owner}: {place}" for owner, place in naming.places(explored.states[node]).items())
    if word == COMPONENTS:
        return _component_key(space)
    names = naming.matching(word)
    return lambda node: tuple(f"{name} = {naming.cell(name, explored.states[node])}" for name in names)


def _component_key(space: Space) -> Key:
    """The components with a cycle each, all other states together."""
    group_of, cyclic = components(space)
    order = {number: n for n, number in enumerate(number for number, has_cycle in enumerate(cyclic) if has_cycle)}
    fair = {group_of[node] for node, state in enumerate(space.explored.states) if state in (space.fair or ())}

    def key(node: int) -> tuple[str, ...]:
        number = group_of[node]
        told = () if space.fair is None else (FAIR,) if number in fair else (UNFAIR,)
        return (f"cycle {order[number]}", *told) if number in order else ("on no cycle", *(told if number in fair else ()))

    return key
