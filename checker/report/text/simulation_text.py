# SPDX-License-Identifier: GPL-2.0-only
"""The end of what `stackproof simulate` prints: what was walked, and the verdicts."""

from __future__ import annotations

from checker.counting import counted
from checker.report.text.line_ranges import lines_text
from checker.report.text.style import plain
from checker.report.text.translation_text import translation_lines
from checker.result.simulation import Simulated, Walks
from checker.result.verdict import Verdict, VerdictKind
from checker.stopping import INTERRUPTED


def simulation_text(run: Simulated) -> str:
    """What was walked, the verdict of each property, and what they rest on."""
    w = run.walks
    lines = [
        f"{run.subject}: {_outcome(run)}",
        f"  {w}: {_longest(w)} of {counted(w.depth, 'step')}, {w.seconds:.1f} s, {w.memory / 2**20:,.0f} MiB",
    ]
    lines += [f"  some runs ended early, UNKNOWN({reason}): {what}" for reason, what in run.cuts]
    lines += ["", "Verdicts"]
    width = max((len(verdict.property) for verdict in run.verdicts), default=0)
    lines += [f"  {verdict.property:<{width}}  {_told(verdict)}" for verdict in run.verdicts]
    if run.unreached:
        lines.append("Lines of the model that were not reached: " + lines_text(run.unreached))
    lines += translation_lines(run.subject.translation)
    lines += run.subject.remarks
    lines += [
        "A simulation finds violations and never rules them out. The counterexamples need not be the shortest ones.",
        "The verdicts are about sequentially consistent interleavings of single accesses, at the sizes and events named above.",
    ]
    if any(verdict.trace is not None for verdict in run.verdicts):
        lines.append("Each counterexample was replayed by an independent interpreter.")
    return "\n".join(map(plain, lines))


def _longest(w: Walks) -> str:
    return f"the {'deepest search' if w.swarm else 'longest walk'} {w.longest:,}"


def _outcome(run: Simulated) -> str:
    if run.stopped is not None:
        return f"stopped by {run.stopped}" if run.stopped != INTERRUPTED else "interrupted"
    if run.error is not None:
        return "ended by a model error"
    if run.walks.begun < run.walks.asked:
        return "ended, as there is nothing left to find"
    return "all searches done" if run.walks.swarm else "all walks done"


def _told(verdict: Verdict) -> str:
    if verdict.kind is VerdictKind.VIOLATED and verdict.trace is not None:
        return f"VIOLATED in {counted(len(verdict.trace.steps), 'step')}, perhaps not the fewest"
    return f"{verdict.kind.value}({verdict.detail})"
