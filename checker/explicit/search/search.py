# SPDX-License-Identifier: GPL-2.0-only
"""Breadth-first search of all reachable states: every violated property with a shortest counterexample, and exact counts."""

from __future__ import annotations

import sys
import time
from array import array
from collections.abc import Callable

import psutil

from checker.explicit.reduction.assumptions import Broken
from checker.explicit.reduction.canonical import CandidateCheck, Distinguished
from checker.explicit.search.real_paths import RealPaths
from checker.explicit.search.results import Finding, Limits, Progress, Result, Statistics, model_error
from checker.explicit.step.outcome import Cut, OutOfRange, Raised, Tape, Violated
from checker.explicit.step.paths import FIRST_PROPERTY, RaisingStep, Route, Step
from checker.explicit.step.predicates import Cluster, Instance
from checker.explicit.step.transitions import Transition
from checker.ir import system as ir
from checker.language.raised import NO_DEADLOCK
from checker.language.schedule import Choice
from checker.stopping import HANDED_OVER, INTERRUPTED, OUT_OF_MEMORY

HALTED = 1
BETWEEN_LOOKS = 1024
"""States expanded between two looks at the clock and the memory."""


class Search(RealPaths):
    """The portable engine on one system. With an exchange (canonical.py) states are representatives, with partial order
    (partial_order.py) not all are stored, and counterexamples need not be shortest. Findings have real paths all the same.

    states: in the order in which they were found. parents: for each the number of the state that led to it, -1 for an initial
    one. expanded: how many of them have been. hand_over: asked now and then; true: the search ends, for another engine to take
    over."""

    def __init__(
        self, system: ir.System, properties: frozenset[str] | None = None, reductions: frozenset[str] = frozenset()
    ) -> None:
        super().__init__(system, properties, reductions)
        self.states: list[int] = []
        self.seen: set[int] = set()
        self.terminal = 1 << self.layout.mark  # the first state that is
        self.parents = array("q")
        self.transition_count = 0
        self.expanded = 0
        self.depth = 0
        self.result = Result(Statistics(0, 0, 0, 0.0, 0, 0), dropped=self.dropped)
        self.candidates: CandidateCheck | None = None
        self.limits = Limits()
        self.progress: Progress | None = None
        self.announce: Callable[[Finding], None] | None = None
        self.hand_over: Callable[[Statistics], bool] | None = None
        self.handed_over = False
        self.process = psutil.Process()
        self.begun = time.monotonic()

    def run(
        self,
        limits: Limits | None = None,
        progress: Progress | None = None,
        announce: Callable[[Finding], None] | None = None,
    ) -> Result:
        """Explore until all is explored, a limit is reached, or the user interrupts (Ctrl-C); what was found so far is
        kept. announce: called with each finding when it is found."""
        self.limits = limits or Limits()
        self.progress = progress
        self.announce = announce
        self.begun = time.monotonic()
        try:
            while not self._explored():
                self._begin_anew()
        except KeyboardInterrupt:
            self.result.stopped = INTERRUPTED
        except MemoryError:
            self.result.stopped = OUT_OF_MEMORY
        self.result.statistics = self._statistics()
        if self.result.stopped is None and self.result.error is None:
            reached = self.names.covered
            self.result.unreached = tuple(p for p, n in self.names.cover_numbers.items() if not reached[n])
        return self.result

    def release(self) -> None:
        """Give back the memory of the states. What was found stays."""
        self.states.clear()
        self.seen.clear()
        self.parents = array("q")

    def _statistics(self) -> Statistics:
        seconds = time.monotonic() - self.begun
        memory = self.process.memory_info().rss
        frontier = len(self.states) - self.expanded
        return Statistics(len(self.states), self.transition_count, self.depth, seconds, frontier, memory)

    def _look(self) -> bool:
        """Report progress; whether a limit has been reached."""
        statistics = self._statistics()
        if self.progress is not None:
            self.progress(statistics)
        self.result.stopped = self.limits.reached(statistics.seconds, statistics.memory, statistics.states)
        if self.result.stopped is None and self.hand_over is not None and self.hand_over(statistics):
            self.handed_over = True
            self.result.stopped = HANDED_OVER
        return self.result.stopped is not None

    def _explored(self) -> bool:
        """Explore; False if what a reduction assumed turned out to be wrong, the search has to begin anew without that."""
        self.candidates = CandidateCheck(self.canonical, self.maker) if self.canonical is not None else None
        try:
            self._explore()
        except Distinguished as reason:
            self.drop_pages(str(reason))
            return False
        except Broken as broken:
            self.weaken(broken, self.result.findings)
            return False
        return True

    def _begin_anew(self) -> None:
        self.states.clear()
        self.seen.clear()
        del self.parents[:]
        self.result.cuts.clear()
        self.result.outside.clear()
        self.transition_count = self.expanded = self.depth = 0

    def _look_at_candidates(self, state: int) -> None:
        if self.candidates is not None:
            reason = self.candidates.failure(state)
            if reason is not None:
                raise Distinguished(reason)

    def _explore(self) -> None:
        self._start()
        if self.result.error is not None:
            return
        most = self.limits.states if self.limits.states is not None else sys.maxsize
        states, terminal = self.states, self.terminal
        index = 0
        while index < len(states) and self.result.error is None:  # a level is finished: an error hides no violation as near
            if self.limits.enough(self.result, self.depth - 1):
                return
            level_end = len(states)
            while index < level_end:
                if index % BETWEEN_LOOKS == 0 or len(states) >= most:
                    self.expanded = index
                    if self._look() or self.limits.enough(self.result, self.depth - 1):
                        return
                if states[index] < terminal:
                    self._expand(index)
                index += 1
            self.expanded = index
            if len(states) > level_end:
                self.depth += 1
        if self.progress is not None:
            self.progress(self._statistics())

    def _start(self) -> None:
        """Store the initial states."""
        for first in dict.fromkeys(map(self.stored, self.firsts)):
            self.seen.add(first)
            self.states.append(first)
            self.parents.append(-1)
            self._look_at_candidates(first)
            for cluster in self.clusters:
                self._evaluate(cluster, cluster.undecided(first & cluster.mask), first)

    def _expand(self, index: int) -> None:
        """Take all transitions of a stored state."""
        state, seen, reducer = self.states[index], self.seen, self.reducer
        represent = None if self.canonical is None else self.canonical.representative
        moves = NO_DEADLOCK not in self.properties
        if reducer is not None:
            reducer.check_accesses(state)
        for transition in self.transitions.possible(state):
            try:
                if transition.branches:
                    successors = alternatives_of(transition, state)
                    if not successors:
                        continue
                else:
                    next_state = transition.function(state)
                    if next_state is None:
                        continue
                    successors = (next_state,)
            except Raised as raised:
                successors = self._raised(raised, transition, state, index)
                moves = moves or not transition.interrupt
            if not moves and not transition.interrupt:
                moves = any(successor != state for successor in successors)
            self.transition_count += len(successors)
            if reducer is not None:
                reducer.check_claims(transition, state, successors)
                successors = tuple(a for successor in successors for a in reducer.arrivals(successor, seen))
            for successor in successors:
                if represent is not None:
                    successor = represent(successor)
                if successor not in seen:
                    self._store(successor, index)
        if not moves and NO_DEADLOCK not in self.result.findings:
            self._found(Finding(NO_DEADLOCK, "deadlock", None, self.path(index)))

    def _store(self, state: int, parent: int) -> None:
        """Store a new state, and evaluate what may be violated in it."""
        self.seen.add(state)
        self.states.append(state)
        self.parents.append(parent)
        if state >= self.terminal:
            return
        if self.candidates is not None:
            self._look_at_candidates(state)
        for cluster in self.clusters:
            key = state & cluster.mask
            undecided = cluster.known.get(key)
            if undecided is None:
                undecided = cluster.undecided(key)
            if undecided:
                self._evaluate(cluster, undecided, state)

    # -- invariants --

    def _evaluate(self, cluster: Cluster, instances: tuple[Instance, ...], state: int) -> None:
        """Evaluate the invariants that the remembered bits do not decide, in the state found last."""
        for instance in instances:
            predicate = instance.predicate
            if predicate.property in self.result.findings:
                continue
            try:
                if instance.holds(state):
                    continue
            except OutOfRange as error:
                if self.result.error is None:
                    path = self.path(len(self.states) - 1)
                    self.result.error = model_error(error, path)
                continue
            path = self.path(len(self.states) - 1)
            arguments = self._arguments(instance, path)
            self._found(Finding(predicate.property, "invariant", predicate.position, path, predicate, arguments))
            self._forget(predicate.property)

    def _arguments(self, violated: Instance, path: Route) -> tuple[int, ...]:
        """For which arguments the end of a path violates an invariant that its representative violates."""
        if self.canonical is None:
            return violated.arguments
        state = path.end
        for cluster in self.clusters:
            for instance in cluster.instances:
                if instance.predicate is violated.predicate and instance.is_violated(state):
                    return instance.arguments
        raise AssertionError("a representative violates an invariant that its states satisfy")

    def _forget(self, found: str) -> None:
        """A property that has been found violated is not evaluated any more."""
        for cluster in self.clusters:
            cluster.instances = [i for i in cluster.instances if i.predicate.property != found]
            cluster.known.clear()
        if self.reducer is not None:
            self.reducer.forget(found)

    # -- steps that raise --

    def _raised(self, raised: Raised, transition: Transition, state: int, index: int) -> tuple[int, ...]:
        """What a raised outcome leads to: a marked state, or nothing."""
        found: list[int] = []
        tape = Tape()
        while True:
            tape.rewind()
            try:
                successor = transition.function(state, tape)
                if isinstance(successor, int):
                    found.append(successor)
            except Violated as violated:
                mark = FIRST_PROPERTY + self.system.properties.index(violated.property)
                marked = state | mark << self.layout.mark
                found.append(marked)
                self._step_finding(violated, transition, tuple(tape.values), marked, index)
            except OutOfRange as error:
                if self.result.error is None:
                    path, raised_there = self._path_to(index, RaisingStep(Step(transition, tuple(tape.values), state), error))
                    assert isinstance(raised_there, OutOfRange)
                    self.result.error = model_error(raised_there, path)
            except Cut as cut:
                self.result.note(cut)
            if not tape.advance():
                return tuple(found)

    def _step_finding(
        self, violated: Violated, transition: Transition, choices: tuple[Choice, ...], marked: int, index: int
    ) -> None:
        if violated.property in self.result.findings or violated.property not in self.properties:
            return
        kind = violated.how.value
        path, raised = self._path_to(index, RaisingStep(Step(transition, choices, marked), violated))
        self._found(Finding(violated.property, kind, raised.position, path))

    def _found(self, finding: Finding) -> None:
        self.result.findings[finding.property] = finding
        if self.announce is not None:
            self.announce(finding)

    # -- paths --

    def path(self, index: int) -> Route:
        """A shortest path from an initial state to a state, by its number; in a reduced search, to one that this represents."""
        numbers = [index]
        while self.parents[numbers[-1]] >= 0:
            numbers.append(self.parents[numbers[-1]])
        numbers.reverse()
        return self.path_along([self.states[number] for number in numbers])

    def _path_to(self, index: int, end: RaisingStep) -> tuple[Route, Violated | OutOfRange]:
        """A path whose last transition raises, from the state of that number or one that it represents, and what it raises."""
        path = self.path(index)
        if self.canonical is not None:
            end = self.raising_end(path, end.raised)
        return path.then(end.step), end.raised


def alternatives_of(transition: Transition, state: int) -> tuple[int, ...]:
    """The successors of a transition that chooses, one for each way to choose."""
    found: list[int] = []
    tape = Tape()
    while True:
        tape.rewind()
        successor = transition.function(state, tape)
        if isinstance(successor, int):
            found.append(successor)
        if not tape.advance():
            return tuple(found)
