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
from collections.abc import Callable
from dataclasses import dataclass

from checker.explicit.c_code import Generated, generate
from checker.explicit.c_expressions import Unsupported
from checker.explicit.canonical import ToldApart
from checker.explicit.compiled import CompiledSearch
from checker.explicit.compiler import Build, CompilerError
from checker.explicit.search import PARTIAL_ORDER, Finding, Limits, Progress, Result, Search, Statistics
from checker.ir import system as ir

PATIENCE = 0.2
"""Seconds that the portable engine searches before a compiler is started: most small searches end before that."""

ENGINES = ("auto", "portable", "compiled")


class EngineError(Exception):
    """The engine that was asked for cannot be used. The text is one line for the user."""


@dataclass(frozen=True)
class Method:
    """How to search. engine: one of ENGINES. threads: of the compiled engine. reductions: of REDUCTIONS. compact: with hash
    compaction, which the compiled engine alone has."""

    engine: str = "auto"
    threads: int = 1
    reductions: frozenset[str] = frozenset()
    compact: bool = False


def available_threads() -> int:
    """The processors that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True)
class Explored:
    """What a search came to. engine: which one says so, as a user would say it. remark: why it was not the compiled one.
    reductions: those that were in use to the end."""

    result: Result
    engine: str
    reductions: frozenset[str]
    remark: str | None = None


def explore(
    system: ir.System,
    properties: frozenset[str],
    method: Method,
    limits: Limits,
    progress: Progress | None = None,
    announce: Callable[[Finding], None] | None = None,
) -> Explored:
    """Search a system for violations of the properties. EngineError if the engine asked for cannot be used."""
    search = Search(system, properties, method.reductions)
    takeover = _Takeover(search, method.compact)
    if PARTIAL_ORDER in search.reductions and method.engine == "compiled":
        raise EngineError("error: the compiled engine has no partial-order reduction; leave out --engine, or that reduction")
    if method.engine == "portable" or PARTIAL_ORDER in search.reductions:
        return Explored(search.run(limits, progress, announce), "portable", search.reductions)
    known: dict[str, Finding] = {}
    if method.engine == "auto" and not method.compact:
        first = Search(system, properties, method.reductions)
        first.hand_over = takeover
        result = first.run(limits, progress, announce)
        if not first.handed_over:
            takeover.close()
            return Explored(result, "portable", first.reductions, takeover.remark)
        known = result.findings
        limits = dataclasses.replace(limits, spent=limits.spent + result.statistics.seconds)
        first.release()
    spent = limits.spent

    def announced(finding: Finding) -> None:
        if announce is not None and finding.property not in known:
            announce(finding)
        known.setdefault(finding.property, finding)

    while True:
        takeover.prepare(wait=True)
        if takeover.library is None:
            raise EngineError(f"error: the compiled engine cannot be used: {takeover.remark}")
        assert takeover.generated is not None
        compiled = CompiledSearch(search, takeover.generated, takeover.library, properties, method.threads)
        begun = time.monotonic()
        try:
            result = compiled.run(limits, progress, announced)
            break
        except ToldApart as reason:
            search.drop_pages(str(reason))
            takeover = _Takeover(search, method.compact)
            limits = dataclasses.replace(limits, spent=limits.spent + time.monotonic() - begun)
    result.findings = {**result.findings, **known}
    result.dropped = search.result.dropped
    result.statistics = dataclasses.replace(result.statistics, seconds=result.statistics.seconds + limits.spent - spent)
    threads = f"{method.threads} thread{'s' if method.threads > 1 else ''}"
    return Explored(result, f"compiled, {threads}", search.reductions)


class _Takeover:
    """Gets the compiled engine ready beside a search by the portable one. Called at its looks; true when it shall end."""

    def __init__(self, search: Search, compact: bool) -> None:
        self.search = search
        self.compact = compact
        self.build: Build | None = None
        self.generated: Generated | None = None
        self.library: ctypes.CDLL | None = None
        self.remark: str | None = None

    def __call__(self, statistics: Statistics) -> bool:
        if self.remark is not None or statistics.seconds < PATIENCE:
            return False
        self.prepare(wait=False)
        return self.library is not None

    def prepare(self, wait: bool) -> None:
        """One more step towards the library; all of them if `wait`."""
        if self.library is not None:
            return
        try:
            if self.build is None:
                self.generated = generate(self.search.transitions, self.search.canonical, self.compact)
                self.build = Build(self.generated.source)
            if wait or self.build.ready():
                self.library = self.build.library()
        except (Unsupported, CompilerError) as error:
            self.remark = str(error)
            self.close()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Stop a compiler that is still at work."""
        if self.build is not None:
            self.build.close()
