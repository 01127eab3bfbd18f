# SPDX-License-Identifier: GPL-2.0-only
"""Which engine searches: the portable one at once, the compiled one as soon as it is ready and worth it.

The compiled engine starts anew, so that its counts are those of a search from the beginning; what the portable one has
found until then stands.
"""

from __future__ import annotations

import ctypes
import dataclasses
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from checker.cluster.messages import Cluster
from checker.counting import counted
from checker.explicit.compiled.c.expressions import Unsupported
from checker.explicit.compiled.c.generate import Generated, generate
from checker.explicit.compiled.compiler import Build, CompilerError
from checker.explicit.compiled.driver import CompiledSearch
from checker.explicit.compiled.on_disk import Disk
from checker.explicit.compiled.resuming import Checkpoints, header_of
from checker.explicit.reduction.assumptions import Broken
from checker.explicit.reduction.canonical import Distinguished
from checker.explicit.reduction.reductions import PARTIAL_ORDER
from checker.explicit.search.results import Finding, Limits, Progress, Result, Statistics, told_once
from checker.explicit.search.search import Search
from checker.ir import system as ir
from checker.stopping import INTERRUPTED, OUT_OF_MEMORY, Stop, seconds_limit

PATIENCE = 0.2
"""Seconds that the portable engine searches before a compiler is started: most small searches end before that."""
PATIENCE_PASSING = 2.0
"""The same with partial order, in seconds of CPU time. Both engines work out in Python which steps suffice, so that more searches
are too small for a compiler."""

ENGINES = ("auto", "portable", "compiled")


class EngineError(Exception):
    """The engine that was asked for cannot be used. The text is one line for the user."""


@dataclass(frozen=True)
class Method:
    """How to search. engine: one of ENGINES. threads: of the compiled engine. reductions: of REDUCTIONS. compact: with hash
    compaction, which the compiled engine alone has. checkpoints: to write or to begin with, which it alone has too. keep: the
    states are wanted afterwards, in the order in which one thread finds them. cluster: to search on, by on_cluster.py; this
    process is connected to it. disk: where states go that find no room in memory, which the compiled engine alone can do."""

    engine: str = "auto"
    threads: int = 1
    reductions: frozenset[str] = frozenset()
    compact: bool = False
    checkpoints: Checkpoints | None = None
    keep: bool = False
    cluster: Cluster | None = None
    disk: Disk | None = None


