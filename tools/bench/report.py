# SPDX-License-Identifier: GPL-2.0-only
"""What a run of the benchmark came to, for the terminal and for docs/results/performance.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .cases import Case
from .measurement import Results
from .table import Rows, case_rows, failures, markdown, part_rows, text
from .targets import LARGE, target_rows

BEGIN, END = "<!-- tables: begin -->", "<!-- tables: end -->"
PARTS = "Seconds before the search begins, {case}, exact, 1 thread (compile: with a full cache from the second round on)"


def in_text(results: Results, cases: Sequence[Case], machine: Mapping[str, str]) -> str:
    """All but the tables of the cases, which are printed when they are there."""
    blocks = [text(rows) for _, rows in _ends(results, cases)]
    blocks.append("\n".join(f"{name}: {value}" for name, value in machine.items()))
    blocks.append(
        "A figure is the median of its rounds, a ratio the median of the ratios within one round: / SPIN 4 is four times as fast."
    )
    return "\n\n".join(blocks)


def in_markdown(results: Results, cases: Sequence[Case], machine: Mapping[str, str]) -> str:
    """Everything, for between the markers of a document."""
    blocks = [markdown([["", ""], *([name, value] for name, value in machine.items())])]
    for case in cases:
        blocks += [f"### {case.name}", markdown(case_rows(results, case))]
        if failed := failures(results, case):
            blocks.append("  \n".join(failed))
    for title, rows in _ends(results, cases):
        blocks += [f"### {title}", markdown(rows)]
    return "\n\n".join(blocks)


def _ends(results: Results, cases: Sequence[Case]) -> list[tuple[str, Rows]]:
    ends = []
    for case in cases:
        if case.name == LARGE and (rows := part_rows(results, case, "exact, 1 thread")):
            ends.append((PARTS.format(case=case.name), rows))
    if any(case.name == LARGE for case in cases):
        ends.append(("Targets", target_rows(results)))
    return ends
