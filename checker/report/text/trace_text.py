# SPDX-License-Identifier: GPL-2.0-only
"""A counterexample as text for a terminal or a mail.

First the finding in one line. Then the steps (`steps_text`). Last the failing condition, its binding, the cells and frames
that it reads, and the command that replays it.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

from checker.report.finding import (
    ending,
    frames_read,
    headline,
    last_changes,
    protocol_line,
    reached,
)
from checker.report.text.step_lines import steps_text
from checker.report.text.style import BOLD, RED, YELLOW, Style, plain
from checker.report.told import told_trace
from checker.result.verdict import told
from checker.trace.data import Trace


def text_report(
    trace: Trace,
    *,
    replay: str | None = None,
    sources: Mapping[str, str] | None = None,
    width: int = 110,
    colour: bool = False,
    fold: bool = False,
) -> str:
    """The report, ending in a newline.

    replay: the command that replays the trace, or another one that finds it again. sources: the text of each source file by
    its name in positions (as in `Program.sources`); with it each step shows its line. width: columns of the terminal; it is
    kept as long as no single name is wider than its column. colour: with ANSI colours. fold: steps that do not
    matter to the violation share a line.
    """
    style, trace = Style(colour), told_trace(trace)
    parts = [*_headline(trace, width, style), *_scope(trace, width), ""]
    if trace.steps or trace.choices:
        parts += [steps_text(trace, sources or {}, width, colour, fold=fold), ""]
    parts += _condition(trace, width, style)
    if replay is not None:
        again = "Replay it with:" if replay.startswith("stackproof replay ") else "Find it again with:"
        parts += ["", again, f"  {replay}"]
    return "\n".join(parts) + "\n"


def _headline(trace: Trace, width: int, style: Style) -> list[str]:
    first, *others = textwrap.wrap(
        plain(headline(trace)), width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )
    place, error, message = first.partition(" error:")
    return [style(BOLD, place) + style(RED, error) + style(BOLD, message), *(style(BOLD, line) for line in others)]


def _scope(trace: Trace, width: int) -> list[str]:
    sizes = " ".join(f"{name}={value}" for name, value in told(trace.settings))
    events = ", ".join(trace.events) or "none"
    text = f"{trace.model}, {reached(trace)}; {sizes + '; ' if sizes else ''}events: {events}"
    return textwrap.wrap(plain(text), width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


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
    lines += _cells_read(trace, width, style)
    wrapper.initial_indent, wrapper.subsequent_indent = "    ", "      "
    lines += [line for frame in frames_read(violation) for line in wrapper.wrap(plain(frame))]
    return [*lines, "", *protocol] if protocol else lines


def _cells_read(trace: Trace, width: int, style: Style) -> list[str]:
    lines = []
    violation = trace.violation
    changed = last_changes(trace)
    name_width = max((len(cell) for cell, _ in violation.reads), default=0)
    value_width = max((len(value) for _, value in violation.reads), default=0)
    for cell, value in violation.reads:
        since = f"since step {changed[cell]}" if cell in changed else "from the start"
        mark = "*" if cell in changed else " "
        line = plain(f"  {mark} {cell:<{name_width}} = {value:<{value_width}}  {since}")
        wrapped = textwrap.wrap(line, width, subsequent_indent=" " * 6, break_long_words=False, break_on_hyphens=False)
        lines += [style(YELLOW if cell in changed else "", part) for part in wrapped]
    return lines
