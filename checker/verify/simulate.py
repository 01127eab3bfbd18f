# SPDX-License-Identifier: GPL-2.0-only
"""Random walks through one configuration, in which the replayer confirms every counterexample."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from checker.explicit.engines import Method
from checker.explicit.search.results import Limits
from checker.explicit.simulation.simulation import Plan, WalkStatistics
from checker.explicit.walking import walk
from checker.result.simulation import Simulated, Walks
from checker.result.verdict import Verdict, VerdictKind
from checker.verify.confirm import Announce, Confirming
from checker.verify.request import Request
from checker.verify.subject import load_subject, unreached_lines


def simulate_configuration(
    request: Request,
    plan: Plan,
    limits: Limits,
    method: Method = Method(),  # noqa: B008
    progress: Callable[[WalkStatistics], None] | None = None,
    announce: Announce | None = None,
) -> Simulated:
    """Walk through one configuration. method: its engine and threads. announce: called with each violation when it is found and
    confirmed. Raises Disagreement if the replayer does not confirm what the engine says."""
    loaded = load_subject(request)
    program = loaded.program
    confirming = Confirming(program, loaded.system, loaded.subject, announce)
    result = walk(loaded.system, loaded.wanted, method, plan, limits, progress, confirming.found)
    s = result.statistics
    walks = Walks(plan.walks, plan.depth, plan.swarm, plan.seed, s.walks, s.steps, s.longest, s.seconds, s.memory)
    error = None if result.error is None else confirming.error(result.error)
    otherwise = error or Verdict("", VerdictKind.UNKNOWN, str(walks))
    return Simulated(
        loaded.subject,
        tuple(
            confirming.violated.get(n) or dataclasses.replace(otherwise, property=n)
            for n in program.properties
            if n in loaded.wanted
        ),
        walks,
        result.stopped,
        tuple(result.cuts.items()),
        unreached_lines(program, result.unreached),
        error,
    )
