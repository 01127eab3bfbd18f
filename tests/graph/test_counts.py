# SPDX-License-Identifier: GPL-2.0-only
"""The graph has the states and transitions that a search without reductions counts, and marks what that finds violated."""

from __future__ import annotations

import random
from collections.abc import Mapping

import pytest
from hypothesis import event

from checker.explicit.search.results import Limits
from checker.explicit.search.search import Search
from checker.explicit.states.exploration import Exploration, Explored
from checker.ir import system as ir
from checker.ir.lowering.lower import lower
from checker.language.errors import ModelError
from checker.language.tree import Setting
from checker.project import MODELS, bundled_models
from checker.verify.graph.building import states_graph
from checker.verify.graph.classes import KEYWORDS, classes_graph, components, components_graph
from checker.verify.graph.space import explore_states
from checker.verify.request import Request
from tests.support.random.drawn import drawn_program
from tests.support.random.random_systems import random_system
from tests.support.seeds import seeds

SMALL: Mapping[str, Setting] = {"CPUS": 1, "TASKS": 1, "STACK_PAGES": 2}
CONFIGURATIONS: list[tuple[str, Mapping[str, Setting], tuple[str, ...] | None]] = [
    (name, {"C": 2, "T": 2, "S": 2} if name == "dks" else SMALL, events)
    for name in bundled_models()
    for events in ([None] if name == "dks" else [("touch",), ("touch", "oom"), ("switch-fault", "irq")])
]
MOST = 5_000
"""States of a random system that is not looked at."""


def same(system: ir.System, explored: Explored, search: Search) -> None:
    """All that a search tells of a state space, the graph tells too."""
    result = search.result
    assert (len(explored.states), len(explored.target)) == (result.statistics.states, result.statistics.transitions)
    assert explored.states == search.states
    assert max(explored.depths) == result.statistics.depth
    nearest: dict[str, int] = {}
    for node, names in enumerate(explored.violated):
        for name in names:
            nearest[name] = min(nearest.get(name, explored.depths[node]), explored.depths[node])
    assert nearest == {name: len(finding.path) for name, finding in result.findings.items()}


@pytest.mark.parametrize(
    ("name", "settings", "events"), CONFIGURATIONS, ids=lambda value: str(value) if isinstance(value, str) else ""
)
def test_counts_are_those_of_check(name: str, settings: Mapping[str, Setting], events: tuple[str, ...] | None) -> None:
    space = explore_states(Request(bundled_models()[name], settings, events), Limits())
    search = Search(space.naming.system, frozenset(space.program.properties))
    result = search.run()
    assert result.error is None
    same(space.naming.system, space.explored, search)
    graph = states_graph(space)
    assert (graph.number_of_nodes(), graph.number_of_edges()) == (result.statistics.states, result.statistics.transitions)
    assert {node for node, found in graph.nodes(data=True) if found["initial"]} == set(range(len(set(search.firsts))))
    marked = {name for _, found in graph.nodes(data=True) for name in found["violates"].split(", ") if name}
    assert marked == result.findings.keys()
    for by in ([word] for word in KEYWORDS):
        classes = classes_graph(space, by)
        counts(classes, space.explored)


def counts(graph: object, explored: Explored) -> None:
    """Whatever stands together, nothing is counted twice, and nothing is lost."""
    nodes, edges = graph.nodes(data=True), graph.edges(data=True)  # type: ignore[attr-defined]
    assert sum(found["states"] for _, found in nodes) == len(explored.states)
    assert sum(found["violating"] for _, found in nodes) == sum(map(bool, explored.violated))
    assert sum(found["transitions"] for *_, found in edges) == len(explored.target)


@seeds(25, 1500)
def test_random_systems(seed: int) -> None:
    program = drawn_program(random_system(random.Random(seed)))
    system = lower(program)
    search = Search(system)
    result = search.run(Limits(states=MOST))
    if result.stopped is not None:
        event("too large")
        return
    exploration = Exploration(system, frozenset(system.properties))
    if result.error is not None:
        event("a model error")
        with pytest.raises(ModelError):
            exploration.run(Limits())
        return
    event("violated" if result.findings else "nothing violated")
    same(system, exploration.run(Limits()), search)


def test_components_are_those_in_which_a_run_can_stay() -> None:
    request = Request(MODELS / "rfc_v1.py", SMALL, ("touch",))
    space = explore_states(request, Limits(), fairness=True)
    graph = components_graph(space)
    counts(graph, space.explored)
    group_of, cyclic = components(space)
    assert sorted(number for number, found in graph.nodes(data=True) if found["cyclic"]) == [n for n, c in enumerate(cyclic) if c]
    assert all(source == target or source < target or group_of for source, target in graph.edges())
    fair = [number for number, found in graph.nodes(data=True) if found["fair"]]
    unfair = [number for number, found in graph.nodes(data=True) if found["cyclic"] and not found["fair"]]
    assert fair and unfair
    idle = {found["label"] for _, found in graph.nodes(data=True) if found["cyclic"]}
    assert any("no fair run stays" in label for label in idle) and any("a fair run can stay" in label for label in idle)


def test_a_condensation_has_no_cycle() -> None:
    import networkx

    space = explore_states(Request(MODELS / "dks.py", {"C": 2, "T": 1, "S": 2}, None), Limits(), fairness=True)
    graph = networkx.DiGraph(components_graph(space))
    graph.remove_edges_from(list(networkx.selfloop_edges(graph)))
    assert networkx.is_directed_acyclic_graph(graph)
    assert graph.number_of_nodes() < len(space.explored.states)
