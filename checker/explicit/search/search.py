# SPDX-License-Identifier: GPL-2.0-only
"""Breadth-first search of all reachable states: every violated property with a shortest counterexample, and exact counts."""

from __future__ import annotations

import itertools
import sys
import time
from array import array
from collections.abc import Callable, Sequence

import psutil

from checker.explicit.reduction.canonical import EXCHANGES, CandidateCheck, Canonical, ToldApart
from checker.explicit.reduction.partial_order import Assumptions, Broken, Reducer
from checker.explicit.reduction.reductions import PARTIAL_ORDER, unused, usable
from checker.explicit.search.results import Finding, Limits, Progress, Result, Statistics
from checker.explicit.step.generated_names import Names
from checker.explicit.step.initial import initial_states
from checker.explicit.step.outcome import Cut, OutOfRange, Raised, Tape, Violated
from checker.explicit.step.paths import (
    FIRST_PROPERTY,
    Hop,
    NoSuchPath,
    RaisingHop,
    Route,
    alternatives,
    marked,
    path_where,
    raising_end,
)
from checker.explicit.step.predicates import Cluster, Instance, make_clusters
from checker.explicit.step.python_code import FunctionMaker
from checker.explicit.step.transitions import Transition, Transitions
from checker.ir import system as ir
from checker.ir.analysis.ownership import guess
from checker.ir.layout import make_layout
from checker.language.raised import NO_DEADLOCK
from checker.language.schedule import Choice
from checker.stopping import HANDED_OVER, INTERRUPTED, OUT_OF_MEMORY, memory_limit, seconds_limit, states_limit

HALTED = 1
BETWEEN_LOOKS = 1024
"""States expanded between two looks at the clock and the memory."""


