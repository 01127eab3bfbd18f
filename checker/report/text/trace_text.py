# SPDX-License-Identifier: GPL-2.0-only
"""A counterexample as text for a terminal or a mail.

First the finding in one line. Then every step, numbered, with one column for each processor: a heading names whose
frame runs which routine, with its arguments where it is entered, and holds for the steps under it; each step shows its
line of the source and, beneath, only what it chose and changed or, if it changed nothing, what it read. Changed cells
that the failing condition reads are marked `*`. Last the failing condition, its binding, the cells and frames it reads,
and the command that replays it.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

from checker.report.finding import (
    called_as,
    columns,
    ending,
    frames_read,
    headline,
    last_changes,
    protocol_line,
    reached,
    short,
    shown_arguments,
    shown_reads,
)
from checker.report.source import source_line
from checker.report.text.columns import Columns
from checker.report.text.style import BOLD, DIM, RED, YELLOW, Style, plain
from checker.result.verdict import told
from checker.trace.data import Step, Trace

ASKED = "asked here: there is no answer from here on"
"""What stands before the first step of a run that is judged from there on."""


def text_report(
    trace: Trace,
    *,
    replay: str | None = None,
    sources: Mapping[str, str] | None = None,
    width: int = 110,
    colour: bool = False,
) -> str:
    """The report, ending in a newline.

    replay: the command that replays the trace, or another one that finds it again. sources: the text of each source file by
    its name in positions (as in `Program.sources`); with it each step shows its line. width: columns of the terminal; it is
    kept, at 80 and more, as long as no single name is wider than its column. colour: with ANSI colours.
    """
    style = Style(colour)
    parts = [_headline(trace, style), *_scope(trace, width), ""]
    if trace.steps or trace.choices:
        parts += [*_steps(trace, dict(sources or {}), width, style), ""]
    parts += _condition(trace, width, style)
    if replay is not None:
        again = "Replay it with:" if replay.startswith("stackproof replay ") else "Find it again with:"
        parts += ["", again, f"  {replay}"]
    return "\n".join(parts) + "\n"


def steps_text(trace: Trace, sources: Mapping[str, str], width: int, colour: bool, first: int = 1) -> str:
    """The steps of a trace alone, as the report shows them, counted from `first`; not ending in a newline."""
    return "\n".join(_steps(trace, dict(sources), width, Style(colour), first))


def _headline(trace: Trace, style: Style) -> str:
    place, error, message = plain(headline(trace)).partition(" error:")
    return style(BOLD, place) + style(RED, error) + style(BOLD, message)


def _scope(trace: Trace, width: int) -> list[str]:
    sizes = " ".join(f"{name}={value}" for name, value in told(trace.settings))
    events = ", ".join(trace.events) or "none"
    text = f"{trace.model}, {reached(trace)}; {sizes + '; ' if sizes else ''}events: {events}"
    return textwrap.wrap(plain(text), width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def _steps(trace: Trace, sources: dict[str, str], width: int, style: Style, first: int = 1) -> list[str]:
    names = columns(trace)
    table = Columns(names, width)
    read = {cell for cell, _ in trace.violation.reads}
    lines = [style(BOLD, line) for line in table.header()]
    if first == 1:
        lines += _initial_choices(trace, sources, table, style)
    shown: object = None

    def put(step: Step, text: str, code: str = "", number: int | None = None, indent: int = 2, hanging: int = 2) -> None:
        column = None if step.column is None else names.index(step.column)
        for index, line in enumerate(table.fold(column, plain(text), indent, hanging)):
            label = "" if number is None or index else str(number)
            before, inside, after = table.place(column, line, label)
            lines.append((before + style(code, inside) + after).rstrip())

    def across(text: str) -> None:
        before, inside, after = table.place(None, table.across(text), "")
        lines.append((before + style(BOLD, inside) + after).rstrip())

    start = None if trace.cycle is None else trace.cycle.start
    since = None if trace.cycle is None else trace.cycle.since
    for number, step in enumerate(trace.steps, first):
        if since == number - 1:
            across(ASKED)
            shown = None
        if start == number - 1:
            across("the cycle begins: from here on for ever")
            shown = None
        if step.processor is None:
            text = _action(step)
            put(step, text if step.column else table.across(text), BOLD, number, 0)
        else:
            heading = (step.column, step.owner, step.name, [(call.routine, call.position) for call in step.activations[:-1]])
            if heading != shown or any(call.arguments for call in step.activations):
                put(step, _heading(step), BOLD, None, 0, len(step.owner or "") + 2)
            put(step, _place(step, sources, table), "", number)
        shown = None if step.processor is None else heading
        for choice in step.choices:
            put(step, f"choice: {choice}", DIM, None, 6)
        for cell, value in shown_reads(step):
            put(step, f"reads {cell}: {value}", DIM, None, 6)
        for change in step.changes:
            mark = "*" if change.cell in read else " "
            text = f"{mark} {change.cell}: {change.before} -> {change.after}"
            put(step, text, YELLOW if mark == "*" else "", None, 4, 4)
    if since == len(trace.steps):
        across(ASKED)
    if trace.ends:
        across("the run ends here: nothing but an interrupt can happen any more")
    elif start is not None:
        across(f"and again from step {start + 1}")
    return lines


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


def _heading(step: Step) -> str:
    """`task0: ret_from_fork:66 > finish_task_switch(prev=idle0)`: the routines it is in, the outer ones with the line of the
    call, and with their arguments those that it is the first step in."""
    *outer, last = step.activations
    calls = "".join(f"{called_as(activation)}:{activation.position.line} > " for activation in outer)
    return f"{step.owner or step.processor}: {calls}{called_as(last)}"


def _place(step: Step, sources: dict[str, str], table: Columns) -> str:
    place = short(step.at)
    source = source_line(sources, step.at)
    room = table.room - 2 - len(place) - 2
    if not source or room < 10:
        return place
    return f"{place}  {source if len(source) <= room else source[: room - 3] + '...'}"


def _condition(trace: Trace, width: int, style: Style) -> list[str]:
    violation = trace.violation
    position = f"{violation.position.file}:{violation.position.line}"
    wrapper = textwrap.TextWrapper(width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
    lines = [style(BOLD, line) for line in wrapper.wrap(plain(f"{position}: {ending(trace)}:"))]
    wrapper.initial_indent = "  "
    lines += [style(RED, line) for line in wrapper.wrap(plain(violation.message))]
    if trace.cycle is not None:
        lines += ["", f"  {'Such an end' if trace.ends else 'The cycle'} is fair, as a run is assumed to be:"]
        wrapper.initial_indent, wrapper.subsequent_indent = "  - ", "    "
        lines += [line for assumption in trace.cycle.fairness for line in wrapper.wrap(plain(assumption))]
        wrapper.subsequent_indent = "  "
    wrapper.initial_indent = ""
    protocol = [style(BOLD, line) for line in wrapper.wrap(plain(protocol_line(trace)))]
    if not violation.reads and not violation.stacks:
        return lines + protocol
    lines += ["", "  It reads:"]
    lines += _cells_read(trace, style)
    wrapper.initial_indent, wrapper.subsequent_indent = "    ", "      "
    lines += [line for frame in frames_read(violation) for line in wrapper.wrap(plain(frame))]
    return [*lines, "", *protocol] if protocol else lines


def _cells_read(trace: Trace, style: Style) -> list[str]:
    lines = []
    violation = trace.violation
    changed = last_changes(trace)
    name_width = max((len(cell) for cell, _ in violation.reads), default=0)
    value_width = max((len(value) for _, value in violation.reads), default=0)
    for cell, value in violation.reads:
        since = f"since step {changed[cell]}" if cell in changed else "from the start"
        mark = "*" if cell in changed else " "
        line = plain(f"  {mark} {cell:<{name_width}} = {value:<{value_width}}  {since}")
        lines.append(style(YELLOW if cell in changed else "", line))
    return lines
