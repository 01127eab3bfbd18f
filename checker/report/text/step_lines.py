# SPDX-License-Identifier: GPL-2.0-only
"""The steps of a trace as text, in one column for each processor.

A heading names whose frame runs which routine, with its arguments where it is entered, and holds for the steps under it; each
step shows its line of the source and, beneath, only what it chose and changed or, if it changed nothing, what it read. Changed
cells that the failing condition reads are marked `*`. What interrupts a task is indented, once for each context below it.
"""

from __future__ import annotations

from collections.abc import Mapping

from checker.counting import counted
from checker.report.contexts import Context, contexts
from checker.report.finding import called_as, columns, short, shown_arguments, shown_reads
from checker.report.relevant import relevant_steps
from checker.report.source import source_line
from checker.report.text.columns import COMFORTABLE, Columns
from checker.report.text.style import BOLD, DIM, YELLOW, Style, plain
from checker.report.told import told_trace
from checker.trace.data import Step, Trace

ASKED = "asked here: there is no answer from here on"
"""What stands before the first step of a run that is judged from there on."""

TAIL = 8
"""Of a trace in which fewer steps than this matter, the last ones of the protocol are shown too."""


def steps_text(trace: Trace, sources: Mapping[str, str], width: int, colour: bool, first: int = 1, fold: bool = False) -> str:
    """The steps of a trace alone, counted from `first`; not ending in a newline. fold: those that do not matter to the violation
    share a line."""
    lines = _StepLines(told_trace(trace), sources, width, Style(colour))
    return "\n".join(lines.all(first, _folded(trace) if fold else {}))


def _folded(trace: Trace) -> dict[int, int]:
    """The runs of steps that are not shown one by one: the number of the first step of each, and that of the last."""
    where = contexts(trace.steps)
    kept = set(relevant_steps(trace))
    kept |= {number for number, context in enumerate(where, 1) if context.entered or context.back}
    for number in range(len(trace.steps), 0, -1):
        if len(kept) >= TAIL:
            break
        kept.add(number)
    runs: dict[int, int] = {}
    start = 1
    for number in sorted({*kept, len(trace.steps) + 1}):
        if number - start > 1:
            runs[start] = number - 1
        start = number + 1
    return runs


