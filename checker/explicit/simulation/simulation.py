# SPDX-License-Identifier: GPL-2.0-only
"""Random walks, for configurations that are too large to search: they find violations, and show nothing where they find none.

A walk begins in one of the initial states and takes one possible transition after the other, at random. In each state on the way
all that is possible is looked at: what a step raises, and the invariants in each state that one step leads to. So a walk
of n steps looks at several times n states.

In every other walk all that is possible is equally likely. There long runs of one processor while the others rest are rare,
and so is what only few of many transitions lead to. So the walks between draw a weight for each mover (processor or action):
who moves next is chosen by weight, then which of that mover's arguments and choices, all alike. Neither way is better
everywhere: to find charge-once in rfc_v1_nr_fixed (2 CPUs, 3 tasks, 4 stack pages, all events) took 14,000 steps by the first
and 700 by the second, to find I5 in dks (3, 4, 4, FAIL) 450 and 1,800.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import psutil

from checker.explicit.search.results import Finding, Limits, model_error
from checker.explicit.simulation.chance import Chance
from checker.explicit.simulation.shortening import same_mover, shortened, source
from checker.explicit.simulation.swarm import Visited, shuffled
from checker.explicit.step.generated_names import Names
from checker.explicit.step.initial import initial_states
from checker.explicit.step.outcome import Cut, OutOfRange, Outside, Raised, Violated
from checker.explicit.step.paths import FIRST_PROPERTY, Route, Step, is_deadlock, outcomes
from checker.explicit.step.predicates import make_clusters
from checker.explicit.step.python_code import FunctionMaker
from checker.explicit.step.transitions import Transition, Transitions
from checker.ir import system as ir
from checker.ir.layout import make_layout
from checker.language.raised import NO_DEADLOCK
from checker.language.tree import Position
from checker.stopping import INTERRUPTED, OUT_OF_MEMORY, Stop

BETWEEN_LOOKS = 64
"""Steps between two looks at the clock and the memory."""
REMEMBERED = 50_000
"""States whose ways on are remembered, at most: all walks begin in the same ones."""
WEIGHTS = (1, 4, 16, 64, 256)

Mover = tuple[int | str, tuple[Step, ...]]
"""Who can move in a state, and how."""


@dataclass(frozen=True)
class Plan:
    """How many walks of at most how many steps. The same seed walks the same ways, in every process and on every machine.
    swarm: in place of each walk a search of at most so many states, none deeper than depth; 0: walks."""

    walks: int
    depth: int
    seed: int
    swarm: int = 0


@dataclass(frozen=True)
class WalkStatistics:
    """walks: begun. steps: taken in all of them. longest: the most in one. seconds: wall time. memory: bytes of the process."""

    walks: int
    steps: int
    longest: int
    seconds: float
    memory: int


@dataclass
class WalkResult:
    """As of a search (results.Result). unreached: places that nothing possible in any state of the walks came to."""

    statistics: WalkStatistics
    findings: dict[str, Finding] = field(default_factory=dict)
    error: Finding | None = None
    stopped: Stop | None = None
    cuts: dict[str, str] = field(default_factory=dict)
    unreached: tuple[Position, ...] = ()


class Ended(Exception):
    """No further walk: a limit, a model error, or nothing left to find."""


class Takeover(Protocol):
    """What walks on in place of this engine."""

    def ready(self, seconds: float) -> bool:
        """Whether it can. seconds: that this engine has walked."""
        ...

    def walk(self, simulation: Simulation, plan: Plan, number: int) -> None:
        """Take the walks from a number on, and have the simulation look at what is found. May raise what a walk raises."""
        ...


class Simulation:
    """Random walks through one system. properties: those to look for; which ones makes no difference to the walks."""

    def __init__(self, system: ir.System, properties: frozenset[str] | None = None) -> None:
        self.system = system
        self.layout = make_layout(system)
        self.names = Names(system, self.layout)
        maker = FunctionMaker(self.names)
        self.transitions = Transitions(maker)
        self.properties = frozenset(system.properties) if properties is None else properties
        self.clusters = make_clusters(maker, self.properties)
        self.firsts = tuple(dict.fromkeys(initial_states(system, self.layout)))
        self.first = self.firsts[0]
        """Where the walk that is under way began."""
        self.result = WalkResult(WalkStatistics(0, 0, 0, 0.0, 0))
        self.known: dict[int, tuple[Mover, ...]] = {}
        processors = range(len(self.transitions.processors))
        self.movers: tuple[int | str, ...] = (*processors, *(action.name for action in system.actions))

    def run(
        self,
        plan: Plan,
        limits: Limits | None = None,
        progress: Callable[[WalkStatistics], None] | None = None,
        announce: Callable[[Finding], None] | None = None,
        takeover: Takeover | None = None,
    ) -> WalkResult:
        """Walk until all walks are done, all properties are found violated, a limit is reached, or the user interrupts
        (Ctrl-C); what was found so far is kept. announce: called with each finding when it is found. takeover: takes the walks
        that are left as soon as it is ready, between two walks."""
        self.limits = limits or Limits()
        self.progress = progress
        self.announce = announce
        self.begun = time.monotonic()
        self.process = psutil.Process()
        self.walks = self.steps = self.longest = 0
        try:
            for first in self.firsts:
                self.first = first
                self._invariants(first, [])
            self._end_at_error()
            for number in range(plan.walks):
                if takeover is not None and takeover.ready(time.monotonic() - self.begun):
                    takeover.walk(self, plan, number)
                    break
                if plan.swarm:
                    self._search(Chance(plan.seed, number), plan)
                else:
                    self._walk(Chance(plan.seed, number), plan.depth, weighted=number % 2 == 1)
        except Ended:
            pass
        except KeyboardInterrupt:
            self.result.stopped = INTERRUPTED
        except MemoryError:
            self.result.stopped = OUT_OF_MEMORY
        self.result.statistics = self._statistics()
        reached = self.names.covered
        self.result.unreached = tuple(p for p, n in self.names.cover_numbers.items() if not reached[n])
        return self.result

    def _statistics(self) -> WalkStatistics:
        seconds = time.monotonic() - self.begun
        return WalkStatistics(self.walks, self.steps, self.longest, seconds, self.process.memory_info().rss)

    def look(self) -> None:
        """Report progress; end if a limit has been reached."""
        statistics = self._statistics()
        if self.progress is not None:
            self.progress(statistics)
        self.result.stopped = self.limits.reached(statistics.seconds, statistics.memory)
        if self.result.stopped is not None:
            raise Ended

    # -- walking --

    def _walk(self, chance: Chance, depth: int, weighted: bool) -> None:
        self.walks += 1
        weights = {mover: WEIGHTS[chance.below(len(WEIGHTS))] if weighted else 0 for mover in self.movers}
        self.first = self.firsts[chance.below(len(self.firsts))]
        state = self.first
        path: list[Step] = []
        while len(path) < depth:
            if self.steps % BETWEEN_LOOKS == 0:
                self.look()
            movers = self.known.get(state)
            if movers is None:
                movers = self._movers(state, path)
            if not movers:
                return
            step = _chosen(movers, weights, chance)
            path.append(step)
            state = step.state
            self.steps += 1
            self.longest = max(self.longest, len(path))

    def _search(self, chance: Chance, plan: Plan) -> None:
        """A depth-first search in random order."""
        self.walks += 1
        visited = Visited(plan.swarm, -(-self.layout.bits // 64), chance)
        self.first = self.firsts[chance.below(len(self.firsts))]
        visited.visit(self.first)
        path: list[Step] = []
        left: list[list[Step]] = []
        taken = 0
        while taken < plan.swarm:
            if self.steps % BETWEEN_LOOKS == 0:
                self.look()
            state = path[-1].state if path else self.first
            left.append(self._ways(state, path, chance) if len(path) < plan.depth else [])
            while left and (not left[-1] or not visited.visit(left[-1][-1].state)):
                if left[-1]:
                    left[-1].pop()
                else:
                    left.pop()
                    if path:
                        path.pop()
            if not left:
                return
            path.append(left[-1].pop())
            taken += 1
            self.steps += 1
            self.longest = max(self.longest, len(path))

    def _ways(self, state: int, path: list[Step], chance: Chance) -> list[Step]:
        movers = self.known.get(state)
        if movers is None:
            movers = self._movers(state, path)
        return shuffled([step for _, steps in movers for step in steps], chance)

    def _movers(self, state: int, path: list[Step]) -> tuple[Mover, ...]:
        """The ways on from a state by who moves, those to terminal states left out. Reports what is wrong with any of them."""
        ways: dict[int | str, list[Step]] = {}
        moves = False
        for transition in self.transitions.possible(state):
            for choices, outcome in outcomes(transition, state):
                moves = moves or not (transition.interrupt or outcome == state)
                if isinstance(outcome, Raised):
                    self._raised(outcome, Step(transition, choices, state), path)
                elif not outcome >> self.layout.mark:
                    ways.setdefault(source(transition), []).append(Step(transition, choices, outcome))
        for steps in ways.values():
            for step in steps:
                self._invariants(step.state, path, step)
        self._end_at_error()
        if not moves and NO_DEADLOCK in self.properties and NO_DEADLOCK not in self.result.findings:
            way = shortened(self.transitions, self._path(path), lambda end: is_deadlock(self.transitions, end))
            self._found(Finding(NO_DEADLOCK, "deadlock", None, way))
        if len(self.known) >= REMEMBERED:
            self.known.clear()
        self.known[state] = found = tuple((mover, tuple(steps)) for mover, steps in ways.items())
        return found

    def judge(self, path: Route) -> None:
        """Report what is wrong with anything that is possible after a path."""
        self.first = path.first
        self._movers(path.end, list(path.steps))

    # -- what is wrong --

    def _path(self, path: list[Step], *last: Step) -> Route:
        return Route(self.first, (*path, *last))

    def _raised(self, raised: Raised, step: Step, path: list[Step]) -> None:
        match raised:
            case Violated():
                if raised.property in self.result.findings or raised.property not in self.properties:
                    return
                mark = FIRST_PROPERTY + self.system.properties.index(raised.property)
                kind = raised.how.value
                way = self._way_to(raised, step, path, mark << self.layout.mark)
                self._found(Finding(raised.property, kind, raised.position, way))
            case OutOfRange():
                self._wrong(raised, self._way_to(raised, step, path, 0))
            case Cut():
                if not isinstance(raised, Outside):
                    self.result.cuts.setdefault(raised.reason, f"{raised.position}: {raised.message}")
            case _:
                raise TypeError(raised)

    def _way_to(self, raised: Raised, step: Step, path: list[Step], mark: int) -> Route:
        """A short way to where the same mover raises the same, with the step that raises it."""

        def mover(state: int) -> Transition | None:
            return same_mover(self.transitions, step.transition, state)

        def end(state: int) -> bool:
            transition = mover(state)
            return transition is not None and (step.choices, _told(raised)) in (
                (choices, _told(outcome)) for choices, outcome in outcomes(transition, state)
            )

        way = shortened(self.transitions, self._path(path), end)
        transition = mover(way.end)
        assert transition is not None
        return way.then(Step(transition, step.choices, way.end | mark))

    def _invariants(self, state: int, path: list[Step], *last: Step) -> None:
        """Evaluate the invariants in the state that the path with the last step leads to."""
        for cluster in self.clusters:
            key = state & cluster.mask
            undecided = cluster.known.get(key)
            if undecided is None:
                undecided = cluster.undecided(key)
            for instance in undecided:
                predicate = instance.predicate
                if predicate.property in self.result.findings:
                    continue
                try:
                    if instance.holds(state):
                        continue
                except OutOfRange as error:
                    self._wrong(error, self._path(path, *last))
                    continue
                way = shortened(self.transitions, self._path(path, *last), instance.is_violated)
                self._found(Finding(predicate.property, "invariant", predicate.position, way, predicate, instance.arguments))

    def _wrong(self, error: OutOfRange, path: Route) -> None:
        if self.result.error is None:
            self.result.error = model_error(error, path)

    def _end_at_error(self) -> None:
        """A model error ends the walks, once all is looked at that can happen where it was met."""
        if self.result.error is not None:
            raise Ended

    def _found(self, finding: Finding) -> None:
        self.result.findings[finding.property] = finding
        if self.announce is not None:
            self.announce(finding)
        if self.properties == self.result.findings.keys():
            raise Ended


def _chosen(movers: tuple[Mover, ...], weights: dict[int | str, int], chance: Chance) -> Step:
    """The next step. weights: of who moves; all ways weigh alike where they are 0."""
    shares = [weights[mover] or len(ways) for mover, ways in movers]
    drawn = chance.below(sum(shares))
    for (_, ways), share in zip(movers, shares, strict=True):
        if drawn < share:
            return ways[chance.below(len(ways))]
        drawn -= share
    raise AssertionError("more was drawn than there is")


def _told(outcome: int | Raised) -> object:
    """What is raised, to compare."""
    match outcome:
        case Violated(property=name, position=position, how=how):
            return name, position, how
        case OutOfRange(message=message, position=position):
            return message, position
    return None
