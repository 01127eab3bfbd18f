# SPDX-License-Identifier: GPL-2.0-only
"""The text that `stackproof check` prints: findings, a line or two for each run, the verdicts at the end."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path

from checker.counting import counted
from checker.report.shell import argument, command_line
from checker.report.text.hints import hint_lines
from checker.report.text.line_ranges import by_line, lines_text
from checker.report.text.screen import terminal_width
from checker.report.text.style import plain
from checker.report.text.trace_text import text_report
from checker.report.text.translation_text import translation_lines
from checker.result.checked import Checked
from checker.result.verdict import NO_EVENTS, USUAL, Run, Status, Subject, Verdict, VerdictKind, hooks_lines
from checker.stopping import INTERRUPTED
from checker.symbolic.solvers.solvers import SOLVERS

STANDARD_INPUT = "-"
"""The model that came on standard input."""

_OPTIONS = {"CPUS": "--cpus", "TASKS": "--tasks", "STACK_PAGES": "--stack-pages"}


def finding_text(
    subject: Subject, verdict: Verdict, saved: Sequence[Path], colour: bool, command: Sequence[str] = ("check",)
) -> str:
    """One finding with its trace, where it was saved, and the command that replays it. command: the one that found it, and
    its own options."""
    assert verdict.trace is not None
    again = find_again(subject, verdict, saved, command)
    text = text_report(verdict.trace, replay=again, sources=subject.sources, width=terminal_width(), colour=colour)
    if len(saved) > 1:
        text += f"The picture:\n  {plain(str(saved[1]))}\n"
    return text


def find_again(
    subject: Subject, verdict: Verdict, saved: Sequence[Path], command: Sequence[str] = ("check",), verb: str = "replay"
) -> str:
    """What to type to replay the finding: from its file, or by finding it again. verb: what to do with the file."""
    if saved:
        patch = ["--patch", "-"] if subject.model == STANDARD_INPUT else []
        return command_line(["stackproof", verb, argument(saved[0]), *patch, *subject.options])
    words = ["stackproof", command[0], argument(subject.model), *subject.options, *sizes_and_events(subject), *command[1:]]
    if verdict.kind is VerdictKind.VIOLATED:
        words += ["--property", verdict.property]
    return command_line(words)


def sizes_and_events(subject: Subject) -> list[str]:
    """The options that name one configuration of a model."""
    words = []
    for name, value in subject.configuration.settings:
        if name in _OPTIONS:
            words += [_OPTIONS[name], str(value)]
        elif value != USUAL.get(name):
            words += ["--set", f"{name}={value}"]
    if subject.configuration.has_events:
        words += ["--events", ",".join(subject.configuration.events) or NO_EVENTS]
    return words


def run_text(run: Run) -> str:
    """How one configuration came out, in lines."""
    s = run.statistics
    initials = f" from {run.initials:,} initial states" if run.initials > 1 else ""
    lines = [
        f"{run.subject}: {_outcome(run)}",
        "  "
        + (f"{counted(s.states, 'state')}{initials}, {counted(s.transitions, 'transition')}, " if s.states else "")
        + f"depth {s.depth}, {s.seconds:.1f} s, {s.memory / 2**20:,.0f} MiB, {run.engine} engine"
        + (f", {counted(s.frontier, 'state')} not expanded" if s.frontier else ""),
        *_remarks(run),
    ]
    return "\n".join(map(plain, lines))


def runs_text(runs: Sequence[Run]) -> str:
    """How all configurations came out: in a line, and those that were not searched to the end in lines of their own. What is to
    be said of several is said once."""
    if len(runs) == 1:
        return run_text(runs[0])
    ended = [run for run in runs if run.stopped is None and run.error is None]
    others = [run for run in runs if run not in ended]
    lines = []
    if ended:
        states = sum(run.statistics.states for run in ended)
        seconds = sum(run.statistics.seconds for run in ended)
        most = max(run.statistics.memory for run in ended)
        outcomes = ", ".join(dict.fromkeys(map(_outcome, ended)))
        count = counted(len(ended), "configuration")
        lines.append(
            f"{ended[0].subject.model}: {count}, " + (f"{counted(states, 'state')}, " if states else "") + f"{seconds:.1f} s, "
            f"{most / 2**20:,.0f} MiB: {outcomes}"
        )
        if not any(run.violated for run in runs):
            lines += [f"  {run.subject.configuration}" for run in ended]
        lines += dict.fromkeys(line for run in ended for line in _remarks(run))
    return "\n".join([*map(plain, lines), *map(run_text, others)])


def _outcome(run: Run) -> str:
    if run.stopped is not None:
        return f"stopped by {run.stopped}" if run.stopped != INTERRUPTED else "interrupted"
    if run.error is not None:
        return "ended by a model error"
    return f"no more than {counted(run.statistics.depth, 'step')}" if run.engine in SOLVERS else "complete"


def _remarks(run: Run) -> list[str]:
    lines = []
    if run.remark is not None:
        lines.append(f"  searched by the slower portable engine, as the compiled one cannot: {run.remark}")
    for name, why in run.dropped:
        lines.append(f"  the search was started again without the reduction `{name}`, which is not sound here: {why}")
    for reason, what in run.cuts:
        lines.append(f"  some runs were not followed to their end, UNKNOWN({reason}): {what}")
    for constraint, what in run.outside:
        lines.append(f"  not searched beyond states outside the {constraint}, {what}")
    return lines


def summary_text(checked: Checked) -> str:
    """The verdict of each property over all runs, and what it rests on."""
    runs = checked.runs
    bad = any(run.violated or run.error is not None for run in runs)
    lines = [*_passed(checked), "Verdicts", *_table(checked)]
    if checked.left:
        left = f"{len(checked.left)} of {counted(checked.asked, 'configuration')}"
        lines.append(
            f"Not searched ({checked.stopped}): {left}, {'that' if len(checked.left) == 1 else 'from that'} of {checked.left[0]}"
        )
    lines += hint_lines(checked)
    complete = [set(run.unreached) for run in runs if run.stopped is None]
    unreached = sorted(set.intersection(*complete), key=by_line) if complete else []
    if unreached:
        lines.append("Lines that nothing reached: " + lines_text(unreached))
    lines += _fairness(runs[0], short=bad)
    lines += dict.fromkeys(line for run in runs for line in translation_lines(run.subject.translation))
    lines += dict.fromkeys(note for run in runs for note in run.subject.notes)
    lines += hooks_lines(hook for run in runs for hook in run.subject.hooks)
    reductions = sorted({name for run in runs for name in run.reductions})
    lines += [
        f"Reductions used: {', '.join(reductions) or 'none'}.",
        "The verdicts are about sequentially consistent interleavings of single accesses, at the sizes and events searched.",
    ]
    if bad:
        lines.append("Each counterexample was replayed by an independent interpreter.")
    return "\n".join(map(plain, lines))


def _passed(checked: Checked) -> list[str]:
    """A line for a check that found nothing, and was complete."""
    if checked.status is not Status.AS_DEMANDED:
        return []
    return ["No violation found: every property holds at the sizes and with the events searched."]


FEW = 3
"""So many properties with the same verdict have a line each, where the check has one configuration; where it has several, one."""


FAIRLY = ", under fairness"
"""Behind the verdict of a property on runs."""

VIOLATED = VerdictKind.VIOLATED.value


def _table(checked: Checked) -> list[str]:
    """A line for each property; those that have the same verdict as many others share one. Of several configurations, the
    violated ones do: where and how each is violated, the blocks of the causes tell."""
    verdicts = {verdict.property: overall(checked, verdict.property) for verdict in checked.runs[0].verdicts}
    several = len(checked.runs) > 1
    violated = {name for run in checked.runs for name in run.violated}
    if several and len(violated) > FEW:  # what is assumed of which of the others, a line below tells
        verdicts = {name: VIOLATED if name in violated else told.replace(FAIRLY, "") for name, told in verdicts.items()}
    alike: dict[str, list[str]] = {}
    for name, verdict in verdicts.items():
        alike.setdefault(verdict, []).append(name)
    shared = {verdict: names for verdict, names in alike.items() if len(names) > (1 if several else FEW)}
    alone = [name for name, verdict in verdicts.items() if verdict not in shared]
    width = max(map(len, alone), default=0)
    lines = [f"  {name:<{width}}  {verdicts[name]}" for name in alone]
    for verdict, names in sorted(shared.items(), key=lambda one: one[0] != VIOLATED):
        text = f"{verdict}: {', '.join(names)}"
        lines += textwrap.wrap(
            text, terminal_width(), initial_indent="  ", subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
        )
    return lines


def _fairness(run: Run, short: bool) -> list[str]:
    """What is assumed of the runs that the properties on runs judge. short: only how much."""
    names: dict[tuple[str, ...], list[str]] = {}
    for verdict in run.verdicts:
        if verdict.fairness:
            names.setdefault(verdict.fairness, []).append(verdict.property)
    found = []
    for fairness, properties in names.items():
        if short:
            many = counted(len(fairness), "fairness assumption")
            found.append(f"Liveness, checked without reductions under {many}: {', '.join(properties)}")
            continue
        found.append(f"Liveness, checked without reductions under the fairness assumptions below: {', '.join(properties)}")
        found += [f"  - {line}" for line in fairness]
    return found


def _where(checked: Checked, runs: Sequence[Run]) -> str:
    """Which of several configurations a verdict is about: the first of these, and how many more; nothing if it is about all."""
    if len(runs) == len(checked.runs):
        return ""
    more = f" and {counted(len(runs) - 1, 'more configuration')}" if len(runs) > 1 else ""
    return f" ({runs[0].subject.configuration}{more})"


def overall(checked: Checked, name: str) -> str:
    """The verdict of one property over all runs, in words."""
    verdicts = [(run, verdict) for run in checked.runs for verdict in run.verdicts if verdict.property == name]
    violated = [(run, v) for run, v in verdicts if v.kind is VerdictKind.VIOLATED and v.trace is not None]
    if violated:
        run, verdict = min(violated, key=lambda found: len(found[1].trace.steps) if found[1].trace is not None else 0)
        assert verdict.trace is not None
        shortest = {None: "", True: ", the fewest", False: ", perhaps not the fewest"}[verdict.shortest]
        where = f" ({run.subject.configuration})" if str(run.subject.configuration) else ""
        return f"{VIOLATED} in {counted(len(verdict.trace.steps), 'step')}{shortest}{where}"
    for kind in (VerdictKind.ERROR, VerdictKind.UNKNOWN):
        found = [(run, verdict) for run, verdict in verdicts if verdict.kind is kind]
        if found:
            return f"{kind.value}({found[0][1].detail}){_where(checked, [run for run, _ in found])}"
    fairly = FAIRLY if verdicts and verdicts[0][1].fairness else ""
    if checked.left:
        searched = "; ".join(str(run.subject.configuration) for run, _ in verdicts)
        return f"UNKNOWN({checked.stopped}; nothing violates it at {searched})"
    if len(verdicts) == 1:
        return f"BOUNDED({verdicts[0][1].detail}{fairly})"
    return f"BOUNDED(exhaustive at each of the {len(verdicts)} configurations{fairly})"
