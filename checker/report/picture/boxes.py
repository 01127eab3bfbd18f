# SPDX-License-Identifier: GPL-2.0-only
"""The boxes of a picture that hold words: its title, its steps, the failing condition."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

from checker.report.finding import (
    called_as,
    ending,
    headline,
    in_protocol,
    last_changes,
    protocol_line,
    short,
    shown_arguments,
    shown_reads,
)
from checker.report.picture.tables import (
    CHANGED,
    EVENT,
    EVENT_LINE,
    INK,
    LINE,
    MODEL,
    MODEL_LINE,
    PALE_INK,
    SMALL,
    TAGGED,
    TAGGED_FILL,
    WRONG,
    WRONG_LINE,
    data,
    font,
    table,
    width_of,
)
from checker.report.source import source_line
from checker.result.verdict import told
from checker.trace.data import Step, Trace

LINE_LENGTH = 110
"""Characters in a line of the title and of the failing condition, in print of 11 points."""

SOURCE_LENGTH = 48
"""A line of source longer than this is left out of a step's box."""

Words = tuple[str, str, float, bool]
"""Text, its colour, its size in points, whether it is bold."""


def title(trace: Trace) -> str:
    """The finding in one line, what it is a finding about, and the legend."""
    count = f"{len(trace.steps)} step" + ("" if len(trace.steps) == 1 else "s")
    sizes = " ".join(f"{name}={value}" for name, value in told(trace.settings))
    if trace.ends:
        count += ", where the run ends"
    elif trace.cycle is not None:
        count += f", forever again from step {trace.cycle.start + 1}"
    scope = f"{trace.model}, {count}; {sizes + '; ' if sizes else ''}events: {', '.join(trace.events) or 'none'}"
    lines = [data(font(line, WRONG_LINE, 11, bold=True)) for line in _wrap(headline(trace))]
    lines += [data(font(line, PALE_INK)) for line in _wrap(scope, LINE_LENGTH * 11 // 9)]
    return table([*lines, data(_legend())])


def initial_heading(trace: Trace) -> str:
    """What stands over the initial state: that it is it, and what was chosen to come to it."""
    chosen = ", ".join(f"{choice.value} ({short(choice.at)})" for choice in trace.choices)
    return f"The initial state, chosen: {chosen}" if chosen else "The initial state"


def condition_box(trace: Trace) -> str:
    """The failing condition with its binding, what it says, and the cells it read with the steps that set them."""
    violation = trace.violation
    lines = [data(font(line, WRONG_LINE, 10, bold=True), COLSPAN=3) for line in _wrap(ending(trace))]
    lines += [data(font(line, INK, 10), COLSPAN=3) for line in _wrap(violation.message)]
    changed = last_changes(trace)
    for cell, value in violation.reads:
        since = f"since step {changed[cell]}" if cell in changed else "from the start"
        texts = (font(cell), font(f"= {value}"), font(f"  {since}", PALE_INK))
        lines.append("".join(data(text) for text in texts))
    for assumption in trace.cycle.fairness if trace.cycle is not None else ():
        lines += [data(font(f"fair: {line}", PALE_INK), COLSPAN=3) for line in textwrap.wrap(assumption, LINE_LENGTH)]
    lines.append(data(font(f"{violation.position.file}:{violation.position.line}", PALE_INK), COLSPAN=3))
    lines += [data(font(line, PALE_INK), COLSPAN=3) for line in textwrap.wrap(protocol_line(trace), LINE_LENGTH)]
    inside = table(lines, CELLPADDING=2)
    return table([data(inside)], BORDER=2, COLOR=WRONG_LINE, BGCOLOR="white", STYLE="ROUNDED", CELLPADDING=6)


class StepBoxes:
    """The boxes of the steps, all of one width in points."""

    def __init__(self, trace: Trace, sources: Mapping[str, str]) -> None:
        self.trace = trace
        self.sources = sources
        self._number = width_of(len(str(len(trace.steps)))) + 4
        widest = max(width_of(len(text), size) for step in trace.steps for text, _, size, _ in self._words(step))
        self._text = widest + 6
        self.width = self._number + self._text + 4

    def box(self, number: int) -> str:
        """The label of the step of that number, from 1."""
        step = self.trace.steps[number - 1]
        if step.processor is None:
            fill, border = EVENT, EVENT_LINE
        elif in_protocol(step.at):
            fill, border = MODEL, MODEL_LINE
        else:
            fill, border = "white", LINE
        words = self._words(step)
        lines = [data(font(*line), WIDTH=self._text) for line in words]
        lines[0] = data(font(str(number), PALE_INK, bold=True), WIDTH=self._number, ALIGN="RIGHT") + lines[0]
        lines[1:] = [data(" ") + line for line in lines[1:]]
        return table(lines, BORDER=1, COLOR=border, BGCOLOR=fill, STYLE="ROUNDED", CELLPADDING=1)

    def _words(self, step: Step) -> list[Words]:
        place = short(step.at)
        if step.processor is None:
            arguments = "".join(f" {name}={value}" for name, value in shown_arguments(step))
            lines: list[Words] = [(step.name + arguments, INK, 9, True), (place, PALE_INK, 9, False)]
        else:
            lines = [(step.name, INK, 9, True), (f"{step.owner or step.processor}  {place}", PALE_INK, 9, False)]
            *outer, last = step.activations
            if last.arguments:
                passed = ", ".join(f"{name}={value}" for name, value in last.arguments)
                lines += [(line, INK, SMALL, False) for line in _wrap(f"called with {passed}", SOURCE_LENGTH)]
            for activation in reversed(outer):
                lines.append((f"in {called_as(activation)} {short(activation.position)}", PALE_INK, SMALL, False))
            source = source_line(self.sources, step.at)
            if 0 < len(source) <= SOURCE_LENGTH:
                lines.append((source, INK, SMALL, False))
        lines += [(f"choice: {choice}", INK, 9, False) for choice in step.choices]
        return lines + [(f"reads {cell} = {value}", INK, SMALL, False) for cell, value in shown_reads(step)]


def _wrap(text: str, length: int = LINE_LENGTH) -> list[str]:
    return textwrap.wrap(text, length, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False) or [" "]


def _legend() -> str:
    def box(text: str, fill: str, line: str, colour: str = INK) -> str:
        return data(font(text, colour, 8), BORDER=1, BGCOLOR=fill, COLOR=line, CELLPADDING=2)

    entries = [
        box("step of the model", MODEL, MODEL_LINE),
        box("of the kernel", "white", LINE),
        box("event", EVENT, EVENT_LINE),
        box("changed", CHANGED, LINE),
        box("tagged|1", TAGGED_FILL, LINE, TAGGED),
        box("read by the failing condition", WRONG, LINE),
        data(font("* changes what that reads", WRONG_LINE, 8)),
    ]
    return table(["".join(entries)], CELLSPACING=4)