class _StepLines:
    """Writes the lines of a trace's steps."""

    def __init__(self, trace: Trace, sources: Mapping[str, str], width: int, style: Style) -> None:
        self.trace = trace
        self.sources = sources
        self.style = style
        self.names = columns(trace)
        self.table = Columns(self.names, width)
        self.read = {cell for cell, _ in trace.violation.reads}
        self.lines = [style(BOLD, line) for line in self.table.header()]
        self.shown: object = None

    def all(self, first: int, folded: Mapping[int, int]) -> list[str]:
        if first == 1:
            self.lines += _initial_choices(self.trace, self.sources, self.table, self.style)
        cycle = self.trace.cycle
        where = contexts(self.trace.steps)
        hidden = 0
        for number, step in enumerate(self.trace.steps, first):
            if cycle is not None and cycle.since == number - 1:
                self._across(ASKED)
            if cycle is not None and cycle.start == number - 1:
                self._across("the cycle begins: from here on forever")
            if number in folded:
                hidden = folded[number]
                self._fold(number, hidden, first)
            if number > hidden:
                self._step(step, number, where[number - first])
        if cycle is not None and cycle.since == len(self.trace.steps):
            self._across(ASKED)
        if self.trace.ends:
            self._across("the run ends here: nothing but an interrupt can happen any more")
        elif cycle is not None:
            self._across(f"and again from step {cycle.start + 1}")
        return self.lines

    def _step(self, step: Step, number: int, context: Context) -> None:
        indent = 0 if context.event else 2 * context.depth
        if context.back:
            where = step.activations[0]
            self._put(step, f"<- back in {where.routine} at {short(where.position)}", DIM, None, indent)
            self.shown = None
        heading = (step.column, step.owner, step.name, [(call.routine, call.position) for call in step.activations[:-1]])
        if step.processor is None:
            text = _action(step)
            self._put(step, text if step.column else self.table.across(text), BOLD, number, 2 * context.depth)
        else:
            if heading != self.shown or any(call.arguments for call in step.activations):
                text = _heading(step, context)
                self._put(step, text, BOLD, None, indent, self._aligned(text.index(":") + 2))
            place, source = short(step.at), source_line(self.sources, step.at)
            self._put(step, f"{place}  {source}".rstrip(), "", number, indent + 2, self._aligned(len(place) + 2))
        self.shown = None if step.processor is None else heading
        for choice in step.choices:
            self._put(step, f"choice: {choice}", DIM, None, indent + 6)
        for cell, value in shown_reads(step):
            self._put(step, f"reads {cell}: {value}", DIM, None, indent + 6)
        for change in step.changes:
            mark = "*" if change.cell in self.read else " "
            text = f"{mark} {change.cell}: {change.before} -> {change.after}"
            self._put(step, text, YELLOW if mark == "*" else "", None, indent + 4, 4)

    def _fold(self, start: int, end: int, first: int) -> None:
        steps = self.trace.steps[start - first : end - first + 1]
        routines = list(dict.fromkeys(step.name for step in steps))
        others = f" and {len(routines) - 2} more" if len(routines) > 3 else ""
        of = ", ".join(routines[: 2 if others else 3]) + others
        self._put(steps[0], f"... {counted(len(steps), 'step')} of {of} (--all shows them)", DIM, None, 0, 4)
        self.shown = None

    def _put(self, step: Step, text: str, code: str = "", number: int | None = None, indent: int = 2, hanging: int = 2) -> None:
        column = None if step.column is None else self.names.index(step.column)
        for index, line in enumerate(self.table.fold(column, plain(text), indent, hanging)):
            label = "" if number is None or index else str(number)
            before, inside, after = self.table.place(column, line, label)
            self.lines.append((before + self.style(code, inside) + after).rstrip())

    def _across(self, text: str) -> None:
        before, inside, after = self.table.place(None, self.table.across(text), "")
        self.lines.append((before + self.style(BOLD, inside) + after).rstrip())
        self.shown = None

    def _aligned(self, start: int) -> int:
        """How far the later lines of a text are indented, to stand under what begins at `start` where there is room."""
        return start if self.table.room >= COMFORTABLE else 2


def _initial_choices(trace: Trace, sources: Mapping[str, str], table: Columns, style: Style) -> list[str]:
    """What @initial code chose, as step 0."""
    lines: list[str] = []

    def put(text: str, code: str, indent: int, label: str = "") -> None:
        for number, line in enumerate(table.fold(None, plain(text), indent, 2)):
            before, inside, after = table.place(None, line, "" if number else label)
            lines.append((before + style(code, inside) + after).rstrip())

    for choice in trace.choices:
        if not lines:
            put("@initial", BOLD, 0, "0")
        put(f"{short(choice.at)}  {source_line(sources, choice.at)}".rstrip(), "", 2)
        put(f"choice: {choice.value}", DIM, 6)
    return lines


def _action(step: Step) -> str:
    arguments = "".join(f" {name}={value}" for name, value in shown_arguments(step))
    return f"{step.name}{arguments}  {short(step.at)}"


def _heading(step: Step, context: Context) -> str:
    """`task0: ret_from_fork:66 > finish_task_switch(prev=idle0)`: the routines it is in, the outer ones with the line of the
    call, and with their arguments those that it is the first step in. Before them who runs them: the task, or `#PF`, `NMI`."""
    *outer, last = step.activations
    calls = "".join(f"{called_as(activation)}:{activation.position.line} > " for activation in outer)
    return f"{context.name if context.depth else step.owner or step.processor}: {calls}{called_as(last)}"
