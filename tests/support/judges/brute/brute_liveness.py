# SPDX-License-Identifier: GPL-2.0-only
"""Liveness by the replayer's machine and networkx: another explorer and another search for fair cycles than the engine's."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

import networkx

from checker.language.tree import Demanded, Eventuality, Program
from checker.trace.confirmation.fairness import Moment, moment
from checker.trace.machine import Machine, Transition
from checker.trace.record import run
from checker.trace.state import Kind, NextStep
from tests.support.judges.brute.brute_force import Offered, TooLarge, exact, expand, initial_machines

STAYS = Transition(None, "")
"""What stands for the transition of a run that has ended."""


@dataclass(frozen=True, eq=False)
class Edge:
    """A transition that takes place. moment: it and the state before it. blocked: the processors that stand somewhere there and cannot
    step. holds: the conditions and bindings that hold. asked: those that are answers to what is so."""

    moment: Moment
    blocked: frozenset[int]
    holds: frozenset[Hashable]
    asked: frozenset[Hashable]


def bindings(program: Program, demand: Eventuality) -> list[tuple[int, ...]]:
    return next(initial_machines(program)).bindings(demand)


def graph_of(program: Program, most: int) -> networkx.MultiDiGraph:
    """All states that the machine keeps apart, and for each in which a run can end, an edge from it to a node of its own. Raises
    TooLarge."""
    graph = networkx.MultiDiGraph()
    offered = Offered(program)
    initials: dict[object, tuple[int, ...]] = {}
    for machine in initial_machines(program):
        initials.setdefault(exact(machine), machine.initial)
    paths: dict[object, tuple[Transition, ...]] = dict.fromkeys(initials, ())
    for state in (queue := list(paths)):
        path, initial = paths[state], initials[state]
        graph.add_node(state)
        found = [(t, outcome, machine) for t, outcome, machine in expand(program, path, initial, offered.after(path, initial))]
        stepping = {t.processor for t, _, _ in found}
        here = run(program, path, initial)
        standing = {context[0] for context in moment(here, Transition(None), (None, frozenset())).contexts if context is not None}
        # The machines of transitions that take place are made anew for each; asking one what it called comes before anything else.
        for transition, outcome, _ in found:
            if outcome.kind is not Kind.DONE:
                continue
            machine = run(program, (*path, transition), initial)
            called = machine.called if transition.processor is not None else frozenset()
            next_step = transition.processor, called
            target = exact(machine)
            if target not in paths:
                paths[target], initials[target] = (*path, transition), initial
                queue.append(target)
                if len(queue) > most:
                    raise TooLarge
            now = moment(here, transition, next_step)
            edge = Edge(now, frozenset(standing - stepping), _holds(here, next_step), _asked(here))
            graph.add_edge(state, target, edge=edge)
        if all(t.processor is None and program.actions[t.action].interrupt for t, _, _ in found):
            nothing: NextStep = (None, frozenset())
            stays = Edge(moment(here, STAYS, nothing), frozenset(standing), _holds(here, nothing), _asked(here))
            graph.add_edge(("end", state), ("end", state), edge=stays)
            graph.add_node(state, staying=("end", state))
    return graph


def _holds(machine: Machine, next_step: NextStep) -> frozenset[Hashable]:
    program = machine.program
    return frozenset(
        (demand.name, values)
        for demand in program.eventualities
        for values in bindings(program, demand)
        if machine.evaluate_invariant(demand, _named(demand, values), next_step)
    )


def _asked(machine: Machine) -> frozenset[Hashable]:
    program = machine.program
    return frozenset(
        (demand.name, values)
        for demand in program.eventualities
        if demand.given is not None
        for values in bindings(program, demand)
        if machine.evaluate_given(demand, _named(demand, values))
    )


def _named(demand: Eventuality, values: tuple[int, ...]) -> dict[str, int]:
    return {p.local.name: value for p, value in zip(demand.parameters, values, strict=True)}


def pairs_of(program: Program, edge: Edge, first: int | None) -> Iterable[tuple[Hashable, bool, bool]]:
    """Each pair with whether it is given and met at a transition. first: the index of the processor of a @bounded condition."""
    taken = edge.moment.transition
    interrupt = taken is not STAYS and taken.processor is None and program.actions[taken.action].interrupt
    yield "something", True, not interrupt
    if first is not None:
        yield "steps", True, taken.processor == first
    for processor, context in enumerate(edge.moment.contexts):
        if context is not None and first in (None, processor):
            yield ("context", context), True, taken.processor == processor or processor in edge.blocked
    if first is None:
        for name, (given, met) in edge.moment.pairs.items():
            yield ("assumption", name), given, met


def has_fair_cycle(program: Program, graph: networkx.MultiDiGraph, demand: Eventuality, values: tuple[int, ...]) -> bool:
    """Whether a fair run can avoid the condition forever."""
    first = None
    if demand.demanded.own_steps:
        assert program.processor is not None
        first = values[0] // program.records[program.processor].alignment - 1
    name = (demand.name, values)
    whole = [(a, b, d["edge"]) for a, b, d in graph.edges(data=True)]
    if demand.demanded is Demanded.ALWAYS:
        return _fair(program, whole, first, name)
    kept = [(a, b, edge) for a, b, edge in whole if name not in edge.holds]
    if demand.demanded is Demanded.ANSWERED:
        way = networkx.DiGraph((a, b) for a, b, _ in kept)
        way.add_edges_from((a, b) for a, b in graph.nodes(data="staying") if b is not None)
        asked = {a for a, _, edge in kept if name in edge.asked}
        later = asked.union(*(networkx.descendants(way, a) for a in asked))
        kept = [(a, b, edge) for a, b, edge in kept if a in later]
    return _fair(program, kept, first)


def _fair(program: Program, edges: list[tuple[object, object, Edge]], first: int | None, failing: Hashable | None = None) -> bool:
    """failing: a demand that has to be without its condition at one of the edges."""
    whole = networkx.DiGraph((a, b) for a, b, _ in edges)
    for component in networkx.strongly_connected_components(whole):
        inside = [(a, b, edge) for a, b, edge in edges if a in component and b in component]
        facts = [list(pairs_of(program, edge, first)) for _, _, edge in inside]
        given = {name for some in facts for name, is_given, _ in some if is_given}
        met = {name for some in facts for name, _, is_met in some if is_met}
        broken = given - met
        if failing is not None and all(failing in edge.holds for _, _, edge in inside):
            continue
        if inside and not broken:
            return True
        if inside and _fair(
            program,
            [edge for edge, some in zip(inside, facts, strict=True) if not any(g and n in broken for n, g, _ in some)],
            first,
            failing,
        ):
            return True
    return False


def violated(program: Program, most: int = 400) -> set[str]:
    """The properties on runs that are violated. Raises TooLarge."""
    graph = graph_of(program, most)
    return {
        demand.property
        for demand in program.eventualities
        if any(has_fair_cycle(program, graph, demand, values) for values in bindings(program, demand))
    }
