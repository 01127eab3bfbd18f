# SPDX-License-Identifier: GPL-2.0-only
"""Groups of states -> a graph of networkx.

Attributes of a node: label (lines of text), states (how many it stands for), depth (of the nearest one), initial, violates
(properties, with a comma between two), violating (how many of its states), expanded (False where transitions of one are missing),
and what its group has beside these. Of an edge: who, what, file, line (see naming.Taken), transitions (how many it stands for).
All are numbers, truth values and text, which every format can hold.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from checker.verify.graph.naming import Taken
from checker.verify.graph.space import Space

if TYPE_CHECKING:
    import networkx as nx

Attribute = str | int | bool
Meanwhile = Callable[[], None]
"""Called again and again in long work; what it raises ends the work."""

BETWEEN = 1024
"""States or transitions between two calls of it."""


@dataclass(frozen=True)
class Group:
    """States that one node stands for. lines: the node's label below the first line, which is `title`. more: attributes."""

    title: str
    lines: tuple[str, ...] = ()
    more: Mapping[str, Attribute] = field(default_factory=dict)


def build(space: Space, group_of: Sequence[int], groups: Sequence[Group], meanwhile: Meanwhile = lambda: None) -> nx.MultiDiGraph:
    """The graph of these groups. group_of: the number of the group of each state. A transition inside a group is an edge from
    its node to itself."""
    import networkx as nx  # nobody waits for it who draws no graph

    graph = nx.MultiDiGraph(model=space.program.model, configuration=str(space.subject.configuration))
    explored = space.explored
    members: list[list[int]] = [[] for _ in groups]
    for state, number in enumerate(group_of):
        members[number].append(state)
    for number, group in enumerate(groups):
        if number % BETWEEN == 0:
            meanwhile()
        states = members[number]
        violated = Counter(name for state in states for name in explored.violated[state])
        attributes: dict[str, Attribute] = {
            "states": len(states),
            "depth": min(explored.depths[state] for state in states),
            "initial": any(state < explored.initials for state in states),
            "violates": ", ".join(sorted(violated)),
            "violating": sum(bool(explored.violated[state]) for state in states),
            "expanded": all(state < explored.expanded for state in states),
        }
        lines = (group.title, *group.lines, *_violated(violated, len(states)))
        graph.add_node(number, label="\n".join(lines), **attributes, **group.more)
    for source, target, taken, count in _edges(space, group_of, len(groups) < len(explored.states), meanwhile):
        attributes = {"who": taken.who, "what": taken.what, "file": taken.file, "line": taken.line, "transitions": count}
        graph.add_edge(source, target, label=taken.text, **attributes)
    return graph


def _violated(violated: Counter[str], states: int) -> Iterable[str]:
    for name, count in sorted(violated.items()):
        yield f"violates {name}" + (f" ({count:,} of {states:,})" if states > 1 else "")


def _edges(space: Space, group_of: Sequence[int], together: bool, meanwhile: Meanwhile) -> Iterable[tuple[int, int, Taken, int]]:
    """The transitions between groups: one after the other, or those together that read the same."""
    explored = space.explored
    taken = [space.naming.taken(label) for label in explored.labels]
    numbers: dict[Taken, int] = {}
    reads = [numbers.setdefault(one, number) if together else number for number, one in enumerate(taken)]
    counted: Counter[tuple[int, int, int]] = Counter()
    for node in range(explored.expanded):
        if node % BETWEEN == 0:
            meanwhile()
        source = group_of[node]
        for edge in range(explored.first[node], explored.first[node + 1]):
            counted[source, group_of[explored.target[edge]], reads[explored.label[edge]]] += 1
    for (source, target, read), count in counted.items():
        yield source, target, taken[read], count


def states_graph(space: Space, shown: Sequence[str] = (), meanwhile: Meanwhile = lambda: None) -> nx.MultiDiGraph:
    """A node for each state, an edge for each transition. shown: cells that the labels have. Every cell that differs between
    states is an attribute of its node, `cell:NAME`, and so is the place of the top frame of each owner, `place:OWNER`. A label
    has the places; in a model without frames, what the first transition to the state changed."""
    states, naming = space.explored.states, space.naming
    changing = naming.changing(states)
    before = {} if naming.system.owners else _before(space)
    groups = []
    for number, state in enumerate(states):
        if number % BETWEEN == 0:
            meanwhile()
        places = naming.places(state)
        more: dict[str, Attribute] = {f"cell:{name}": naming.cell(name, state) for name in changing}
        more.update({f"place:{owner}": place for owner, place in places.items()})
        lines = [f"{owner}: {place}" for owner, place in places.items()]
        other = states[before.get(number, number)]
        changed = [name for name in changing if naming.cell(name, state) != naming.cell(name, other)] if other != state else []
        lines += [f"{name} = {naming.cell(name, state)}" for name in shown or changed]
        groups.append(Group(f"state {number}", tuple(lines), more))
    return build(space, range(len(states)), groups, meanwhile)


def _before(space: Space) -> dict[int, int]:
    """For each state but the initial ones, the state from which it was reached first."""
    explored = space.explored
    found: dict[int, int] = {}
    for node in range(explored.expanded):
        for edge in range(explored.first[node], explored.first[node + 1]):
            if explored.target[edge] >= explored.initials:
                found.setdefault(explored.target[edge], node)
    return found
