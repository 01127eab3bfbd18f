# SPDX-License-Identifier: GPL-2.0-only
"""What a check came to, as tables of a page: a row for each property, and one for each configuration."""

from __future__ import annotations

from dataclasses import dataclass

from checker.result.checked import Checked
from checker.result.verdict import Verdict, VerdictKind

WORST = (VerdictKind.ERROR, VerdictKind.VIOLATED, VerdictKind.UNKNOWN, VerdictKind.BOUNDED, VerdictKind.PROVED)
"""What is told of a property that has several verdicts: the first of these."""


@dataclass(frozen=True)
class PropertyRow:
    """A property, the worst verdict on it, and what is said of that. configurations: how many have it."""

    property: str
    verdict: str
    detail: str
    configurations: int


@dataclass(frozen=True)
class ConfigurationRow:
    """A configuration, with how many states were searched, how many properties were violated and why the search stopped early."""

    configuration: str
    states: int
    violated: int
    stopped: str


@dataclass(frozen=True)
class Summary:
    """A whole check. left: configurations that were not searched. stopped: why; empty if all were."""

    properties: tuple[PropertyRow, ...]
    configurations: tuple[ConfigurationRow, ...]
    left: tuple[str, ...]
    stopped: str


def summary_of(checked: Checked) -> Summary:
    """The tables of a check."""
    verdicts: dict[str, list[Verdict]] = {}
    for run in checked.runs:
        for verdict in run.verdicts:
            verdicts.setdefault(verdict.property, []).append(verdict)
    rows = tuple(_row(property, of_it) for property, of_it in verdicts.items())
    runs = tuple(
        ConfigurationRow(str(r.subject), r.statistics.states, len(r.violated), "" if r.stopped is None else str(r.stopped))
        for r in checked.runs
    )
    stopped = "" if checked.stopped is None else str(checked.stopped)
    return Summary(rows, runs, tuple(str(asked) for asked in checked.left), stopped)


def _row(property: str, verdicts: list[Verdict]) -> PropertyRow:
    worst = next(kind for kind in WORST if any(verdict.kind is kind for verdict in verdicts))
    of_it = [verdict for verdict in verdicts if verdict.kind is worst]
    detail = of_it[0].detail if worst is not VerdictKind.VIOLATED else ""
    return PropertyRow(property, worst.value, detail, len(of_it))