def available_threads() -> int:
    """The processors that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True)
class Explored:
    """What a search came to. engine: which one says so, as a user would say it. remark: why it was not the compiled one.
    reductions: those that were in use to the end. unused: symmetry and reductions that were of no use, each with the reason.
    states: packed, the terminal ones too, if they were to be kept. initials: how many initial states there are. refusal: why the
    cache of libraries was not used."""

    result: Result
    engine: str
    reductions: frozenset[str]
    remark: str | None = None
    states: Sequence[int] = ()
    unused: Mapping[str, str] = field(default_factory=dict)
    initials: int = 1
    refusal: str | None = None


def explore(
    system: ir.System,
    properties: frozenset[str],
    method: Method,
    limits: Limits,
    progress: Progress | None = None,
    announce: Callable[[Finding], None] | None = None,
) -> Explored:
    """Search a system for violations of the properties. EngineError if the engine asked for cannot be used, CheckpointError if
    the checkpoint cannot."""
    begun = time.monotonic()
    search = Search(system, properties, method.reductions)
    explored = _explore(search, properties, method, limits.later(time.monotonic() - begun), progress, announce)
    return dataclasses.replace(explored, unused=search.unused, initials=len(set(search.firsts)))


def _explore(
    search: Search,
    properties: frozenset[str],
    method: Method,
    limits: Limits,
    progress: Progress | None,
    announce: Callable[[Finding], None] | None,
) -> Explored:
    if PARTIAL_ORDER in search.reductions and method.checkpoints is not None:
        raise EngineError("a search with partial-order reduction cannot have checkpoints; leave out one of them")
    if method.engine == "portable":
        return _portable(search, search.run(limits, progress, announce), method)
    if method.checkpoints is not None and method.checkpoints.resume is not None:
        for reason in header_of(method.checkpoints.resume).dropped.values():
            if "pages" in search.reductions:
                search.drop_pages(reason)
    at_once = method.engine == "auto" and not method.compact and method.checkpoints is None and method.disk is None

    def fresh() -> Search:
        return Search(search.system, properties, method.reductions) if at_once else search

    takeover = _Takeover(fresh, method.compact, search.reducer is not None, method.disk is not None)
    try:
        if at_once:
            return _portable_first(search, properties, method, limits, progress, announce, takeover)
        return _compiled(search, properties, method, limits, progress, announce, takeover)
    finally:
        takeover.close()


def _portable_first(
    first: Search,
    properties: frozenset[str],
    method: Method,
    limits: Limits,
    progress: Progress | None,
    announce: Callable[[Finding], None] | None,
    takeover: _Takeover,
) -> Explored:
    """Search with the portable engine, and begin again with the compiled one when that is ready."""
    first.hand_over = takeover
    result = first.run(limits, progress, announce)
    if not first.handed_over:
        return _portable(first, result, method, takeover.remark)
    search = takeover.search
    known = dict(result.findings)
    limits = limits.later(result.statistics.seconds)
    first.release()
    announced = told_once(known, announce)
    wanted = properties
    if first.reducer is not None:
        search.reduce(first.reducer.assumptions, known)
        wanted = properties - known.keys()
    try:
        explored = _compiled(search, wanted, method, limits, progress, announced, takeover)
    except (KeyboardInterrupt, MemoryError) as stop:
        result.stopped = INTERRUPTED if isinstance(stop, KeyboardInterrupt) else OUT_OF_MEMORY
        explored = Explored(result, "portable", search.reductions)
    except EngineError as error:
        first = Search(search.system, properties, search.reductions)
        explored = _portable(first, first.run(limits, progress, announced), method, str(error))
    explored.result.findings = {**explored.result.findings, **known}
    explored.result.dropped = {**search.dropped, **explored.result.dropped}
    seconds = explored.result.statistics.seconds + result.statistics.seconds * (explored.result is not result)
    explored.result.statistics = dataclasses.replace(explored.result.statistics, seconds=seconds)
    return explored


def _portable(search: Search, result: Result, method: Method, remark: str | None = None) -> Explored:
    return Explored(result, "portable", search.reductions, remark, search.states if method.keep else ())


def _compiled(
    search: Search,
    properties: frozenset[str],
    method: Method,
    limits: Limits,
    progress: Progress | None,
    announce: Callable[[Finding], None] | None,
    takeover: _Takeover,
) -> Explored:
    """Search with the compiled engine. EngineError if it cannot be used."""
    known: dict[str, Finding] = {}
    announced = told_once(known, announce)
    earlier = 0.0
    while True:
        begun = time.monotonic()
        left = None if limits.seconds is None else limits.seconds - limits.spent
        if not takeover.wait(left):
            assert limits.seconds is not None
            return Explored(_nothing(seconds_limit(limits.seconds), known), "compiled", search.reductions)
        if takeover.library is None:
            raise EngineError(takeover.remark or "")
        assert takeover.generated is not None
        spent = limits.later(time.monotonic() - begun)
        compiled = CompiledSearch(
            search,
            takeover.generated,
            takeover.library,
            properties - known.keys() if search.reducer is not None else properties,
            1 if method.keep else method.threads,
            checkpoints=method.checkpoints,
            keep=method.keep,
            disk=method.disk,
        )
        try:
            result = compiled.run(spent, progress, announced)
            break
        except Distinguished as reason:
            search.drop_pages(str(reason))
            takeover.renew()
        except Broken as broken:
            search.weaken(broken, search.properties - properties | known.keys())
        limits = limits.later(time.monotonic() - begun)
        earlier += time.monotonic() - begun
    result.findings = {**result.findings, **known}
    result.dropped = search.dropped
    result.statistics = dataclasses.replace(result.statistics, seconds=result.statistics.seconds + earlier)
    threads = counted(compiled.threads, "thread")
    refusal = takeover.build.refusal if takeover.build is not None else None
    return Explored(result, f"compiled, {threads}", search.reductions, states=compiled.states, refusal=refusal)


def _nothing(stopped: Stop, known: dict[str, Finding]) -> Result:
    """What a search came to that did not begin."""
    return Result(Statistics(0, 0, 0, 0.0, 0, 0), known, stopped=stopped)


class _Takeover:
    """Gets the compiled engine ready, beside a search by the portable one or before one by itself. As a function it is called
    at the portable one's looks; true when that shall end. make: the search that it is made for, which takes a while. passing:
    whether that has partial order."""

    def __init__(self, make: Callable[[], Search], compact: bool, passing: bool, disk: bool) -> None:
        self.make = make
        self.compact = compact
        self.disk = disk
        self.passing = passing
        self.begun = time.process_time()
        self.renew()

    def renew(self) -> None:
        """Forget what is ready: the reductions have changed."""
        self.build: Build | None = None
        self.generated: Generated | None = None
        self.library: ctypes.CDLL | None = None
        self.remark: str | None = None

    def __call__(self, statistics: Statistics) -> bool:
        early = statistics.seconds < PATIENCE
        if self.passing:
            early = time.process_time() - self.begun < PATIENCE_PASSING
        if self.remark is not None or early:
            return False
        self._prepare(0.0)
        return self.library is not None

    @cached_property
    def search(self) -> Search:
        """What the compiled engine begins with; made when it is needed, since most small searches end before that."""
        return self.make()

    def wait(self, seconds: float | None) -> bool:
        """Wait until the library is there, or known not to come. False: it took longer than so many seconds."""
        if self.library is None and self.remark is None:
            self._prepare(seconds)
        return self.library is not None or self.remark is not None

    def _prepare(self, seconds: float | None) -> None:
        """Get the library if it takes no longer than so many seconds."""
        try:
            if self.build is None:
                search = self.search
                agents = None if search.discipline is None else search.discipline.agents
                self.generated = generate(search.transitions, search.canonical, self.compact, agents, self.disk)
                self.build = Build(self.generated.source)
            if self.build.wait(seconds):
                self.library = self.build.library()
        except (Unsupported, CompilerError) as error:
            self.remark = str(error)
            self.close()

    def close(self) -> None:
        """Stop a compiler that is still at work."""
        if self.build is not None:
            self.build.close()
