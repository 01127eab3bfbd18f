# SPDX-License-Identifier: GPL-2.0-only
"""Liveness: looks for fair runs on which a demanded condition is false from some point on. Such a run, if there is one, can
be had as a lasso: a path, and a cycle that is run for ever.

It explores the system by itself, without reductions: which of them keep fair runs is another question than which keep
states. docs/internals/soundness/liveness.md says why what it finds is right and complete.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import psutil

from checker.counting import counted
from checker.explicit.liveness.compiled.compiled_runs import CannotGoOn, CompiledRuns
from checker.explicit.liveness.compiled.preparation import Preparation
from checker.explicit.liveness.portable_runs import PortableRuns
from checker.explicit.liveness.run_conditions import Demand
from checker.explicit.liveness.run_graph import RunGraph
from checker.explicit.liveness.runs import Runs
from checker.explicit.search.results import Finding, Limits, Progress, Statistics
from checker.explicit.step.paths import Route
from checker.ir import system as ir
from checker.stopping import INTERRUPTED, OUT_OF_MEMORY, Stop, Why

BETWEEN_LOOKS = 0.1
"""Seconds between two looks at limits."""

PATIENCE = 1.0
"""Seconds that the portable engine explores before a compiler is started: most small graphs are known before that."""

LASSO = "lasso"
"""The kind of a finding that is one."""


@dataclass
class Lassos:
    """What was found. stopped: why the search ended early. explored: the whole graph is known, with so many states and
    transitions. vacuous: no run is fair, so that nothing is demanded of any. engine: "portable" or "compiled", the one that
    judged the runs. remark: why that was not the compiled one, if it was wanted."""

    findings: dict[str, Finding] = field(default_factory=dict)
    stopped: Stop | None = None
    states: int = 0
    transitions: int = 0
    explored: bool = False
    vacuous: bool = False
    engine: str = "portable"
    remark: str | None = None


class _Stopped(Exception):
    def __init__(self, why: Stop) -> None:
        super().__init__(why)
        self.why = why


class _HandOver(Exception):
    """The graph in C is ready to begin."""


def find_lassos(
    system: ir.System,
    properties: frozenset[str],
    limits: Limits | None = None,
    progress: Progress | None = None,
    announce: Callable[[Finding], None] = lambda _: None,
    engine: str = "portable",
) -> Lassos:
    """Look for a lasso for each of these properties, in a system that was lowered for liveness. limits: as for a search.
    announce: called with each finding when it is found. engine: "portable", "compiled", or "auto": the portable one until the
    compiled one is ready. ModelError where a condition cannot be evaluated."""
    found = Lassos()
    search = _Search(system, properties, limits or Limits(), progress, found, announce)
    try:
        search.run(engine)
    except _Stopped as stopped:
        found.stopped = stopped.why
    except CannotGoOn as stopped:
        found.stopped = stopped.why
    except KeyboardInterrupt:
        found.stopped = INTERRUPTED
    except MemoryError:
        found.stopped = OUT_OF_MEMORY
    return found


class _Search:
    def __init__(
        self,
        system: ir.System,
        properties: frozenset[str],
        limits: Limits,
        progress: Progress | None,
        found: Lassos,
        announce: Callable[[Finding], None],
    ) -> None:
        self.system = system
        self.properties = properties
        self.limits = limits
        self.progress = progress
        self.found = found
        self.announce = announce
        self.begun = time.monotonic()
        self.next_look = self.begun
        self.process = psutil.Process()
        self.preparation: Preparation | None = None
        self.runs: Runs

    def run(self, engine: str) -> None:
        portable = RunGraph(self.system, self.look_beside)
        with Preparation(portable) as preparation:
            if engine == "compiled":
                while not preparation.ready(BETWEEN_LOOKS) and preparation.remark is None:
                    self.look(0, 0, 0, 0)
            elif engine == "auto":
                self.preparation = preparation
            try:
                if preparation.library is None:
                    self.judge(PortableRuns(portable, self.pause))
                    self.found.remark = preparation.remark
                    return
            except _HandOver:
                self.preparation = None
                portable.forget()
            self.found.engine = "compiled"
            assert preparation.generated is not None
            assert preparation.library is not None
            with CompiledRuns(portable, preparation.generated, preparation.library, self.look) as compiled:
                if self.limits.states is not None:
                    compiled.most = min(compiled.most, self.limits.states)
                self.judge(compiled)

    def judge(self, runs: Runs) -> None:
        """Explore the graph, and look for a lasso of each demand."""
        found, self.runs = self.found, runs
        runs.explore()
        self.preparation = None
        self.pause()
        found.states, found.transitions, found.explored = runs.count, runs.transitions, True
        fair = False
        for demand in runs.conditions.demands:
            name = demand.eventuality.property
            if name in self.properties and name not in found.findings:
                finding = self.lasso(demand)
                if finding is not None:
                    fair = fair or not demand.eventuality.demanded.own_steps
                    self.announce(finding)  # first: what is interrupted there was not confirmed
                    found.findings[name] = finding
        if not fair:
            assumed = runs.conditions.assumed
            found.vacuous = runs.first_end(assumed, 0) is None and next(runs.fair_sets(assumed, 0), None) is None

    def lasso(self, demand: Demand) -> Finding | None:
        """The lasso with the shortest path, for one demand; of those the one with the shortest cycle that is found, which is
        none where the run ends."""
        if demand.given:
            return self.unanswered(demand)
        runs = self.runs
        end = runs.first_end(demand.pairs, demand.avoided)
        nearest = -1
        starts: list[tuple[int, int]] = []
        for fair in runs.fair_sets(demand.pairs, demand.avoided, demand.failing):
            depth = runs.depth(fair.nearest[0])
            if not starts or depth < nearest:
                starts = []
                nearest = depth
            if depth == nearest:
                starts += [(fair.number, node) for node in fair.nearest]
        if end is not None and (not starts or runs.depth(end) <= nearest):
            return self.finding(demand, runs.path(end), [])
        if not starts:
            return None
        start, cycle = self.shortest_cycle(starts, demand)
        return self.finding(demand, runs.path(start), cycle)

    def unanswered(self, demand: Demand) -> Finding | None:
        """The same for a condition that has to be answered."""
        runs = self.runs
        found = runs.unanswered(demand)
        if found is None:
            return None
        initial, path = runs.path(found.first)
        start = runs.target(found.way[-1]) if found.way else found.first
        cycle = [] if found.fair is None else runs.cycle(found.fair, start, demand.pairs)
        return self.finding(demand, (initial, path + found.way), cycle)

    def shortest_cycle(self, starts: list[tuple[int, int]], demand: Demand) -> tuple[int, list[int]]:
        """The shortest of the cycles that are found from these nodes, with its node."""
        best: tuple[int, int, int, list[int]] | None = None
        for fair, node in starts:
            cycle = self.runs.cycle(fair, node, demand.pairs)
            found = (len(cycle), self.runs.state(node), node, cycle)
            best = found if best is None else min(best, found)
        assert best is not None
        return best[2:]

    def finding(self, demand: Demand, path: tuple[int, list[int]], cycle: list[int]) -> Finding:
        """The lasso of these transitions. path: with the initial state that it begins in."""
        first, edges = path
        steps = Route(first, tuple(self.runs.step(edge) for edge in (*edges, *cycle)))
        e = demand.eventuality
        return Finding(e.property, LASSO, e.position, steps, e, demand.arguments, cycle=len(edges))

    # -- limits --

    def look(self, states: int, expanded: int, transitions: int, more: int) -> None:
        """Stop where a limit is reached. Called far more often than there is something to see. more: bytes that are about to be
        taken."""
        limits = self.limits
        if limits.states is not None and states > limits.states:
            raise _Stopped(Stop(Why.STATES, f"there are more than {counted(limits.states, 'state')}"))
        now = time.monotonic()
        if now < self.next_look and not more:
            return
        self.next_look = now + BETWEEN_LOOKS
        memory = self.process.memory_info().rss
        seconds = now - self.begun
        if self.progress is not None:
            phase = "properties of runs" if states > expanded or not states else "cycles"
            self.progress(Statistics(states, transitions, 0, seconds, states - expanded, memory, phase))
        stop = limits.reached(seconds, memory + more)
        if stop is not None:
            raise _Stopped(stop)
        if self.preparation is not None and seconds > PATIENCE and self.preparation.ready():
            raise _HandOver

    def look_beside(self, states: int, expanded: int, transitions: int) -> None:
        """The same while the portable engine explores."""
        self.look(states, expanded, transitions, 0)

    def pause(self) -> None:
        """The same while there is nothing to be found any more."""
        self.look(self.runs.count, self.runs.count, self.runs.transitions, 0)
