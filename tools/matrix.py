# SPDX-License-Identifier: GPL-2.0-only
"""The command: `python -m tools.matrix`: check hardened with each event and each pair of events, at two sizes, and with all at once.

What is recorded already is not searched again, so that the command can be stopped and called again; `--again` begins anew.
tools/matrix.jsonl has the record, docs/results/hardened.md the tables made from it. Exit status 0: nothing is violated in what is recorded;
1: something is."""

from __future__ import annotations

import argparse
import itertools
import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from checker.language.front.load import load_program
from checker.project import PROJECT

HARDENED = PROJECT / "models" / "hardened.py"
RECORD = Path(__file__).with_name("matrix.jsonl")
DOCUMENT = PROJECT / "docs" / "results" / "hardened.md"
SIZES = ((2, 2, 4), (2, 3, 3))
"""CPUs, tasks, stack pages."""

SIZES_OF_ALL = ((1, 1, 2), (1, 1, 3), (1, 2, 2), (2, 1, 2), (1, 2, 3), (1, 3, 2))
"""At which all events are searched at once."""

COMPACTION = "--hash-compaction"

ON_RUNS = frozenset({"fault-bounded", "null-retried", "refill-eventually", "task-runs"})


@dataclass(frozen=True)
class Row:
    """One search. states: up to exchanges of pages, tasks and CPUs. on_runs: whether the properties on runs were looked for as well.
    violated: what is violated. unknown: why the search did not end, None if it did. compact: with hash compaction, which may have
    left out states."""

    sizes: tuple[int, int, int]
    events: tuple[str, ...]
    states: int
    depth: int
    on_runs: bool
    violated: tuple[str, ...]
    unknown: str | None
    compact: bool = False


NEWER = ("depth", "reclaim", "allocator-fault", "preempt", "proc-stack")
"""Events that have been searched in a few configurations only: those that models/hardened.py records."""


@cache
def all_events() -> tuple[str, ...]:
    return tuple(event.name for event in load_program(HARDENED).events if event.name not in NEWER)


def event_sets() -> list[tuple[str, ...]]:
    """Each event and each pair of events, those with few states first."""
    events = all_events()
    sets = [(event,) for event in events] + list(itertools.combinations(events, 2))
    large = {
        "nmi": 6,
        "late-fault": 3,
        "softirq": 4,
        "irq": 3,
        "touch": 2,
        "switch-fault": 1,
        "hotplug": 2,
        "exit": 1,
        "fork": 1,
        "oom": 1,
    }
    return sorted(sets, key=lambda chosen: sum(large.get(event, 0) for event in chosen))


def load_rows() -> dict[tuple[tuple[int, int, int], tuple[str, ...]], Row]:
    rows = {}
    for line in RECORD.read_text(encoding="utf-8").splitlines() if RECORD.exists() else ():
        told = json.loads(line)
        row = Row(**{**told, **{name: tuple(told[name]) for name in ("sizes", "events", "violated")}})
        rows[row.sizes, row.events] = row
    return rows


def save_rows(rows: Iterable[Row]) -> None:
    lines = [json.dumps(asdict(row)) for row in sorted(rows, key=lambda row: (row.sizes, row.events))]
    RECORD.write_text("\n".join(lines) + "\n", encoding="utf-8")


def search(sizes: tuple[int, int, int], events: Sequence[str], arguments: Sequence[str]) -> Row:
    """One search in a process of its own, so that its memory is free afterwards. RuntimeError with what it printed if it made no
    report."""
    cpus, tasks, stack_pages = map(str, sizes)
    words = ["--cpus", cpus, "--tasks", tasks, "--stack-pages", stack_pages, "--events", ",".join(events) or "none"]
    done = subprocess.run(
        [sys.executable, "-m", "checker", "check", "models/hardened.py", *words, "--format", "json", *arguments],
        cwd=PROJECT,
        capture_output=True,
        text=True,
    )
    if done.returncode not in (0, 1, 3):
        raise RuntimeError(done.stderr or done.stdout)
    report = json.loads(done.stdout)
    verdicts = {told["id"]: told["verdict"] for told in report["properties"]}
    unknown = {name for name, verdict in verdicts.items() if verdict == "UNKNOWN"}
    statistics = report["statistics"]
    ended = statistics["frontier"] == 0 and unknown <= ON_RUNS
    return Row(
        sizes,
        tuple(events),
        statistics["states"],
        statistics["depth"],
        not unknown,
        tuple(sorted(name for name, verdict in verdicts.items() if verdict == "VIOLATED")),
        None if ended else str(report.get("stopped") or ", ".join(sorted(unknown))),
        COMPACTION in arguments,
    )


