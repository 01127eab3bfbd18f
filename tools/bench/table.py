# SPDX-License-Identifier: GPL-2.0-only
"""Results as tables: aligned text, and Markdown."""

from __future__ import annotations

from statistics import median

from .cases import Case
from .measurement import Results, held_a_state, peak_a_state, rate, seconds, total

BASELINES = (("spin:dfs-full", "SPIN"), ("murphi:full-1", "rumur"), ("tlc:full-1", "TLC"))
OWN_BASELINE = (("exact, 1 thread", "exact"),)
SMALLEST_FOR_MEMORY = 1_000_000
"""States from which on a process's memory says something of a state's."""

Rows = list[list[str]]


def case_rows(results: Results, case: Case) -> Rows:
    """A head line, and a line for each contender. Ratios say how many times faster it was than the baseline."""
    baselines = [entry for entry in BASELINES if results.of(case.name, entry[0])] or list(OWN_BASELINE)
    head = ["", "states", "transitions", "search s", "min", "states/s", *(f"/ {short}" for _, short in baselines)]
    head += ["total s", *(f"/ {short}" for name, short in baselines if results.values(case.name, name, total))]
    head += ["B/state", "peak B/state", "runs"]
    rows = [head]
    for name in results.contenders(case.name):
        runs = results.of(case.name, name)
        if not runs:
            continue
        some = next(iter(runs.values()))
        searches = results.values(case.name, name, seconds)
        row = [name, _count(some.states), _count(some.transitions), _seconds(median(searches)), _seconds(min(searches))]
        row.append(_count(int(median(results.values(case.name, name, rate)))))
        same_work = some.steps is None
        for baseline, _ in baselines:
            ratio = results.ratio(case.name, (baseline, seconds), (name, seconds)) if same_work else None
            row.append(_ratio(ratio))
        totals = results.values(case.name, name, total)
        row.append(_seconds(median(totals)) if totals else "")
        for baseline, _ in baselines:
            if results.values(case.name, baseline, total):
                row.append(_ratio(results.ratio(case.name, (baseline, total), (name, total))))
        large = (some.states or 0) >= SMALLEST_FOR_MEMORY
        held = results.values(case.name, name, held_a_state)
        peak = results.values(case.name, name, peak_a_state)
        row += [f"{median(held):.1f}" if held and large else "", f"{median(peak):.0f}" if peak and large else "", str(len(runs))]
        rows.append(row)
    return rows


def failures(results: Results, case: Case) -> list[str]:
    """One line for each contender that has no figures."""
    return [
        f"{name}: not measured: {next(iter(runs.values())).failure}"
        for name, runs in results.runs.get(case.name, {}).items()
        if runs and not results.of(case.name, name)
    ]


def part_rows(results: Results, case: Case, contender: str) -> Rows:
    """Where the time of our engine goes before it searches."""
    runs = list(results.of(case.name, contender).values())
    if not runs:
        return []
    names = list(runs[0].parts)
    return [["part", *names], ["s", *(_seconds(median([run.parts[name] for run in runs])) for name in names)]]


def text(rows: Rows) -> str:
    """Aligned columns: the first to the left, the others to the right. Columns with nothing in them are left out."""
    rows = _filled(rows)
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            cell.ljust(width) if not column else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def markdown(rows: Rows) -> str:
    rows = _filled(rows)
    rule = ["---", *("--:" for _ in rows[0][1:])]
    return "\n".join(f"| {' | '.join(row)} |" for row in (rows[0], rule, *rows[1:]))


def _filled(rows: Rows) -> Rows:
    kept = [column for column in range(len(rows[0])) if not column or any(row[column] for row in rows[1:])]
    return [[row[column] for column in kept] for row in rows]


def _count(number: int | None) -> str:
    return "" if number is None else f"{number:,}"


def _seconds(value: float) -> str:
    return f"{value:.3f}" if value < 1 else f"{value:.2f}" if value < 100 else f"{value:.0f}"


def _ratio(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:,.0f}"
