# SPDX-License-Identifier: GPL-2.0-only
"""The command `python -m tools.findings.explore [EVENT ...]`: look for bugs that are not in the list.

models/rfc_v1.py with each event alone and each pair, at three small sizes; with EVENTs named, only sets of these. The shortest runs are
sorted into kinds: the property, where the faults happen, the step that ends it. What is printed is one run of each kind, with
the findings of the list whose signature it has; the rest is for a reader to judge."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from checker.explicit.engines import Method
from checker.explicit.reduction.canonical import EXCHANGES
from checker.explicit.search.results import Limits
from checker.language.front.load import load_program
from checker.result.verdict import Run
from checker.trace.data import Step, Trace
from checker.verify.configuration import check_configuration
from checker.verify.request import Request

from .__main__ import LIST, MODEL, PROJECT
from .finding import load_findings
from .signature import labels_of

SIZES = ((1, 2, 2), (1, 2, 3), (2, 2, 2))
"""CPUs, tasks, pages."""
RUNS = 20_000
"""States up to which runs without end are looked at, at one CPU."""
STRIKES = ("touch", "late_fault", "switch_fault", "interrupt_fault", "nmi", "remote_read")

Kind = tuple[str, tuple[str, ...], str]


def sets_of(events: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Each event alone, then each pair."""
    yield from itertools.combinations(events, 1)
    yield from itertools.combinations(events, 2)


def explore(model: Path, size: tuple[int, int, int], events: tuple[str, ...]) -> Run:
    """All properties in one configuration, with states that differ by an exchange searched once."""
    request = Request(
        model, dict(zip(("CPUS", "TASKS", "STACK_PAGES"), size, strict=True)), events, None, RUNS if size[0] == 1 else 0
    )
    return check_configuration(request, Method(threads=1, reductions=frozenset(EXCHANGES)), Limits())


def kind_of(trace: Trace) -> Kind:
    """What a run is like: its property, each fault with the routine of a task that it happens in, the last step."""
    return trace.violation.property, tuple(_strikes(trace.steps)), trace.steps[-1].name


def _strikes(steps: Sequence[Step]) -> Iterator[str]:
    for number, step in enumerate(steps):
        if step.processor is None and step.name in STRIKES:
            level = dict(step.arguments).get("level", "")
            before = next((s.name for s in reversed(steps[:number]) if s.processor is not None), "boot")
            after = next((s.name for s in steps[number:] if s.processor is not None and s.owner != s.processor), "the end")
            yield f"{step.name} level={level} after {before}, before {after}"


def main(chosen: Sequence[str]) -> int:
    model = PROJECT / MODEL
    known = [event.name for event in load_program(model).events]
    for event in chosen:
        if event not in known:
            print(f"error: there is no event {event}; there are {', '.join(known)}", file=sys.stderr)
            return 2
    findings = load_findings(LIST)
    kinds: set[Kind] = set()
    searches = states = found = 0
    for size, events in itertools.product(SIZES, sets_of(chosen or known)):
        run = explore(model, size, events)
        searches, states = searches + 1, states + run.statistics.states
        for verdict in run.verdicts:
            if verdict.trace is None:
                continue
            found += 1
            kind = kind_of(verdict.trace)
            if kind not in kinds:
                kinds.add(kind)
                labels = labels_of(verdict.trace, run.subject.sources)
                fits = [f.bug for f in findings if f.property == kind[0] and f.signature.fits(labels)]
                place = f"{run.subject.configuration}: {kind[0]} in {len(verdict.trace.steps)} steps"
                print(
                    f"{place}: {'; '.join(kind[1]) or 'no fault'}; ends in {kind[2]}; as finding: {', '.join(fits) or 'none'}",
                    flush=True,
                )
        if run.stopped is not None or run.cuts or run.error is not None:
            print(f"{run.subject.configuration}: error: this search did not end", flush=True)
    print(f"{searches} searches, {states:,} states up to exchanges, {found} violations of {len(kinds)} kinds")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
