# SPDX-License-Identifier: GPL-2.0-only
"""A comparison as text: one line for each property and cause, as compilers write it, and a summary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from checker.counting import counted
from checker.report.text.style import plain
from checker.result.comparison import Change, Comparison, Difference, Line

MOST = 3
"""Configurations that a line names; of others it says how many."""


def comparison_lines(comparison: Comparison) -> list[str]:
    """All of it, line by line."""
    return [*map(plain, (*lines_text(comparison), *_rest(comparison), summary_text(comparison)))]


def lines_text(comparison: Comparison) -> Iterator[str]:
    """The lines of the properties and causes, the worst first."""
    return (_line(line) for line in comparison.lines)


def _line(line: Line) -> str:
    first = line.first
    mark = "error: " if line.worse else ""
    name = f"{first.property}: " if first.property else ""
    steps = _steps(first)
    told = f"{first.position.file}:{first.position.line}: {mark}{first.change.value} {name}{' '.join(first.message.split())}"
    where = str(first.configuration)
    more = len(line.differences) - 1
    where += f" and {counted(more, 'more configuration')}" if more else ""
    return "; ".join(filter(None, (told, steps, where, first.through_text(), first.reason)))


def _steps(difference: Difference) -> str:
    match difference.old, difference.new:
        case None, None:
            return ""
        case None, int(new):
            return counted(new, "step")
        case int(old), None:
            return f"was {counted(old, 'step')}"
        case old, new:
            assert new is not None
            return counted(new, "step") if old == new else f"{old} -> {counted(new, 'step')}"


def _rest(comparison: Comparison) -> Iterator[str]:
    for only in comparison.only_one:
        yield f"note: only {only.side} has {only.configuration or 'this configuration'}, which was not compared: {only.why}"
    yield from (f"note: {note}" for note in comparison.notes)


def summary_text(comparison: Comparison) -> str:
    """The last line."""
    counts: Mapping[Change, int] = {change: comparison.count(change) for change in Change}
    found = ", ".join(f"{count} {change.value}" for change, count in counts.items() if count) or "nothing violated"
    held = f"; satisfied on both sides: {comparison.held}" if comparison.held else ""
    cached = (
        f"; {comparison.cached} of {counted(comparison.searches, 'search', 'searches')} from the cache"
        if comparison.cached
        else ""
    )
    ended = "; interrupted: the rest was not compared" if comparison.interrupted else ""
    return f"{comparison.old} -> {comparison.new}: {counted(comparison.compared, 'configuration')}: {found}{held}{cached}{ended}"
