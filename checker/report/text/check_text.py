# SPDX-License-Identifier: GPL-2.0-only
"""The text that `stackproof check` prints: findings, a line or two for each run, the verdicts at the end."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Sequence
from pathlib import Path

from checker.report.text.line_ranges import by_line, lines_text
from checker.report.text.trace_text import plain, text_report
from checker.report.text.translation_text import translation_lines
from checker.result.checked import Checked
from checker.result.verdict import NO_EVENTS, USUAL, Run, Subject, Verdict, VerdictKind
from checker.stopping import INTERRUPTED
from checker.symbolic.solvers.solvers import SOLVERS

PARTIAL_ORDER = "partial-order"
"""The reduction with which counterexamples need not be shortest."""

STANDARD_INPUT = "-"
"""The model that came on standard input."""

_OPTIONS = {"CPUS": "--cpus", "TASKS": "--tasks", "STACK_PAGES": "--stack-pages"}


def terminal_width() -> int:
    """Columns of text to print: the terminal's (or what COLUMNS says), within reason; 110 where there is none."""
    return min(max(shutil.get_terminal_size((110, 24)).columns, 80), 160)


def finding_text(
    subject: Subject, verdict: Verdict, saved: Sequence[Path], colour: bool, command: Sequence[str] = ("check",)
) -> str:
    """One finding with its trace, where it was saved, and the command that replays it. command: the one that found it, and
    its own options."""
    assert verdict.trace is not None
    again = find_again(subject, verdict, saved, command)
    text = text_report(verdict.trace, replay=again, sources=subject.sources, width=terminal_width(), colour=colour)
    if len(saved) > 1:
        text += f"The picture:\n  {saved[1]}\n"
    return text


def find_again(subject: Subject, verdict: Verdict, saved: Sequence[Path], command: Sequence[str] = ("check",)) -> str:
    """What to type to replay the finding: from its file, or by finding it again."""
    if saved:
        patch = ["--patch", "-"] if subject.model == STANDARD_INPUT else []
        return shlex.join(["stackproof", "replay", str(saved[0]), *patch, *subject.options])
    words = ["stackproof", command[0], subject.model, *subject.options]
    for name, value in subject.configuration.settings:
        if name in _OPTIONS:
            words += [_OPTIONS[name], str(value)]
        elif value != USUAL.get(name):
            words += ["--set", f"{name}={value}"]
    if subject.configuration.has_events:
        words += ["--events", ",".join(subject.configuration.events) or NO_EVENTS]
    words += command[1:]
    if verdict.kind is VerdictKind.VIOLATED:
        words += ["--property", verdict.property]
    return shlex.join(words)


def run_text(run: Run, shown: int) -> str:
    """How one configuration came out."""
    s = run.statistics
    violated = run.violated
    if run.stopped is not None:
        outcome = f"stopped by {run.stopped}" if run.stopped != INTERRUPTED else "interrupted"
    elif run.error is not None:
        outcome = "ended by a model error"
    else:
        outcome = f"no more than {s.depth} steps" if run.engine in SOLVERS else "complete"
    initials = f" from {run.initials:,} initial states" if run.initials > 1 else ""
    lines = [
        f"{run.subject}: {outcome}",
        "  "
        + (f"{s.states:,} states{initials}, {s.transitions:,} transitions, " if s.states else "")
        + f"depth {s.depth}, {s.seconds:.1f} s, {s.memory / 2**20:,.0f} MiB, {run.engine} engine"
        + (f", {s.frontier:,} states not expanded" if s.frontier else ""),
    ]
    if violated:
        again = "" if shown >= len(violated) else " (some are shown above only, with fewer events)"
        lines.append("  violated: " + ", ".join(f"{name} ({length} steps)" for name, length in violated.items()) + again)
    if run.remark is not None:
        lines.append(f"  searched by the slower portable engine, as the compiled one cannot: {run.remark}")
    for name, why in run.dropped:
        lines.append(f"  the search was started again without the reduction `{name}`, which is not sound here: {why}")
    for reason, what in run.cuts:
        lines.append(f"  some runs were not followed to their end, UNKNOWN({reason}): {what}")
    for constraint, what in run.outside:
        lines.append(f"  not searched beyond states outside the {constraint}, {what}")
    return "\n".join(lines) + "\n"


