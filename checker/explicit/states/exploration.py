# SPDX-License-Identifier: GPL-2.0-only
"""Explores a system and keeps the whole graph: states, transitions with who takes them, what is violated where.

It takes the transitions that the portable search without reductions takes, in its order, so that both count the same."""

from __future__ import annotations

import time
from array import array
from dataclasses import dataclass, field

import psutil

from checker.explicit.search.interrupts import Interrupts
from checker.explicit.search.real_paths import RealPaths
from checker.explicit.search.results import Limits, Progress, Statistics
from checker.explicit.step.outcome import Cut, OutOfRange, Outside, Raised, Violated
from checker.explicit.step.paths import FIRST_PROPERTY, marked, outcomes
from checker.explicit.step.transitions import Transition
from checker.ir import system as ir
from checker.language.errors import ModelError
from checker.language.raised import NO_DEADLOCK
from checker.language.schedule import Choice
from checker.stopping import INTERRUPTED, OUT_OF_MEMORY, Stop

BETWEEN_LOOKS = 256
"""States expanded between two looks at the clock and the memory."""


@dataclass(frozen=True, eq=False)
class Label:
    """What many transitions have in common: who steps from where, and what was chosen."""

    transition: Transition
    choices: tuple[Choice, ...]


@dataclass
class Explored:
    """Nodes are numbered breadth-first; the first `initials` of them are the initial states. states: packed, by node. depths: the
    distance of each from the nearest initial state. violated: the properties that each violates; what a step violates, the
    terminal state behind it does. The transitions of node n are those from first[n] up to first[n + 1]; nodes from `expanded` on
    have none, as something `stopped` the exploration before. target, label: by transition. cuts: why paths ended for want of room
    or outside a constraint, and where."""

    states: list[int] = field(default_factory=list)
    depths: array[int] = field(default_factory=lambda: array("I"))
    initials: int = 0
    violated: list[tuple[str, ...]] = field(default_factory=list)
    first: array[int] = field(default_factory=lambda: array("Q", [0]))
    target: array[int] = field(default_factory=lambda: array("Q"))
    label: array[int] = field(default_factory=lambda: array("I"))
    labels: list[Label] = field(default_factory=list)
    cuts: dict[str, str] = field(default_factory=dict)
    stopped: Stop | None = None

    @property
    def expanded(self) -> int:
        """How many states have all their transitions; all of them, unless something stopped it."""
        return len(self.first) - 1


class Exploration:
    """Of one system. wanted: the properties to mark. ModelError for a value out of its range."""

    def __init__(self, system: ir.System, wanted: frozenset[str]) -> None:
        self.paths = RealPaths(system, wanted, frozenset())
        self.wanted = wanted
        self.deadlocks = NO_DEADLOCK in wanted
        self.terminal = 1 << self.paths.layout.mark
        self.found = Explored()
        self._numbers: dict[int, int] = {}
        self._labels: dict[tuple[int, tuple[Choice, ...]], int] = {}
        self._begun = time.monotonic()

    def run(self, limits: Limits, progress: Progress | None = None) -> Explored:
        """Explore until all is explored, a limit is reached, or the user interrupts; what was found up to then is kept."""
        self._begun = time.monotonic()
        with Interrupts() as interrupts:
            try:
                self._explore(limits, progress, interrupts)
            except MemoryError:
                self.found.stopped = OUT_OF_MEMORY
        found = self.found
        del found.target[found.first[-1] :], found.label[found.first[-1] :]
        return found

    def _explore(self, limits: Limits, progress: Progress | None, interrupts: Interrupts) -> None:
        found = self.found
        for first in dict.fromkeys(self.paths.firsts):
            self._store(first, 0)
        found.initials = len(found.states)
        process = psutil.Process()
        node = 0
        while node < len(found.states):
            if interrupts.arrived is not None:
                found.stopped = INTERRUPTED
            elif node % BETWEEN_LOOKS == 0 or (limits.states is not None and len(found.states) >= limits.states):
                seconds, memory = time.monotonic() - self._begun, process.memory_info().rss
                found.stopped = limits.reached(seconds, memory, len(found.states))
                if progress is not None:
                    waiting = len(found.states) - node
                    depth = found.depths[node]
                    progress(Statistics(len(found.states), len(found.target), depth, seconds, waiting, memory))
            if found.stopped is not None:
                return
            if found.states[node] < self.terminal:
                self._expand(node)
            found.first.append(len(found.target))
            node += 1

    def _expand(self, node: int) -> None:
        found, transitions = self.found, self.paths.transitions
        state, depth = found.states[node], found.depths[node] + 1
        moves = False
        for transition in transitions.possible(state):
            for choices, end in outcomes(transition, state):
                moves = moves or (not transition.interrupt and end != state)
                successor = self._successor(state, end)
                if successor is not None:
                    number = self._numbers.get(successor)
                    if number is None:
                        number = self._store(successor, depth)
                    found.target.append(number)
                    found.label.append(self._labelled(transition, choices))
        if self.deadlocks and not moves:
            found.violated[node] = (*found.violated[node], NO_DEADLOCK)

    def _successor(self, state: int, end: int | Raised) -> int | None:
        """The state that a transition ends in; None where it is cut."""
        match end:
            case int():
                return end
            case Violated():
                return marked(self.paths.transitions, state, end)
            case Cut():
                kind = "outside of" if isinstance(end, Outside) else "for want of room:"
                self.found.cuts.setdefault(f"{kind} {end.reason}", f"{end.position}: {end.message}")
                return None
            case OutOfRange():
                raise ModelError(end.position, end.message)
        raise TypeError(end)

    def _labelled(self, transition: Transition, choices: tuple[Choice, ...]) -> int:
        key = (id(transition), choices)  # the labels keep it alive, so that no other one has its id
        number = self._labels.get(key)
        if number is None:
            number = self._labels[key] = len(self.found.labels)
            self.found.labels.append(Label(transition, choices))
        return number

    def _store(self, state: int, depth: int) -> int:
        found = self.found
        number = self._numbers[state] = len(found.states)
        found.states.append(state)
        found.depths.append(depth)
        found.violated.append(self._violated(state))
        return number

    def _violated(self, state: int) -> tuple[str, ...]:
        """The properties that a state violates, but for deadlocks, which its transitions show."""
        mark = state >> self.paths.layout.mark
        if mark:
            raised = self.paths.system.properties[mark - FIRST_PROPERTY] if mark >= FIRST_PROPERTY else ""
            return (raised,) if raised in self.wanted else ()
        violated: dict[str, None] = {}
        for cluster in self.paths.clusters:
            key = state & cluster.mask
            undecided = cluster.known.get(key)
            for instance in cluster.undecided(key) if undecided is None else undecided:
                try:
                    if not instance.holds(state):
                        violated[instance.predicate.property] = None
                except OutOfRange as error:
                    raise ModelError(error.position, error.message) from None
        return tuple(violated)
