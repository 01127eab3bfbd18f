# SPDX-License-Identifier: GPL-2.0-only
"""The blocks of many causes on a narrow terminal: a line for each step, and no empty ones.

A step has its place without folders, and what it did in few words; its statement where there is room. What is left out here is in
the text for a pipe, and in the whole run.
"""

from __future__ import annotations

from checker.report.contexts import contexts, named
from checker.report.finding import headline, in_protocol, short
from checker.report.text.cause_text import Row, chosen_steps, error_lines, rows_of
from checker.report.text.screen import Screen
from checker.report.text.style import CYAN, DIM, YELLOW, Style, plain
from checker.report.told import told_trace
from checker.result.review import Cause

LEAST_STATEMENT = 12
"""A statement that would be cut to fewer characters than this is left out."""

MORE = "..."


def compact_text(cause: Cause, screen: Screen, most: int, options: str) -> str:
    """The block of one cause, not ending in a newline. most: steps to show. options: what `check` needs beside the model to
    search this configuration."""
    assert screen.width is not None
    style = Style(screen.colour)
    trace = told_trace(cause.trace)
    lines = error_lines(headline(trace, cause.position), screen, style)
    rows = rows_of(cause, chosen_steps(cause, most), brief=True)
    where = contexts(trace.steps)
    several = len({context.processor for context in where}) > 1
    names = [named(where[row.number - 1], several) for row in rows]
    if not several:
        names = [name.removeprefix(f"{where[row.number - 1].processor} ") for name, row in zip(names, rows, strict=True)]
    wide = max((len(short(row.position)) for row in rows), default=0)
    deep = max(map(len, names), default=0)
    for row, name in zip(rows, names, strict=True):
        place = f"  {short(row.position):<{wide}}"
        head = plain(f" {row.number:>3}  {name:<{deep}}  ")
        code = CYAN if in_protocol(row.position) else DIM
        first, *others = _told(row, screen.width - len(place) - len(head), style)
        lines.append(style(code, plain(place)) + head + first)
        lines += [" " * (len(place) + len(head)) + other for other in others]
    return "\n".join([*lines, *screen.wrap(plain(_last(cause, options)))])


def _told(row: Row, room: int, style: Style) -> list[str]:
    """The statement and what it did in one line, with as much of the statement as there is room for; what it did alone may take
    several."""
    statement, what = plain(row.statement), plain(row.what)
    if not what or not statement:
        return [style(YELLOW if what else "", line) for line in Screen(room).wrap(what or statement, 0)]
    if len(what) > room:
        return [style(YELLOW, line) for line in Screen(room).wrap(what, 0)]
    left = room - len(what) - 2
    if len(statement) > left:
        if left < LEAST_STATEMENT:
            return [style(YELLOW, what)]
        statement = statement[: left - len(MORE)].rstrip() + MORE
    return [f"{statement}  {style(YELLOW, what)}"]


def _last(cause: Cause, options: str) -> str:
    """`  28 steps: --cpus 1 --tasks 1 --events touch (and 7 more); also single-hole`"""
    count = len(cause.trace.steps)
    others = cause.properties[1:]
    found = len({symptom.configuration for symptom in cause.symptoms})
    more = f" (and {found - 1} more)" if found > 1 else ""
    also = f"; also {', '.join(others)}" if others else ""
    return f"  {count} step{'' if count == 1 else 's'}{f': {options}' if options else ''}{more}{also}"