def summary_text(checked: Checked, saved: Sequence[tuple[str, Path]] = ()) -> str:
    """The verdict of each property over all runs, what it rests on, and the files that were saved. saved: the headline of a
    finding and the path of a file of it, in the order of the findings."""
    runs = checked.runs
    names = [verdict.property for verdict in runs[0].verdicts]
    width = max((len(name) for name in names), default=0)
    lines = ["Verdicts"]
    for name in names:
        lines.append(f"  {name:<{width}}  {overall(checked, name)}")
    if checked.left:
        left = f"{len(checked.left)} of {checked.asked} configurations"
        lines.append(
            f"Not searched ({checked.stopped}): {left}, {'that' if len(checked.left) == 1 else 'from that'} of {checked.left[0]}"
        )
    complete = [set(run.unreached) for run in runs if run.stopped is None]
    unreached = sorted(set.intersection(*complete), key=by_line) if complete else []
    if unreached:
        lines.append("Lines of the model that nothing reached: " + lines_text(unreached))
    lines += _fairness(runs[0])
    lines += dict.fromkeys(line for run in runs for line in translation_lines(run.subject.translation))
    lines += dict.fromkeys(note for run in runs for note in run.subject.notes)
    reductions = sorted({name for run in runs for name in run.reductions})
    lines += [
        f"Reductions used: {', '.join(reductions) or 'none'}.",
        "The verdicts are about sequentially consistent interleavings of single accesses, at the sizes and events named",
        "above.",
    ]
    if any(run.violated or run.error is not None for run in runs):
        lines[-1] += " Each counterexample was replayed by an independent interpreter."
    if saved:
        lines += ["", "Saved"]
    for index, (headline, path) in enumerate(saved):
        if index == 0 or headline != saved[index - 1][0]:
            lines.append(f"  {plain(headline)}")
        lines.append(f"    {path}")
    return "\n".join(lines)


def _fairness(run: Run) -> list[str]:
    """What is assumed of the runs that the properties on runs judge."""
    names: dict[tuple[str, ...], list[str]] = {}
    for verdict in run.verdicts:
        if verdict.fairness:
            names.setdefault(verdict.fairness, []).append(verdict.property)
    found = []
    for fairness, properties in names.items():
        found.append(f"Liveness, checked without reductions under the fairness assumptions below: {', '.join(properties)}")
        found += [f"  - {line}" for line in fairness]
    return found


def overall(checked: Checked, name: str) -> str:
    """The verdict of one property over all runs, in words."""
    verdicts = [(run, verdict) for run in checked.runs for verdict in run.verdicts if verdict.property == name]
    violated = [(run, v) for run, v in verdicts if v.kind is VerdictKind.VIOLATED and v.trace is not None]
    if violated:
        run, verdict = violated[0]
        assert verdict.trace is not None
        shortest = ", perhaps not the fewest" if PARTIAL_ORDER in run.reductions else ""
        where = f" ({run.subject.configuration})" if str(run.subject.configuration) else ""
        return f"VIOLATED in {len(verdict.trace.steps)} steps{shortest}{where}"
    for kind in (VerdictKind.ERROR, VerdictKind.UNKNOWN):
        for _, verdict in verdicts:
            if verdict.kind is kind:
                return f"{kind.value}({verdict.detail})"
    fairly = ", under fairness" if verdicts and verdicts[0][1].fairness else ""
    if checked.left:
        searched = "; ".join(str(run.subject.configuration) for run, _ in verdicts)
        return f"UNKNOWN({checked.stopped}; nothing violates it at {searched})"
    if len(verdicts) == 1:
        return f"BOUNDED({verdicts[0][1].detail}{fairly})"
    return f"BOUNDED(exhaustive at each of the {len(verdicts)} configurations above{fairly})"
