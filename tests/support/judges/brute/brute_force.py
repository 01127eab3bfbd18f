# SPDX-License-Identifier: GPL-2.0-only
"""A breadth-first search that uses the replayer's machine only, to be compared with the engine (comparison.py).

The engine sets locals to 0 once they are dead; the machine keeps them. So what both agree on is the *view* of a state: its
cells, and where its frames stand. The engine keeps apart at least those states that some steps can tell apart, and at most
those that the machine keeps apart. Where no frame holds anything, the counts are equal.

Which free instances an allocation may return, the machine does not know. It is asked for those that the engine looks at, so that
all else can be compared exactly; test_allocations.py asks for all free ones, and compares what is left then.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from types import GeneratorType
from typing import Any

from checker.explicit.step.generated_names import Names
from checker.explicit.step.initial import initial_states
from checker.explicit.step.outcome import Raised
from checker.explicit.step.paths import alternatives
from checker.explicit.step.python_code import FunctionMaker
from checker.explicit.step.transitions import Transitions
from checker.ir.layout import make_layout
from checker.ir.lowering.lower import lower
from checker.language.schedule import Allocated, Choice
from checker.language.tree import Program, Type
from checker.language.values import instance_name
from checker.trace.confirmation.ending import leads_back
from checker.trace.machine import Machine, Outcome, Transition
from checker.trace.record import run
from checker.trace.state import Allocation, Chooser, Kind, Stopped
from tests.support.judges.as_python import Tape as Combinations

Choices = tuple[Choice, ...]

View = tuple[Any, ...]
"""A state as both sides see it: printed cells, and the places of each owner's frames."""

Label = tuple[Any, ...]
"""Which transition, with its arguments and choices."""

HALT = "halted"


@dataclass
class Space:
    """All that is reachable.

    views: of running states, with the depth of the nearest. edges: (view, label, view of the successor). ends: (view, label,
    property or HALT) of transitions to terminal states. states, marked: how many running and terminal ones. transitions:
    those that lead to a state. violated: property -> kind and length of its shortest counterexample. cuts: reasons. errors:
    position of each model error -> length of the shortest path that ends in it. deadlock: the depth of the nearest state that
    nothing but interrupts leads away from, for the machine, which keeps locals that nothing reads any more; violated has the
    nearest one that they lead away from only by such locals.
    """

    views: dict[View, int] = field(default_factory=dict)
    edges: set[tuple[View, Label, View]] = field(default_factory=set)
    ends: set[tuple[View, Label, str]] = field(default_factory=set)
    states: int = 0
    marked: int = 0
    transitions: int = 0
    depth: int = 0
    violated: dict[str, tuple[str, int]] = field(default_factory=dict)
    cuts: set[str] = field(default_factory=set)
    errors: dict[str, int] = field(default_factory=dict)
    deadlock: int | None = None


class TooLarge(Exception):
    """More states than the search was asked for."""


Offer = Callable[[Transition, Allocation, Choices], Sequence[int] | None]
"""Of which instances an allocation of a transition returns one, after these choices; None: the lowest free one. The
transition's own choices do not count."""


class Offered:
    """Which instances the engine lets allocations return in the state after a path."""

    def __init__(self, program: Program) -> None:
        self.system = lower(program)
        self.layout = make_layout(self.system)
        self.steps: Transitions | None = None
        if self.system.names:
            self.steps = Transitions(FunctionMaker(Names(self.system, self.layout)))
        firsts = initial_states(self.system, self.layout)
        self.firsts = {initial.choices: state for initial, state in zip(self.system.initials, firsts, strict=True)}
        self.states: dict[tuple[tuple[int, ...], tuple[Transition, ...]], int] = {}

    def after(self, path: tuple[Transition, ...], initial: tuple[int, ...]) -> Offer:
        """initial: what @initial code chose."""
        if self.steps is None:
            return lambda transition, allocation, made: None
        steps, state = self.steps, self._state(path, initial)

        def offer(transition: Transition, allocation: Allocation, made: Choices) -> Sequence[int] | None:
            ways = [choices for choices, _ in _ways(steps, state, transition) if choices[: len(made)] == made]
            following = dict.fromkeys(choices[len(made)] for choices in ways if len(choices) > len(made))
            here = [c for c in following if isinstance(c, Allocated) and Allocation(c.record, c.number) == allocation]
            return [choice.reference for choice in here] or None

        return offer

    def _state(self, path: tuple[Transition, ...], initial: tuple[int, ...]) -> int:
        if not path:
            return self.firsts[initial]
        key = initial, path
        if key not in self.states:
            assert self.steps is not None
            ways = _ways(self.steps, self._state(path[:-1], initial), path[-1])
            (self.states[key],) = [end for choices, end in ways if choices == path[-1].choices and isinstance(end, int)]
        return self.states[key]