# --- the tables ------------------------------------------------------------------------------------------------------


def short(states: int) -> str:
    """A number of states in three digits at most."""
    for unit, size in (("M", 1_000_000), ("k", 1_000)):
        if states >= 10 * size:
            return f"{states / size:.0f}{unit}"
        if states >= size:
            return f"{states / size:.1f}{unit}"
    return str(states)


def cell(row: Row | None) -> str:
    if row is None:
        return ""
    if row.violated:
        return "**" + ", ".join(row.violated) + "**"
    return ("> " if row.unknown else "~ " if row.compact else "") + short(row.states) + ("" if row.on_runs else " *")


def table(sizes: tuple[int, int, int]) -> list[str]:
    """The lower half of the square of events."""
    events = all_events()
    rows = load_rows()
    lines = ["| | " + " | ".join(events) + " |", "|---" * (len(events) + 1) + "|"]
    for number, event in enumerate(events):
        cells = [cell(rows.get((sizes, (other, event) if other != event else (event,)))) for other in events[: number + 1]]
        lines.append(f"| {event} | " + " | ".join([*cells, *[""] * (len(events) - number - 1)]) + " |")
    return lines


def table_of_all() -> list[str]:
    """All events at once."""
    rows = load_rows()
    lines = ["| CPUs | tasks | stack pages | states | depth |", "|---|---|---|---|---|"]
    for sizes in SIZES_OF_ALL:
        row = rows.get((sizes, all_events()))
        depth = "" if row is None else row.depth
        lines.append(f"| {' | '.join(map(str, sizes))} | {cell(row)} | {depth} |")
    return lines


def told(sizes: tuple[int, int, int]) -> str:
    """How far it went, in a line."""
    rows = [row for row in load_rows().values() if row.sizes == sizes]
    ended = [row for row in rows if row.unknown is None]
    return (
        f"{sizes[0]} CPUs, {sizes[1]} tasks, {sizes[2]} stack pages: {len(ended)} of {len(event_sets())} sets searched to the end, "
        f"{sum(row.states for row in ended):,} states; violated: {sum(1 for row in rows if row.violated) or 'nothing'}."
    )


def written(document: str) -> str:
    """The document with its tables made anew."""
    tables = {f"matrix {' '.join(map(str, sizes))}": [told(sizes), "", *table(sizes)] for sizes in SIZES}
    for name, lines in {"all events": table_of_all(), **tables}.items():
        begin, end = f"<!-- table: {name} -->\n", "<!-- end -->\n"
        before, rest = document.split(begin)
        document = before + begin + "\n".join(lines) + "\n" + end + rest.split(end, 1)[1]
    return document


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.matrix", description=__doc__.split(":")[2].strip())
    parser.add_argument("--again", action="store_true", help="search also what is recorded")
    parser.add_argument("--timeout", default="900", metavar="S", help="seconds for each search")
    parser.add_argument("--max-memory", default="14G", metavar="SIZE", help="memory for each search")
    parser.add_argument("--compact", action="store_true", help="search with hash compaction")
    parser.add_argument("--threads", default="2", metavar="N", help="threads of each search")
    arguments = parser.parse_args()
    limits = ["--timeout", arguments.timeout, "--max-memory", arguments.max_memory, "--threads", arguments.threads]
    limits += ["--max-states", str(10**9)]
    limits += [COMPACTION] if arguments.compact else []
    rows = {} if arguments.again else load_rows()
    wanted = [(events, sizes) for events in event_sets() for sizes in SIZES] + [(all_events(), sizes) for sizes in SIZES_OF_ALL]
    for events, sizes in wanted:
        known = rows.get((sizes, events))
        if known is None or known.unknown is not None:
            row = search(sizes, events, limits)
            if known is None or row.unknown is None or row.states > known.states:
                rows[sizes, events] = row
            save_rows(rows.values())
            print(" ".join(map(str, sizes)), ",".join(events), cell(rows[sizes, events]), flush=True)
    DOCUMENT.write_text(written(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
    return int(any(row.violated for row in rows.values()))


if __name__ == "__main__":
    sys.exit(main())