class Search:
    """The portable engine on one system. properties: those to look for; the others are not evaluated. reductions: of
    reductions.py, those of no use here left out; with an exchange (canonical.py) states are representatives, with partial order
    (partial_order.py) not all are stored, and counterexamples need not be shortest. Findings have real paths all the same."""

    def __init__(
        self, system: ir.System, properties: frozenset[str] | None = None, reductions: frozenset[str] = frozenset()
    ) -> None:
        self.system = system
        self.layout = make_layout(system)
        self.firsts = initial_states(system, self.layout)
        self.names = Names(system, self.layout)
        maker = FunctionMaker(self.names)
        self.transitions = Transitions(maker)
        self.properties = frozenset(system.properties) if properties is None else properties
        self.clusters = make_clusters(maker, self.properties)
        self.hand_over: Callable[[Statistics], bool] | None = None
        """Asked now and then; true: the search ends, for another engine to take over."""
        self.handed_over = False
        self.maker = maker
        discipline = guess(system) if PARTIAL_ORDER in reductions else None
        self.reductions = reductions & usable(system, discipline)
        self.unused = unused(system, reductions, discipline)
        self.canonical = self._make_canonical()
        self.states: list[int] = []
        self.seen: set[int] = set()
        self.parents = array("q")
        self.result = Result(Statistics(0, 0, 0, 0.0, 0, 0))
        self.reducer: Reducer | None = None
        if discipline is not None:
            self._reduce(Assumptions(discipline))

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
        self.process = psutil.Process()
        self.transition_count = 0
        self.expanded = 0
        self.depth = 0
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
        limits = self.limits
        if limits.states is not None and statistics.states >= limits.states:
            self.result.stopped = states_limit(limits.states)
        elif limits.seconds is not None and statistics.seconds + limits.spent >= limits.seconds:
            self.result.stopped = seconds_limit(limits.seconds)
        elif limits.memory is not None and statistics.memory >= limits.memory:
            self.result.stopped = memory_limit(limits.memory)
        elif self.hand_over is not None and self.hand_over(statistics):
            self.handed_over = True
            self.result.stopped = HANDED_OVER
        return self.result.stopped is not None

    def _explored(self) -> bool:
        """Explore; False if what a reduction assumed turned out to be wrong, the search has to begin anew without that."""
        self.candidates = CandidateCheck(self.canonical, self.maker) if self.canonical is not None else None
        try:
            self._explore()
        except ToldApart as reason:
            self.drop_pages(str(reason))
            return False
        except Broken as broken:
            self._reduce(broken.instead)
            return False
        return True

    def _begin_anew(self) -> None:
        self.states.clear()
        self.seen.clear()
        del self.parents[:]
        self.result.cuts.clear()
        self.result.outside.clear()
        self.transition_count = self.expanded = self.depth = 0

    def drop_pages(self, reason: str) -> None:
        """Go on without the reduction of pages."""
        self.result.dropped["pages"] = reason
        self.reductions -= {"pages"}
        self.canonical = self._make_canonical()

    def _make_canonical(self) -> Canonical | None:
        exchanges = self.reductions & frozenset(EXCHANGES)
        return Canonical(self.system, self.layout, exchanges) if exchanges and self.system.symmetry is not None else None

    def _reduce(self, assumptions: Assumptions) -> None:
        """Search with partial-order reduction under these assumptions."""
        wanted = self.properties - self.result.findings.keys()
        self.reducer = Reducer(self.transitions, assumptions, wanted, NO_DEADLOCK in wanted)

    def _look_at_candidates(self, state: int) -> None:
        if self.candidates is not None:
            reason = self.candidates.failure(state)
            if reason is not None:
                raise ToldApart(reason)

    def _explore(self) -> None:
        canonical = self.canonical
        represent = None if canonical is None else canonical.representative
        self.seen = seen = set()
        states, parents = self.states, self.parents
        for first in dict.fromkeys(map(self.stored, self.firsts)):
            seen.add(first)
            states.append(first)
            parents.append(-1)
            self._look_at_candidates(first)
            self._check(first)
        if self.result.error is not None:
            return
        possible = self.transitions.possible
        clusters = self.clusters
        reducer = self.reducer
        terminal = 1 << self.layout.mark
        demands_progress = NO_DEADLOCK in self.properties
        most = self.limits.states if self.limits.states is not None else sys.maxsize
        index = 0
        while index < len(states):
            level_end = len(states)
            while index < level_end:
                state = states[index]
                if index % BETWEEN_LOOKS == 0 or len(states) >= most:
                    self.expanded = index
                    if self._look():
                        return
                if state >= terminal:
                    index += 1
                    continue
                moves = not demands_progress
                if reducer is not None:
                    reducer.check_accesses(state)
                for transition in possible(state):
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
                        if successor in seen:
                            continue
                        seen.add(successor)
                        states.append(successor)
                        parents.append(index)
                        if successor < terminal:
                            if represent is not None:
                                self._look_at_candidates(successor)
                            for cluster in clusters:
                                key = successor & cluster.mask
                                undecided = cluster.known.get(key)
                                if undecided is None:
                                    undecided = cluster.undecided(key)
                                if undecided:
                                    self._evaluate(cluster, undecided, successor)
                if not moves and NO_DEADLOCK not in self.result.findings:
                    self._found(Finding(NO_DEADLOCK, "deadlock", None, self.path(index)))
                index += 1
            self.expanded = index
            if len(states) > level_end:
                self.depth += 1
            if self.result.error is not None:
                break  # now, so that it hides no violation that is as near
        self._look_at_end()

    def _look_at_end(self) -> None:
        if self.progress is not None:
            self.progress(self._statistics())

    # -- invariants --

    def _check(self, state: int) -> None:
        for cluster in self.clusters:
            self._evaluate(cluster, cluster.undecided(state & cluster.mask), state)

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
                    self.result.error = Finding("", "model-error", error.position, path, message=error.message)
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

    # -- steps that do not end in a new state --

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
                    path, raised_there = self._path_to(index, RaisingHop(Hop(transition, tuple(tape.values), state), error))
                    assert isinstance(raised_there, OutOfRange)
                    self.result.error = Finding("", "model-error", raised_there.position, path, message=raised_there.message)
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
        path, raised = self._path_to(index, RaisingHop(Hop(transition, choices, marked), violated))
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

    def path_along(self, stored: Sequence[int]) -> Route:
        """A path through states that are stored as these, one after the other: an initial one first."""
        if self.reducer is not None:
            stored = [stored[0], *(s for start, wanted in itertools.pairwise(stored) for s in self._passed(start, wanted))]
        return self.path_where([self._stored_as(state) for state in stored])

    def _stored_as(self, wanted: int) -> Callable[[int], bool]:
        return lambda state: self.stored(state) == wanted

    def stored(self, state: int) -> int:
        """What the search stores for a state: its representative, if it has one."""
        return state if self.canonical is None else self.canonical.representative(state)

    def path_where(self, accepts: Sequence[Callable[[int], bool]]) -> Route:
        """A path from an initial state that the first test accepts to a state that the second one accepts, and so on."""
        return path_where(self.transitions, self.firsts, accepts)

    def _passed(self, state: int, wanted: int) -> list[int]:
        """What would be stored for the states that the search passed through from one stored state to the next, and the next. The
        way is looked for where the search took it: in a state that differs by an exchange other steps may be the ones that
        suffice, but transitions that lead to what is stored as these are there too."""
        assert self.reducer is not None
        for _, _, end in alternatives(self.transitions, state):
            if isinstance(end, Violated):
                end = marked(self.transitions, state, end)
            if isinstance(end, int):
                passed = self.reducer.between(end, self._stored_as(wanted))
                if passed is not None:
                    return [self.stored(other) for other in passed]
        raise AssertionError("a state without the steps that led to it")

    def _path_to(self, index: int, end: RaisingHop) -> tuple[Route, Violated | OutOfRange]:
        """A path whose last transition raises, from the state of that number or one that it represents, and what it raises."""
        path = self.path(index)
        if self.canonical is not None:
            end = self.raising_end(path, end.raised)
        return path.then(end.hop), end.raised

    def raising_end(self, path: Route, like: Violated | OutOfRange) -> RaisingHop:
        """The transition that raises the same after a path."""
        return raising_end(self.transitions, path.end, like)

    def violated_instance(self, name: str, path: Route) -> Instance:
        """The invariant of a property that is the first to be violated after a path."""
        state = path.end
        for cluster in self.clusters:
            for instance in cluster.instances:
                if instance.predicate.property == name and instance.is_violated(state):
                    return instance
        raise NoSuchPath("an invariant that is violated for one engine is not for the other")

    def error_of(self, path: Route) -> OutOfRange:
        """The model error that an invariant runs into after a path."""
        state = path.end
        for cluster in self.clusters:
            for instance in cluster.instances:
                try:
                    instance.holds(state)
                except OutOfRange as error:
                    return error
        raise NoSuchPath("an invariant that runs into a model error for one engine does not for the other")


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