def _ways(steps: Transitions, state: int, transition: Transition) -> Iterator[tuple[Choices, int | Raised]]:
    for engine, choices, end in alternatives(steps, state):
        name = "" if engine.action is None else engine.action.name
        if (engine.processor, name, engine.arguments) == (transition.processor, transition.action, transition.arguments):
            yield choices, end


@dataclass
class BruteForce:
    """The search by the machine. any_free: whether allocations may return any free instance. coarsest: how many running states
    no step can tell apart."""

    program: Program
    most: int
    any_free: bool = False
    space: Space = field(default_factory=Space)
    coarsest: int = 0

    def explore(self) -> Space:
        """Breadth first, a path to each state kept in place of the state. Raises TooLarge."""
        space, program = self.space, self.program
        paths: dict[Any, tuple[Transition, ...]] = {}
        initials: dict[Any, tuple[int, ...]] = {}
        numbers: dict[Any, int] = {}
        for first in initial_machines(program):
            if exact(first) not in paths:
                paths[exact(first)], initials[exact(first)] = (), first.initial
                numbers[exact(first)] = self._meet(first, 0)
        graph: list[list[tuple[Label, Any]]] = []
        terminal: set[Any] = set()
        offered = None if self.any_free else Offered(program)
        for key in (queue := list(paths)):
            path = paths[key]
            graph.append([])
            view = key[0]
            moves = leaves = False
            offer = None if offered is None else offered.after(path, initials[key])
            for transition, outcome, machine in expand(program, path, initials[key], offer):
                label = label_of(transition)
                if transition.processor is not None or not program.actions[transition.action].interrupt:
                    done = outcome.kind is Kind.DONE
                    moves = moves or not done or exact(machine) != key
                    leaves = leaves or not done or not leads_back(program, path, transition, initials[key])
                if outcome.kind is Kind.CUT:
                    space.cuts.add(outcome.message)
                    graph[-1].append((label, "cut"))
                    continue
                if outcome.kind is Kind.MODEL_ERROR:
                    space.errors.setdefault(str(outcome.position), len(path) + 1)
                    continue
                space.transitions += 1
                if outcome.kind is not Kind.DONE:
                    end = HALT if outcome.kind is Kind.HALT else str(outcome.property)
                    space.ends.add((view, label, end))
                    terminal.add((key, end))
                    space.depth = max(space.depth, len(path) + 1)
                    if end != HALT:
                        space.violated.setdefault(end, (outcome.kind.value, len(path) + 1))
                    graph[-1].append((label, end))
                    continue
                successor = exact(machine)
                space.edges.add((view, label, successor[0]))
                if successor not in paths:
                    paths[successor], initials[successor] = (*path, transition), initials[key]
                    queue.append(successor)
                    numbers[successor] = self._meet(machine, len(path) + 1)
                graph[-1].append((label, numbers[successor]))
            if not leaves and "no-deadlock" in program.properties:
                space.violated.setdefault("no-deadlock", ("deadlock", len(path)))
            if not moves and space.deadlock is None:
                space.deadlock = len(path)
            if len(queue) > self.most:
                raise TooLarge
        space.marked = len(terminal)
        self.coarsest = _coarsest([key[0] for key in queue], graph)
        return space

    def _meet(self, machine: Machine, depth: int) -> int:
        """Note a new state; its number."""
        space = self.space
        space.views.setdefault(view_of(machine), depth)
        space.depth = max(space.depth, depth)
        space.states += 1
        for invariant in self.program.invariants:
            if invariant.property in space.violated:
                continue  # no engine evaluates it any more, so that it runs into no model error either
            names = [parameter.local.name for parameter in invariant.parameters]
            for values in machine.bindings(invariant):
                try:
                    if not machine.evaluate_invariant(invariant, dict(zip(names, values, strict=True))):
                        space.violated.setdefault(invariant.property, ("invariant", depth))
                except Stopped as stopped:
                    assert stopped.kind is Kind.MODEL_ERROR
                    space.errors.setdefault(str(stopped.position), depth)
        return space.states - 1


