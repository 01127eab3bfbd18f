# SPDX-License-Identifier: GPL-2.0-only
"""Shortest runs to what a search with partial order found, which passes states by and so need not find the shortest.

A second search without partial order, and otherwise alike, looks for shorter runs of all found properties at once. What has
been found bounds it: no state is expanded that only a run as long as a known one comes to.
docs/internals/soundness/partial-order.md says why what it calls shortest is that.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field

from checker.explicit.engines import EngineError, Explored, Method, explore
from checker.explicit.reduction.reductions import PARTIAL_ORDER
from checker.explicit.search.results import Finding, Limits, Progress, Result, Statistics
from checker.ir import system as ir
from checker.language.raised import NO_DEADLOCK
from checker.stopping import INTERRUPTED, OUT_OF_MEMORY, Stop, Why

FEWEST_STATES = 100_000
"""States that the second search may store in any case."""

TIMES = 10
"""How many times the states of the first search it may store."""

PHASE = "shorter runs"


@dataclass(frozen=True)
class Shortened:
    """What the second search came to. asked: the properties that it looked for. shortest: those whose run, the known or a new
    one, is a shortest. findings: the shorter ones. error: a model error that it met. stopped: why the runs of others are not
    known to be shortest. statistics: of it, None where there was nothing to do."""

    asked: frozenset[str] = frozenset()
    shortest: frozenset[str] = frozenset()
    findings: dict[str, Finding] = field(default_factory=dict)
    error: Finding | None = None
    stopped: Stop | None = None
    statistics: Statistics | None = None


def not_shortened(explored: Explored, stopped: Stop | None) -> Shortened:
    """What there is without a second search, which something has stopped before it began."""
    passed = PARTIAL_ORDER in explored.reductions
    return Shortened(frozenset(explored.result.findings) if passed else frozenset(), stopped=stopped)


def shorten(
    system: ir.System,
    explored: Explored,
    method: Method,
    limits: Limits,
    progress: Progress | None = None,
    announce: Callable[[Finding], None] | None = None,
) -> Shortened:
    """Look for shorter runs after a search by this method, if that was with partial order. announce: called with each shorter
    one. Nothing that was known is lost, whatever ends it."""
    found = explored.result.findings
    if PARTIAL_ORDER not in explored.reductions or not found:
        return Shortened()
    asked = frozenset(found)
    if explored.result.stopped in (INTERRUPTED, OUT_OF_MEMORY):
        return not_shortened(explored, explored.result.stopped)
    known: dict[str, Finding] = {}

    def shorter(finding: Finding) -> None:
        if len(finding.path) < len(found[finding.property].path):
            if announce is not None:
                announce(finding)
            known[finding.property] = finding

    def tell(statistics: Statistics) -> None:
        if progress is not None:
            progress(dataclasses.replace(statistics, phase=PHASE))

    plain = dataclasses.replace(method, reductions=explored.reductions - {PARTIAL_ORDER}, checkpoints=None, keep=False)
    most = max(FEWEST_STATES, TIMES * explored.result.statistics.states)
    bounded = dataclasses.replace(
        limits,
        states=most if limits.states is None else min(most, limits.states),
        within={name: needed(finding) for name, finding in found.items()},
    )
    try:
        result = explore(system, asked, plain, bounded, tell, shorter).result
    except EngineError as error:
        return Shortened(asked, stopped=Stop(Why.ENGINE, str(error)))
    except KeyboardInterrupt:
        return Shortened(asked, findings=known, stopped=INTERRUPTED)
    except MemoryError:
        return Shortened(asked, findings=known, stopped=OUT_OF_MEMORY)
    shortest = frozenset(name for name in asked if name in result.findings or needed(found[name]) <= expanded(result))
    stopped = None if shortest == asked else result.stopped
    return Shortened(asked, shortest, known, result.error, stopped, result.statistics)


def needed(finding: Finding) -> int:
    """Up to which depth all states have to be expanded to find every run to a violation that is shorter than this one. A deadlock
    is seen when its state is expanded, any other violation one step before. -1: none can be shorter."""
    steps = len(finding.path)
    return max(0, steps - (1 if finding.property == NO_DEADLOCK else 2)) if steps else -1


def expanded(result: Result) -> int:
    """Up to which depth a search has expanded all states that it found."""
    if result.stopped is None and result.error is None:
        return result.statistics.depth
    return result.statistics.depth - 1
