# SPDX-License-Identifier: GPL-2.0-only
"""Checking one configuration: read the model, search, and have the replayer confirm every counterexample."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator
from dataclasses import dataclass

from checker.cluster.messages import ClusterError
from checker.explicit.compiled.resuming import Checkpoints
from checker.explicit.engines import EngineError, Explored, Method, explore
from checker.explicit.on_cluster import explore_on_cluster
from checker.explicit.reduction.reductions import PARTIAL_ORDER, symmetry_of
from checker.explicit.search.results import Limits, Progress, Result
from checker.explicit.shortest import Shortened, not_shortened, shorten
from checker.explicit.step.outcome import ARENA
from checker.language.errors import UsageError
from checker.language.tree import Program
from checker.result.verdict import Run, Statistics, Verdict, VerdictKind
from checker.stopping import INTERRUPTED
from checker.verify.confirm import Announce, Confirming, cut_short, within
from checker.verify.liveness import Judged, fairness_of, look_at_runs
from checker.verify.request import Request
from checker.verify.subject import Loaded, load_subject, unreached_lines

AS_TRUSTED = "whoever can write that file can make the search skip states, and violations in them"
"""Of a checkpoint that a search went on from."""


def check_configuration(
    request: Request,
    method: Method,
    limits: Limits,
    progress: Progress | None = None,
    announce: Announce | None = None,
) -> Run:
    """Search one configuration. announce: called with each violation when it is found and confirmed. Disagreement if the
    replayer does not confirm what the engine says."""
    begun = time.monotonic()
    loaded = load_subject(request)
    return check_loaded(loaded, request.liveness_states, method, limits.later(time.monotonic() - begun), progress, announce)


def check_loaded(
    loaded: Loaded,
    liveness_states: int | None,
    method: Method,
    limits: Limits,
    progress: Progress | None = None,
    announce: Announce | None = None,
) -> Run:
    """As check_configuration, of a model that has been read. liveness_states: as of a Request."""
    begun = time.monotonic()
    program, wanted = loaded.program, loaded.wanted
    confirming = Confirming(program, loaded.system, loaded.subject, announce)
    try:
        search = explore if method.cluster is None else explore_on_cluster
        explored = search(loaded.system, wanted, method, limits.later(time.monotonic() - begun), progress, confirming.found)
    except EngineError as error:
        raise UsageError(f"the compiled engine cannot be used: {error}") from None
    except ClusterError as error:
        raise UsageError(str(error)) from None
    result, before = explored.result, limits
    inexact = bool(explored.reductions) or result.omission > 0
    limits = limits.later(time.monotonic() - begun)
    most, engine = liveness_states, method.engine
    judged = look_at_runs(program, wanted, result, most, limits, progress, confirming.found, inexact, engine)
    runs = judged.verdicts
    notes = (*loaded.subject.notes, *_notes(program, explored, judged, method.checkpoints))
    if any(verdict.stopped == INTERRUPTED for verdict in runs.values()):
        shortened = not_shortened(explored, INTERRUPTED)
    else:
        limits = before.later(time.monotonic() - begun)
        shortened = shorten(loaded.system, explored, method, limits, progress, confirming.found)
    _take(shortened, result, confirming)
    otherwise = _otherwise(confirming, result)
    s = result.statistics
    return Run(
        dataclasses.replace(loaded.subject, notes=notes),
        tuple(
            dataclasses.replace(
                confirming.violated.get(n) or runs.get(n) or dataclasses.replace(otherwise, property=n),
                fairness=fairness_of(program, n),
            )
            for n in program.properties
            if n in wanted
        ),
        Statistics(s.states, s.transitions, s.depth, s.seconds, s.memory, s.frontier),
        result.stopped,
        tuple(result.cuts.items()),
        unreached_lines(program, result.unreached) if result.stopped is None and result.error is None else (),
        next((v for v in (otherwise, *runs.values()) if v.kind is VerdictKind.ERROR), None),
        explored.engine,
        explored.remark,
        tuple(sorted(explored.reductions)),
        tuple(result.dropped.items()),
        result.omission,
        tuple(explored.unused.items()),
        initials=explored.initials,
        outside=tuple(result.outside.items()),
        program=program,
    )


@dataclass(frozen=True)
class Shipped:
    """A search for a process of a cluster: the model, as it was read, and how to search it. It is data, so that nothing of the
    model's files is needed there."""

    loaded: Loaded
    liveness_states: int | None
    method: Method
    limits: Limits


def ship(request: Request, method: Method, limits: Limits) -> Shipped:
    """Raises as reading a model."""
    return Shipped(load_subject(request), request.liveness_states, method, limits)


def search_shipped(shipped: Shipped, memory: int) -> Run:
    """As check_configuration, with one thread. memory: bytes that the process may take."""
    method = dataclasses.replace(shipped.method, threads=1)
    limits = dataclasses.replace(shipped.limits, memory=memory)
    return check_loaded(shipped.loaded, shipped.liveness_states, method, limits)


def _take(shortened: Shortened, result: Result, confirming: Confirming) -> None:
    """Bring the result and the verdicts of a search up to date with what a second one for shorter runs came to."""
    for name in shortened.asked:
        known = name in shortened.shortest
        verdict = confirming.violated[name]
        confirming.violated[name] = dataclasses.replace(verdict, shortest=known, stopped=None if known else shortened.stopped)
    result.error = result.error or shortened.error
    second = shortened.statistics
    if second is not None:
        seconds = result.statistics.seconds + second.seconds
        result.statistics = dataclasses.replace(result.statistics, seconds=seconds, memory=second.memory)


def _notes(program: Program, explored: Explored, judged: Judged, checkpoints: Checkpoints | None) -> Iterator[str]:
    """What a reader of the verdicts has to know of this search, or can change in the model."""
    own = {symmetry_of(record.name): record.name for record in program.records.values() if record.position.file == program.model}
    for what, why in explored.unused.items():
        if what == PARTIAL_ORDER:
            yield f"The reduction {PARTIAL_ORDER} had nothing to do: {why}"
        elif what in own:
            yield f"{own[what]} is declared symmetric, but the search could not use that and visited more states: {why}"
    if explored.refusal is not None:
        yield f"The cache of compiled searches was not used: {explored.refusal}"
    if judged.remark is not None and judged.remark != explored.remark:
        yield f"The slower portable engine judged the properties on runs, as the compiled one cannot: {judged.remark}"
    if checkpoints is not None and checkpoints.resume is not None:
        yield f"The search relies on {checkpoints.resume}, from which it resumed: {AS_TRUSTED}"


def _otherwise(confirming: Confirming, result: Result) -> Verdict:
    """The verdict of every property that no violation was found of."""
    if result.error is not None:
        return confirming.error(result.error)
    if result.stopped is not None:
        return Verdict("", VerdictKind.UNKNOWN, f"{result.stopped}, reached at depth {result.statistics.depth}")
    # A model that is wrong may leak until nothing is left; what it did up to there is known.
    leaks = set(result.cuts) == {ARENA} and bool(confirming.violated)
    if result.cuts and not leaks:
        return cut_short(result.cuts)
    detail = f"exhaustive{confirming.subject.configuration.at}{within(result)}"
    if leaks:
        detail += f", up to where there is no room: {result.cuts[ARENA]}"
    if result.omission:
        detail += f", but for hash compaction: a state was left out with probability at most {result.omission:.1g}"
    return Verdict("", VerdictKind.BOUNDED, detail)