def _coarsest(views: list[View], graph: list[list[tuple[Label, Any]]]) -> int:
    """The number of classes of the coarsest partition finer than that by views in which equal steps lead to equal classes."""
    classes: list[Any] = list(views)
    while True:
        signatures = [
            (classes[state], frozenset((label, classes[to] if isinstance(to, int) else to) for label, to in graph[state]))
            for state in range(len(graph))
        ]
        numbers = {signature: number for number, signature in enumerate(dict.fromkeys(signatures))}
        if len(numbers) == len(set(classes)):
            return len(numbers)
        classes = [numbers[signature] for signature in signatures]


def initial_machines(program: Program) -> Iterator[Machine]:
    """A machine in each initial state, once for each way to choose it."""
    combinations = Combinations()
    more = True
    while more:
        try:
            yield Machine(program, chooser(combinations, None))
        except Stopped as stopped:
            if stopped.kind is not Kind.NOT_POSSIBLE:
                raise
        more = combinations.advance()


def expand(
    program: Program, path: tuple[Transition, ...], initial: tuple[int, ...], offer: Offer | None
) -> Iterator[tuple[Transition, Outcome, Machine]]:
    """Every transition that is possible after the path from the initial state that these choices make, with its choices, how it
    ends, and the machine that has taken it. offer: what allocations return; None: any free instance."""
    processors = 0 if program.processor is None else program.records[program.processor].count
    candidates = [Transition(index) for index in range(processors)]
    machine = run(program, path, initial)
    for action in program.actions.values():
        candidates += [Transition(None, action.name, arguments) for arguments in machine.bindings(action)]
    fresh = True
    for candidate in candidates:
        combinations = Combinations()
        more = True
        while more:
            if not fresh:
                machine = run(program, path, initial)
            choose = chooser(combinations, None if offer is None else partial(offer, candidate))
            if candidate.processor is not None:
                outcome = machine.step(candidate.processor, choose)
            else:
                outcome = machine.act(candidate.action, candidate.arguments, choose)
            fresh = not machine.spoiled and outcome.kind is not Kind.DONE
            if outcome.kind is not Kind.NOT_POSSIBLE:
                yield replace(candidate, choices=outcome.taken()), outcome, machine
            more = combinations.advance()


def chooser(combinations: Combinations, offer: Callable[[Allocation, Choices], Sequence[int] | None] | None) -> Chooser:
    made: list[Choice] = []

    def choose(type_: Type | Allocation, options: tuple[int, ...]) -> int | None:
        among: Sequence[int] | None = options
        if isinstance(type_, Allocation) and offer is not None:
            among = offer(type_, tuple(made))
            if among is None:
                return None
        value = among[combinations.pick(len(among))]
        made.append(Allocated(type_.record, value, type_.number) if isinstance(type_, Allocation) else value)
        return value

    return choose


def label_of(transition: Transition) -> Label:
    return transition.processor, transition.action, transition.arguments, transition.choices


def view_of(machine: Machine) -> View:
    records = machine.program.records
    frames = {instance_name(records[owner], index): calls for (owner, index), calls in machine.frames().items() if calls}
    return viewed(machine.cells(), frames)


def viewed(cells: dict[str, str], frames: dict[str, Any]) -> View:
    """The view with these cells and frames."""
    return tuple(sorted(cells.items())), tuple(sorted(frames.items()))


def exact(machine: Machine) -> Any:
    """The state with all that can make a difference to what the machine does: its view first, then what is inside its
    frames, dead or not."""
    frames = [frame for stack in machine.state.frames.values() for frame in stack]
    return view_of(machine), tuple((frame.local_first, frame.called, frame.result, _inside(frame.code)) for frame in frames)


def _inside(code: Any) -> Any:
    """The values of a suspended generator's local variables, and those of the generator that it waits for."""
    found = []
    while isinstance(code, GeneratorType) and code.gi_frame is not None:
        found.append(tuple((name, _frozen(value)) for name, value in sorted(code.gi_frame.f_locals.items())))
        code = code.gi_yieldfrom
    return tuple(found)


def _frozen(value: Any) -> Any:
    match value:
        case bool() | int() | str() | None:
            return value
        case list() | tuple():
            return tuple(map(_frozen, value))
        case dict():
            return tuple((str(key), _frozen(inner)) for key, inner in value.items())
    if type(value).__name__ == "Scope":
        return _frozen(value.values), value.result
    if type(value).__name__.endswith("iterator"):
        return tuple(copy.copy(value))
    return None
