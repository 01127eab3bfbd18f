# SPDX-License-Identifier: GPL-2.0-only
"""Liveness in a check of one configuration: after the search for violations in states, one for runs."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import psutil

from checker.counting import counted
from checker.explicit.lassos import Lassos, find_lassos
from checker.explicit.search.results import Finding, Limits, Progress, Result
from checker.ir.lowering.lower import lower
from checker.language import tree
from checker.language.errors import ModelError
from checker.result.verdict import Verdict, VerdictKind
from checker.stopping import Why
from checker.trace.confirmation.build import Disagreement
from checker.trace.confirmation.fairness import assumed
from checker.verify.subject import live_properties


@dataclass(frozen=True)
class Judged:
    """What came of the properties on runs. verdicts: of those without a lasso. remark: why the portable engine judged them, where
    the compiled one was wanted."""

    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    remark: str | None = None


def fairness_of(program: tree.Program, name: str) -> tuple[str, ...]:
    """What a property assumes of the runs that it judges, a line each; nothing for one that judges states only."""
    kinds = [e.demanded.own_steps for e in program.eventualities if e.property == name]
    return assumed(program, all(kinds)) if kinds else ()


def look_at_runs(
    program: tree.Program,
    wanted: frozenset[str],
    result: Result,
    most: int | None,
    limits: Limits,
    progress: Progress | None,
    found: Callable[[Finding], None],
    reduced: bool = False,
    engine: str = "portable",
) -> Judged:
    """Look for lassos after a search, and judge each property on runs that has none. `result`: of that search, brought up to
    date. most: states, None for any number. reduced: that search left out states or transitions, which this one never does.
    engine: as for find_lassos. A condition that cannot be evaluated is an ERROR of these properties only. Disagreement if the
    second search finds another state space than the first."""
    properties = live_properties(program, wanted) - result.findings.keys()
    if not properties or result.stopped is not None or result.error is not None:
        return Judged()
    states = result.statistics.states
    if most is not None and states > most:
        reason = f"more than {counted(most, 'state')} ({states:,}), the limit that --liveness-states sets for properties on runs"
        return Judged({name: Verdict(name, VerdictKind.UNKNOWN, reason) for name in properties})
    begun = time.monotonic()
    system = lower(program, liveness=True)
    limits = dataclasses.replace(limits, states=most).later(time.monotonic() - begun)
    try:
        lassos = find_lassos(system, properties, limits, progress, found, engine)
    except ModelError as error:
        return Judged({name: Verdict(name, VerdictKind.ERROR, str(error)) for name in properties})
    counts = (result.statistics.states, result.statistics.transitions)
    if lassos.explored and not reduced and (lassos.states, lassos.transitions) != counts:
        raise Disagreement(f"liveness explored {(lassos.states, lassos.transitions)} states and transitions, safety {counts}")
    seconds = result.statistics.seconds + time.monotonic() - begun
    memory = psutil.Process().memory_info().rss
    result.statistics = dataclasses.replace(result.statistics, seconds=seconds, memory=memory)
    without = properties - lassos.findings.keys()
    unknown = {name: v for name in without if (v := _unknown(program, name, result, lassos)) is not None}
    return Judged(unknown, lassos.remark)


def _unknown(program: tree.Program, name: str, result: Result, lassos: Lassos) -> Verdict | None:
    """The verdict of a property without a lasso, if that is not the one of all properties."""
    if lassos.stopped is not None:
        unreduced = " without reductions" if lassos.stopped.why is Why.STATES else ""
        return Verdict(name, VerdictKind.UNKNOWN, f"liveness: {lassos.stopped}{unreduced}", stopped=lassos.stopped)
    if result.outside:
        return Verdict(name, VerdictKind.UNKNOWN, f"runs are not followed out of the {', '.join(result.outside)}")
    judged = any(e.property == name and not e.demanded.own_steps for e in program.eventualities)
    if lassos.vacuous and judged and not result.cuts:
        return Verdict(name, VerdictKind.UNKNOWN, "no run is fair, so that nothing is demanded of any")
    return None
