# SPDX-License-Identifier: GPL-2.0-only
"""A trace as a Mermaid sequence diagram, which GitHub, GitLab and others draw in Markdown: a participant for each CPU, a message
for each step, what it changes in a note below."""

from __future__ import annotations

from checker.report.finding import columns, ending, reached, short
from checker.report.formats.line import line
from checker.report.told import told_trace
from checker.trace.data import Step, Trace

ELSEWHERE = "kernel"
"""The participant of the steps that are on no CPU."""
PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 _.,:/()-=|*")
"""What a text of the diagram has as it is; all else is written by its number."""


def mermaid(trace: Trace) -> str:
    """The diagram's source, in ASCII."""
    trace = told_trace(trace)
    names = list(columns(trace))
    if any(step.column is None for step in trace.steps) or not names:
        names.append(ELSEWHERE)
    numbers = {name: number for number, name in enumerate(names)}
    lines = ["sequenceDiagram"]
    lines += [f"    participant p{number} as {_text(name)}" for name, number in numbers.items()]
    start = None if trace.cycle is None or trace.ends else trace.cycle.start
    for number, step in enumerate(trace.steps, 1):
        if start is not None and number == start + 1:
            lines.append("    loop again and again")
        lines += _step(number, step, f"p{numbers[step.column or ELSEWHERE]}")
    if start is not None:
        lines.append("    end")
    whole = "p0" if len(names) == 1 else f"p0,p{len(names) - 1}"
    lines.append(f"    Note over {whole}: {_text(f'{reached(trace)}: {ending(trace)}: {trace.violation.message}')}")
    return "\n".join(lines) + "\n"


def _step(number: int, step: Step, who: str) -> list[str]:
    arguments = ", ".join(f"{name}={value}" for name, value in step.arguments)
    what = f"{step.name}({arguments})" if arguments else step.name
    lines = [f"    {who}->>{who}: {_text(f'{number}. {short(step.at)} {what}')}"]
    if step.changes:
        changes = "<br/>".join(_text(f"{change.cell}: {change.before} -> {change.after}") for change in step.changes)
        lines.append(f"    Note right of {who}: {changes}")
    return lines


def _text(text: str) -> str:
    """A text in which nothing is syntax: each character that could be is `#NUMBER;`."""
    return "".join(char if char in PLAIN else f"#{ord(char)};" for char in line(text)) or "-"
