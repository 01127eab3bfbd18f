# SPDX-License-Identifier: GPL-2.0-only
"""The table and the chapters of docs/results/findings.md."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from checker.report.finding import headline
from checker.trace.data import Trace

from .finding import Finding
from .looking import Shown, lines_of

BEGIN, END = "<!-- findings: begin -->", "<!-- findings: end -->"
HEAD = "| bug | what happens | property | events | configuration | steps | states |\n|---|---|---|---|---|---|---|"
NEW = "Bugs that were not known from reading the patch"


@dataclass(frozen=True)
class Entry:
    """What the document says of a finding. lines: of code. shorter: what `check` shows instead, if it shows another bug."""

    finding: Finding
    trace: Trace
    states: int
    lines: tuple[str, ...]
    shorter: str | None


def entry_of(shown: Shown) -> Entry:
    """The entry of a finding that was found."""
    shorter = None
    if not shown.by_check:
        assert shown.checked is not None
        shorter = f"{len(shown.checked.steps)} steps: {headline(shown.checked).partition(': ')[2]}"
    return Entry(shown.finding, shown.trace, shown.states, lines_of(shown.program, shown.finding), shorter)


def row(entry: Entry) -> str:
    """The line of the table."""
    finding, trace = entry.finding, entry.trace
    steps = f"{len(trace.steps)}{'' if trace.cycle is None else ', then forever'}{'' if entry.shorter is None else ' *'}"
    cells = [
        f"[{finding.bug}](#{anchor(finding)})",
        finding.what.replace("|", "\\|"),
        finding.property,
        ", ".join(finding.events),
        sizes(finding),
        steps,
        f"{entry.states:,}",
    ]
    return f"| {' | '.join(cells)} |"


def sizes(finding: Finding) -> str:
    """`1 CPU, 2 tasks, 3 pages`."""
    settings = dict(finding.settings)
    parts = []
    for name, word in (("CPUS", "CPU"), ("TASKS", "task"), ("STACK_PAGES", "page")):
        number = settings.pop(name)
        parts.append(f"{number} {word}{'s' if number > 1 else ''}")
    return ", ".join([*parts, *(f"{name}={value}" for name, value in settings.items())])


def anchor(finding: Finding) -> str:
    """The name that the heading of its chapter is linked by."""
    return re.sub(r"[^a-z0-9 -]", "", heading(finding).lower()).replace(" ", "-")


def heading(finding: Finding) -> str:
    return f"{finding.bug} {finding.name.replace('-', ' ')}"


def command(finding: Finding) -> str:
    """What to type to see it. That of a finding which `check` does not come to shows the stored run."""
    settings = dict(finding.settings)
    words = ["--cpus", settings.pop("CPUS"), "--tasks", settings.pop("TASKS"), "--stack-pages", settings.pop("STACK_PAGES")]
    for name, value in settings.items():
        words += ["--set", f"{name}={value}"]
    words += ["--events", ",".join(finding.events) or "none", "--property", finding.property, "--reduce", "none", "--threads", 1]
    return " ".join(map(str, ["stackproof check models/rfc_v1.py", *words]))


def chapter(entry: Entry, folder: str) -> str:
    """What there is to say about a finding. folder: that of the runs, as seen from the document."""
    finding = entry.finding
    run = f"[run]({folder}/{finding.stem}.json)"
    lines = [
        f"### {heading(finding)}",
        f"**{finding.what}** {finding.why}",
        f"*Code:* {', '.join(_code(line) for line in entry.lines)}.",
        f"*In the run:* {finding.shows}",
        f"*Reported as:* `{headline(entry.trace)}`",
    ]
    if entry.shorter is None:
        lines.append(f"*Reproduce:* `{command(finding)}`; {run}")
    else:
        lines += [
            f"*Reproduce:* `stackproof show {Path(folder).relative_to('../..')}/{finding.stem}.json`; {run}",
            f"\\* For this property and configuration `check` shows a shorter run, of another bug ({entry.shorter}). This one is the "
            "shortest with its signature.",
        ]
    return "\n\n".join(lines)


def _code(line: str) -> str:
    place, _, text = line.partition(" ")
    return f"{place} `{text}`"


def content(entries: Sequence[Entry], folder: str) -> str:
    """All of it, for between the markers of the document."""
    table = "\n".join([HEAD, *(row(entry) for entry in entries)])
    known = [chapter(entry, folder) for entry in entries if not entry.finding.bug.startswith("N")]
    new = [chapter(entry, folder) for entry in entries if entry.finding.bug.startswith("N")]
    return "\n\n".join([table, "## The bugs that reading the patch finds", *known, f"## {NEW}", *new])
