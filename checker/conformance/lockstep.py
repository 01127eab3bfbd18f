# SPDX-License-Identifier: GPL-2.0-only
"""Exhaustive lockstep: an implementation beside the model, in every state that either can reach.

Both begin in their initial states. Where they stand together, what can happen next has to be the same on both sides, and each of
it is then done on both sides and has to lead to the same: to the same end, or to states with the same cells, from where
the same is demanded again. The search is breadth-first, so that the first difference found is one of the nearest.

A state of the implementation may hold more than the model's: what its contexts keep in locals. `inside` says how a saved state
of it is told from another one; pairs of a model's state and that are what is explored, so that nothing that the
implementation remembers is overlooked. Without it one state of the implementation stands for each state of the model.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from checker.conformance.comparison import Comparison
from checker.conformance.difference import Difference, Mismatch, compare_moves
from checker.conformance.specification import Specification
from checker.conformance.subject import End, Ended, Subject
from checker.stopping import Stop, Why, seconds_limit, states_limit
from checker.trace.machine import Transition

Pair = tuple[int, Hashable]
"""A state of the model, and what tells the implementation's state there from others that look the same."""

BETWEEN_LOOKS = 256
"""States between two looks at the clock."""


@dataclass(frozen=True)
class Counts:
    """states: of the model. pairs: of those with a state of the implementation. transitions: taken on both sides. ends: those
    that ended the run. cuts: those left out, as the model has no room for them. depth: steps to the farthest state."""

    states: int = 0
    pairs: int = 0
    transitions: int = 0
    ends: int = 0
    cuts: int = 0
    depth: int = 0
    seconds: float = 0.0


@dataclass
class Lockstep:
    """What came of it. difference: the first that was found, None: there is none in what was looked at. stopped: why not all was
    looked at."""

    counts: Counts
    difference: Difference | None = None
    stopped: Stop | None = None


class Search:
    """One lockstep. inside: as above. max_pairs, seconds: after which it stops. spent: seconds that have passed before it."""

    def __init__(
        self,
        specification: Specification,
        subject: Subject,
        inside: Callable[[object], Hashable] | None = None,
        max_pairs: int | None = None,
        seconds: float | None = None,
        spent: float = 0.0,
        progress: Callable[[Counts], None] | None = None,
    ) -> None:
        self.specification = specification
        self.subject = subject
        self.inside = inside
        self.max_pairs = max_pairs
        self.seconds = seconds
        self.spent = spent
        self.progress = progress
        self.begun = time.monotonic()
        self.comparison = Comparison(specification, subject)
        self.parents: dict[Pair, tuple[Pair, Transition] | None] = {}
        self.states: set[int] = set()
        self.transitions = self.ends = self.cuts = self.depth = 0

    def run(self) -> Lockstep:
        """From the initial states to everything that can be reached, or to the first difference."""
        try:
            return self._run()
        except KeyboardInterrupt:
            return Lockstep(self.counts(), None, Stop(Why.INTERRUPTED, "an interruption"))

    def _run(self) -> Lockstep:
        first = self.specification.initial
        wrong = self.comparison.state(None, None, first)
        if wrong is not None:
            return Lockstep(self.counts(), wrong.after(()))
        saved = self.subject.save()
        pair = self._pair(first, saved)
        self.parents[pair] = None
        self.states.add(first)
        level = [(pair, saved)]
        expanded = 0
        while level:
            following: list[tuple[Pair, object]] = []
            for source, place in level:
                if expanded % BETWEEN_LOOKS == 0:
                    stopped = self._look()
                    if stopped is not None:
                        return Lockstep(self.counts(), None, stopped)
                expanded += 1
                wrong = self._expand(source, place, following)
                if wrong is not None:
                    return Lockstep(self.counts(), wrong.after(self._path(source)))
            level = following
            self.depth += bool(level)
        return Lockstep(self.counts())

    def counts(self) -> Counts:
        seconds = time.monotonic() - self.begun
        return Counts(len(self.states), len(self.parents), self.transitions, self.ends, self.cuts, self.depth, seconds)

    def _look(self) -> Stop | None:
        counts = self.counts()
        if self.progress is not None:
            self.progress(counts)
        if self.max_pairs is not None and counts.pairs >= self.max_pairs:
            return states_limit(self.max_pairs)
        if self.seconds is not None and counts.seconds + self.spent >= self.seconds:
            return seconds_limit(self.seconds)
        return None

    def _pair(self, state: int, saved: object) -> Pair:
        return state, None if self.inside is None else self.inside(saved)

    def _path(self, pair: Pair) -> list[Transition]:
        path = []
        step = self.parents[pair]
        while step is not None:
            pair, move = step
            path.append(move)
            step = self.parents[pair]
        return path[::-1]

    def _expand(self, source: Pair, place: object, following: list[tuple[Pair, object]]) -> Mismatch | None:
        """Does all that is possible in a pair; what is new is put to `following`."""
        subject, state = self.subject, source[0]
        subject.restore(place)
        ways = self.specification.ways(state)
        wrong = compare_moves(ways, subject.moves())
        if wrong is not None:
            return wrong
        there = True
        for way in ways:
            if isinstance(way.outcome, Ended) and way.outcome.end is End.CUT:
                self.cuts += 1
                continue
            if not there:
                subject.restore(place)
            there = False
            wrong = self.comparison.step(state, way)
            if wrong is not None:
                return wrong
            self.transitions += 1
            if isinstance(way.outcome, Ended):
                self.ends += 1
                continue
            if self.inside is None and way.outcome in self.states:
                continue
            saved = subject.save()
            pair = self._pair(way.outcome, saved)
            if pair not in self.parents:
                self.parents[pair] = source, way.move
                self.states.add(way.outcome)
                following.append((pair, saved))
        return None
