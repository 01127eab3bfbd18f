# SPDX-License-Identifier: GPL-2.0-only
"""The graph of all reachable states with what conditions on runs say of each transition: the portable engine's.

Nodes are numbered breadth-first, so that a smaller number is never farther from an initial state."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from checker.explicit.liveness.fair_cycles import Facts, Graph
from checker.explicit.liveness.run_conditions import NO_CALLS, OTHER_THAN_INTERRUPTS, NextStep, RunConditions
from checker.explicit.step.generated_names import Names
from checker.explicit.step.initial import initial_states
from checker.explicit.step.outcome import Cut, OutOfRange, Raised, Tape, Violated
from checker.explicit.step.paths import FIRST_PROPERTY, Step
from checker.explicit.step.python_code import FunctionMaker
from checker.explicit.step.transitions import Transition, Transitions
from checker.ir import system as ir
from checker.ir.layout import make_layout
from checker.language.schedule import Choice

Way = tuple[tuple[Choice, ...], int | None, int]
"""One way to take a transition: its choices, the state that it leads to (None where it is cut or raises a model error), and the
routines that it calls, as bits of Names.call_numbers."""


@dataclass
class RunGraph:
    """The graph of a system that was lowered for liveness. states: by node. parents: the transition by which each was reached
    first. depths: the distance of each from the nearest initial state. transitions: how many there are, those to terminal states
    too, which the graph leaves out. ends: what is so where a run ends, as nothing but interrupts can happen, with all
    such nodes. look: called again and again with the number of states found, of those expanded and of transitions,
    from the time when the conditions are made; what it raises ends the work."""

    system: ir.System
    look: Callable[[int, int, int], None] = lambda _, __, ___: None
    graph: Graph = field(default_factory=Graph)
    states: list[int] = field(default_factory=list)
    parents: array[int] = field(default_factory=lambda: array("q"))
    depths: array[int] = field(default_factory=lambda: array("I"))
    transitions: int = 0
    ends: dict[Facts, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.layout = make_layout(self.system)
        self.names = Names(self.system, self.layout)
        maker = FunctionMaker(self.names)
        self.steps = Transitions(maker)
        self.conditions = RunConditions(maker, lambda: self.look(0, 0, 0))

    # -- exploring --

    def explore(self) -> None:
        """Find all states and transitions."""
        states, parents, graph = self.states, self.parents, self.graph
        numbers: dict[int, int] = {}
        for first in dict.fromkeys(initial_states(self.system, self.layout)):
            numbers[first] = len(states)
            states.append(first)
            parents.append(-1)
            self.depths.append(0)
        labels: dict[tuple[int, int, int], int] = {}
        terminal = 1 << self.layout.mark
        position = 0
        while position < len(states):
            self.look(len(states), position, self.transitions)
            state = states[position]
            depth = self.depths[position] + 1
            if state < terminal:
                for facts, successor in self._facts(state, position):
                    self.transitions += 1
                    number = numbers.get(successor)
                    if number is None:
                        number = numbers[successor] = len(states)
                        states.append(successor)
                        parents.append(len(graph.target) if successor < terminal else -1)
                        self.depths.append(depth)
                    if successor < terminal:
                        label = labels.get(facts)
                        if label is None:
                            label = labels[facts] = len(graph.facts)
                            graph.facts.append(Facts(*facts))
                        graph.target.append(number)
                        graph.label.append(label)
            graph.first.append(len(graph.target))
            position += 1

    def _facts(self, state: int, node: int) -> Iterator[tuple[tuple[int, int, int], int]]:
        """For each transition from a running state: what is given, met and holds there, and the state that it leads to. Notes
        it among the ends if it is one."""
        conditions = self.conditions
        given, met, holds = conditions.decided(state)
        found: list[tuple[NextStep, int, int]] = []
        ends = True
        for transition in self.steps.possible(state):
            ways = self.ways(transition, state)
            ends = ends and (transition.interrupt or not ways)
            processor = transition.processor
            if processor is None:
                extra = 0 if transition.interrupt else OTHER_THAN_INTERRUPTS
                found += [(NO_CALLS, extra, to) for _, to, _ in ways if to is not None]
                continue
            context = conditions.context(processor, self.level(transition))
            given |= context
            if not ways:
                met |= context
                continue
            extra = OTHER_THAN_INTERRUPTS | context | conditions.steps(processor)
            reference = (processor + 1) * conditions.alignment
            found += [((reference, called), extra, to) for _, to, called in ways if to is not None]
        decided = (given, met, holds)
        if ends:
            self.ends.setdefault(Facts(given, met | OTHER_THAN_INTERRUPTS, holds), []).append(node)
        for step, extra, successor in found:
            facts = conditions.corrected(state, step, decided) if step[1] else decided
            yield (facts[0], facts[1] | extra, facts[2]), successor

    def level(self, transition: Transition) -> int:
        """Of a step: 0 for code of the owner that the processor executes, else 1 + the depth of its own frame."""
        frame, processors = transition.frame, self.system.processors
        assert frame is not None
        assert processors is not None
        own = (frame.record, frame.index) == (processors.record, transition.processor)
        return 1 + frame.depth if own else 0

    def ways(self, transition: Transition, state: int) -> Sequence[Way]:
        """All ways to take a transition in a state, in the order of their choices; empty where it is not possible."""
        called = self.names.called
        if not transition.branches:
            called[0] = 0
            try:
                only = transition.function(state)
                return () if only is None else (((), only, called[0]),)
            except Raised:
                pass  # run once more below
        found: list[Way] = []
        tape = Tape()
        while True:
            tape.rewind()
            called[0] = 0
            successor: int | None
            try:
                successor = transition.function(state, tape)
                if isinstance(successor, int):
                    found.append((tuple(tape.values), successor, called[0]))
            except Violated as violated:
                mark = FIRST_PROPERTY + self.system.properties.index(violated.property)
                found.append((tuple(tape.values), state | mark << self.layout.mark, called[0]))
            except (Cut, OutOfRange):
                found.append((tuple(tape.values), None, called[0]))
            if not tape.advance():
                return found

    def evaluate(self, state: int) -> None:
        """Evaluate all conditions in a state, also as its transitions meet them. ModelError where one cannot be."""
        for _ in self._facts(state, -1):
            pass

    def forget(self) -> None:
        """Let what was explored so far go, for an engine that begins anew."""
        self.graph, self.states, self.transitions, self.ends = Graph(), [], 0, {}
        self.parents, self.depths = array("q"), array("I")

    # -- paths --

    def path(self, node: int) -> tuple[int, list[int]]:
        """The initial state at which a shortest path begins, and its transitions."""
        found: list[int] = []
        while self.parents[node] >= 0:
            found.append(self.parents[node])
            node = self.source(found[-1])
        return self.states[node], found[::-1]

    def source(self, edge: int) -> int:
        """The node that a transition comes from."""
        low, high = 0, self.graph.nodes
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.graph.first[middle] <= edge else (low, middle)
        return low

    def step(self, edge: int) -> Step:
        """A transition of the graph with its choices."""
        node = self.source(edge)
        return self.step_from(self.states[node], edge - self.graph.first[node])

    def step_from(self, state: int, number: int) -> Step:
        """One of the transitions from a state, of those that do not lead to a terminal one."""
        for transition in self.steps.possible(state):
            for choices, to, _ in self.ways(transition, state):
                if to is None or to >> self.layout.mark:
                    continue
                if not number:
                    return Step(transition, choices, to)
                number -= 1
        raise AssertionError("a transition that is not there any more")
