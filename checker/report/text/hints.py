# SPDX-License-Identifier: GPL-2.0-only
"""What to type next, where a check did not come to an end."""

from __future__ import annotations

from checker.result.checked import Checked
from checker.result.verdict import Run, VerdictKind
from checker.stopping import Stop, Why

HINTS = {
    Why.INTERRUPTED: "let it run; --checkpoint FILE keeps what a search of one configuration has done, and --resume FILE goes on",
    Why.STATES: "--max-states N searches more states; fewer --cpus, --tasks, --stack-pages or --events have fewer",
    Why.SECONDS: "--timeout TIME gives it longer; fewer --cpus, --tasks, --stack-pages or --events need less",
    Why.MEMORY: "--max-memory SIZE allows more; --disk DIR and --hash-compaction need less; `stackproof simulate` next to none",
    Why.OUT_OF_MEMORY: "--disk DIR and --hash-compaction need less memory; `stackproof simulate` needs next to none",
    Why.ENGINE: "another --engine may do what this one cannot",
    Why.DISK: "--disk DIR with another folder may have more room; what the search found stands",
    Why.LOST: "run it again; the search of a cluster has no checkpoints",
    Why.SOLVER: "another --engine, or a smaller --depth, may come to an end",
}
"""By what ended a search. After an error in the model, that is what has to be fixed."""

OF_RUNS = {
    Why.INTERRUPTED: "let it run; no checkpoint holds the graph that properties on runs need; --property without them needs none",
    Why.STATES: "a larger --liveness-states, or none, checks properties on runs in more states",
    Why.MEMORY: "--max-memory SIZE allows more; --property without those on runs needs less, as does --liveness-states N",
    Why.OUT_OF_MEMORY: "properties on runs need all states and transitions in memory; --liveness-states N leaves them out",
}
"""The same for a property on runs."""


def hint_lines(checked: Checked) -> list[str]:
    """A line for each kind of reason why something is UNKNOWN."""
    found = [HINTS.get(run.stopped.why) for run in checked.runs if run.stopped is not None]
    of_runs = [stop for run in checked.runs for stop in _stops_on_runs(run)]
    if checked.stopped is not None and checked.stopped not in of_runs:
        found.append(HINTS.get(checked.stopped.why))
    found += [(HINTS | OF_RUNS).get(stop.why) for stop in of_runs]
    return [f"To know more: {hint}" for hint in dict.fromkeys(found) if hint]


def _stops_on_runs(run: Run) -> list[Stop]:
    """What ended the search for lassos, which begins after a search for states that was not stopped."""
    if run.stopped is not None:
        return []
    return [v.stopped for v in run.verdicts if v.kind is VerdictKind.UNKNOWN and v.stopped is not None]
