# SPDX-License-Identifier: GPL-2.0-only
"""The driver of a distributed search: level by level, with a barrier between two.

Members (member.py) store and expand states; what one finds and another owns goes from process to process through Ray's object
store, and the driver sees only counts. docs/internals/cluster.md says why these are those of a search in one process.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from checker.cluster.member import Member
from checker.cluster.messages import ROW_BITS, Cluster, ClusterError, Order, Part, Place, Report, check_version
from checker.cluster.ray_cluster import PATIENCE, Actors, Lost, how_many
from checker.explicit.compiled.c.generate import Generated
from checker.explicit.compiled.c.shared import Failure
from checker.explicit.compiled.checkpoint_check import MOST_ROWS
from checker.explicit.compiled.driver import TOO_MANY
from checker.explicit.compiled.telling import Telling
from checker.explicit.reduction.canonical import Distinguished
from checker.explicit.search.interrupts import Interrupts
from checker.explicit.search.real_paths import RealPaths
from checker.explicit.search.results import Finding, Limits, Progress, Result, Statistics, omission
from checker.explicit.step.paths import NoSuchPath
from checker.stopping import INTERRUPTED, OUT_OF_MEMORY, Stop, Why, memory_limit

SLICE = 200_000_000
"""Nanoseconds of a round: after them parcels are exchanged, limits and signals looked at."""


class Stopped(Exception):
    """The search has to end early."""

    def __init__(self, stop: Stop) -> None:
        super().__init__(str(stop))
        self.stop = stop


class Members(Protocol):
    """Processes with a Member each."""

    def __len__(self) -> int: ...
    def call(self, number: int, method: str, *arguments: object, answers: int = 1) -> Any: ...
    def get(self, awaited: Sequence[Any], seconds: float | None = None) -> list[Any]: ...
    def node(self, number: int) -> Any: ...
    def close(self) -> None: ...


def _on_ray(cluster: Cluster, check: Callable[[], None]) -> Members:
    return Actors(Member, how_many(cluster), check)


class ClusterSearch:
    """One search on a cluster that this process is connected to. portable, generated, properties: as of CompiledSearch. start:
    gets the members, Ray's by default."""

    def __init__(
        self,
        portable: RealPaths,
        generated: Generated,
        properties: frozenset[str],
        cluster: Cluster,
        start: Callable[[Cluster, Callable[[], None]], Members] | None = None,
    ) -> None:
        self.system = portable.system
        self.generated = generated
        self.properties = properties
        self.cluster = cluster
        self.start = start or _on_ray
        self.telling = Telling(portable, generated, self)
        self.result = Result(Statistics(0, 0, 0, 0.0, 0, 0))
        self.reports: list[Report] = []
        self.depth = 0
        self.workers = 0

    def run(self, limits: Limits, progress: Progress | None = None, announce: Callable[[Finding], None] | None = None) -> Result:
        """As CompiledSearch.run. limits: of memory, see Cluster. ClusterError if the cluster cannot be used."""
        self.limits = limits
        self.progress = progress
        self.announce = announce
        self.begun = time.monotonic()
        with Interrupts() as self.interrupts:
            self.actors = self.start(self.cluster, self._check)
            try:
                self._search()
            except Stopped as stopped:
                self.result.stopped = stopped.stop
            except MemoryError:
                self.result.stopped = OUT_OF_MEMORY
            except Lost as lost:
                self.result.stopped = Stop(Why.LOST, str(lost))
            finally:
                self.actors.close()
        self.result.statistics = self._statistics()
        if self.generated.compact:
            self.result.omission = omission(self.result.statistics.states)
        return self.result

    # -- searching --

    def _search(self) -> None:
        self.workers = len(self.actors)
        places = self._places()
        self._compile(places)
        waiting = self._begin(places)
        self._collect()
        while self.result.error is None and self._level(waiting):
            pass
        marks = self.actors.get([self.actors.call(number, "marks") for number in range(self.workers)])
        cuts, covered = (bytearray(map(max, zip(*each, strict=True))) for each in zip(*marks, strict=True))
        self.telling.mark(self.result, cuts, covered)

    def _places(self) -> list[Place]:
        numbers = range(self.workers)
        nodes = self.actors.get([self.actors.node(number) for number in numbers], PATIENCE)
        places: list[Place] = self.actors.get(
            [self.actors.call(n, "place", node) for n, node in zip(numbers, nodes, strict=True)]
        )
        for place in places:
            check_version(place)
        return places

    def _compile(self, places: list[Place]) -> None:
        """On each machine one member compiles, the others find the library in its cache."""
        numbers = range(self.workers)
        first = {place.node: number for number, place in reversed(list(enumerate(places)))}
        for those in (sorted(first.values()), [number for number in numbers if number not in first.values()]):
            for problem in self.actors.get([self.actors.call(n, "compile", self.generated.source) for n in those]):
                if problem is not None:
                    raise ClusterError(problem)

    def _begin(self, places: list[Place]) -> list[list[Any]]:
        wanted = bytes(name in self.properties for name in self.system.properties)
        shape = self.generated.shape(len(wanted))
        self.memory = [self._memory(place, places) for place in places]
        parts = [Part(number, self.workers, shape, wanted, self.memory[number]) for number in range(self.workers)]
        reports = self.actors.get([self.actors.call(part.number, "begin", part) for part in parts])
        if None in reports:
            raise Stopped(OUT_OF_MEMORY)
        self.reports = reports
        return [[] for _ in places]

    def _memory(self, place: Place, places: list[Place]) -> int:
        if self.cluster.memory is not None:
            return self.cluster.memory
        return place.memory * 3 // 4 // sum(other.node == place.node for other in places)

    def _level(self, waiting: list[list[Any]]) -> bool:
        """Expand all states of the next level, and deliver what they lead to. False: there are none; the search is complete."""
        expanded = sum(report.expanded for report in self.reports)
        waiting = self._round(waiting, next_level=True, expand=True)
        if not sum(report.level for report in self.reports):
            return False
        self.depth += expanded > 0
        while not all(report.done for report in self.reports):
            waiting = self._round(waiting, next_level=False, expand=True)
        if any(waiting):
            self._round(waiting, next_level=False, expand=False)
        return True

    def _round(self, waiting: list[list[Any]], next_level: bool, expand: bool) -> list[list[Any]]:
        """Have each member insert what waits for it, as (sender, parcels), and go on; what waits then."""
        closed = tuple(n for n, name in enumerate(self.system.properties) if name in self.result.findings)
        order = Order(next_level, expand, closed, SLICE)
        answers = []
        for number, (senders, parcels) in enumerate(map(_unzipped, waiting)):
            answers.append(self.actors.call(number, "advance", order, senders, *parcels, answers=self.workers))
        if self.workers == 1:  # Ray gives one answer as it is: the tuple
            [[(report,)]] = [self.actors.get(answers)]
            answers, self.reports = [[None]], [report]
        else:
            self.reports = self.actors.get([answer[0] for answer in answers])
        self._collect()
        following: list[list[Any]] = [[] for _ in answers]
        for sender, report in enumerate(self.reports):
            others = (number for number in range(self.workers) if number != sender)
            for to, count, parcels in zip(others, report.parcels, answers[sender][1:], strict=True):
                if count:
                    following[to].append((sender, parcels))
        return following

    def _collect(self) -> None:
        """Tell what was found in the last round; what a search cannot go on for is raised."""
        self.telling.collect(self.result, self.announce)
        for number, report in enumerate(self.reports):
            if report.failure == Failure.DISTINGUISHED:
                raise Distinguished(self.telling.why_distinguished())
            if report.failure == Failure.TOO_MANY_CHOICES:
                raise Stopped(TOO_MANY)
            if report.failure == Failure.OUT_OF_MEMORY:
                raise Stopped(OUT_OF_MEMORY)
            if report.failure == Failure.FULL and report.states >= MOST_ROWS // 2:
                raise Stopped(Stop(Why.ENGINE, f"the engine's limit of {MOST_ROWS:,} states in one worker"))
            if report.failure == Failure.FULL or report.memory >= self.memory[number]:
                raise Stopped(memory_limit(self.memory[number]))
            if report.failure:
                raise AssertionError(f"a worker failed for a reason that it does not have: {report.failure}")
        if self.progress is not None:
            self.progress(self._statistics())
        self._check()

    def _check(self) -> None:
        """Raise Stopped if a signal has arrived, or a limit is reached."""
        if self.interrupts.arrived is not None:
            raise Stopped(INTERRUPTED)
        states = sum(report.states for report in self.reports)
        stop = self.limits.reached(time.monotonic() - self.begun, 0, states)
        if stop is not None:
            raise Stopped(stop)

    def _statistics(self) -> Statistics:
        states = sum(report.states for report in self.reports)
        frontier = states - sum(report.expanded for report in self.reports)
        transitions = sum(report.transitions for report in self.reports)
        memory = sum(report.memory for report in self.reports)
        return Statistics(states, transitions, self.depth, time.monotonic() - self.begun, frontier, memory)

    # -- what telling.py asks --

    def finding(self, number: int) -> tuple[int, int, int]:
        """What was found of a property, by the first of the members that have found something: all have in the same level."""
        for report in self.reports:
            for found, *rest in report.findings:
                if found == number:
                    kind, row, what = rest
                    return kind, row, what
        return 0, 0, 0

    def back_from(self, row: int) -> Iterator[int]:
        """What is stored of the states from a row's back to an initial one, asked for from member to member."""
        left = sum(report.states for report in self.reports)
        at: int | None = row
        while at is not None:
            call = self.actors.call(at >> ROW_BITS, "back", at & ((1 << ROW_BITS) - 1))
            [(found, at)] = self.actors.get([call])
            yield from found
            left -= len(found)
            if left < 0:
                raise NoSuchPath("states that lead to each other")

    def hash_of(self, stored: int) -> int:
        """What is stored of a state with hash compaction."""
        return int(self.actors.get([self.actors.call(0, "hash_of", stored)])[0])


def _unzipped(waiting: list[Any]) -> tuple[list[int], list[Any]]:
    return [sender for sender, _ in waiting], [parcels for _, parcels in waiting]
