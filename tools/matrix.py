# SPDX-License-Identifier: GPL-2.0-only
"""The command: `python -m tools.matrix`: check hardened with each event and each pair of events, and with all at once.

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
"""At which all events but the newer ones are searched at once."""

NEWER = ("depth", "reclaim", "allocator-fault", "preempt")
"""Events that split what was one step, or remember more: many more states, so that they are searched at other sizes."""

UNSEARCHED = ("proc-stack", "area-oom", "boot")
"""Events that are searched only in the configurations that models/hardened.py records."""

SIZES_OF_NEWER = ((1, 2, 3), (2, 2, 2))
SIZES_OF_ALL_NEWER = ((1, 1, 2), (1, 2, 2), (2, 1, 2))
"""At which all events, the newer ones too, are searched at once."""

COMPACTION = "--hash-compaction"

RUNS_UP_TO = 200_000
"""States up to which the properties on runs are looked for as well: what is recorded was searched so."""

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


@cache
def all_events() -> tuple[str, ...]:
    return tuple(event.name for event in load_program(HARDENED).events if event.name not in UNSEARCHED)


def older_events() -> tuple[str, ...]:
    return tuple(event for event in all_events() if event not in NEWER)


def event_sets(sizes: tuple[int, int, int]) -> list[tuple[str, ...]]:
    """Each event and each pair of events that is searched at these sizes, those with few states first: all without a newer event,
    or all with one."""
    events = all_events()
    newer = sizes in SIZES_OF_NEWER
    sets = [(event,) for event in events] + list(itertools.combinations(events, 2))
    sets = [chosen for chosen in sets if newer == any(event in NEWER for event in chosen)]
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


def all_at_once() -> list[tuple[tuple[str, ...], tuple[int, int, int]]]:
    """The searches with more than two events."""
    return [(older_events(), sizes) for sizes in SIZES_OF_ALL] + [(all_events(), sizes) for sizes in SIZES_OF_ALL_NEWER]


def wanted() -> list[tuple[tuple[str, ...], tuple[int, int, int]]]:
    """All searches, in the order in which they are made."""
    single_and_pairs = [
        (events, sizes) for group in (SIZES, SIZES_OF_NEWER) for events in event_sets(group[0]) for sizes in group
    ]
    return single_and_pairs + all_at_once()


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
    words += ["--liveness-states", str(RUNS_UP_TO)]
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


def cell_of(sizes: tuple[int, int, int], one: str, other: str) -> str:
    """What the pair has, or the single event if it is one."""
    return cell(load_rows().get((sizes, tuple(event for event in all_events() if event in (one, other)))))


def table_of_newer(sizes: tuple[int, int, int]) -> list[str]:
    """The newer events, each with all others."""
    lines = ["| | " + " | ".join(NEWER) + " |", "|---" * (len(NEWER) + 1) + "|"]
    return lines + [
        f"| {event} | " + " | ".join(cell_of(sizes, event, newer) for newer in NEWER) + " |"
        for event in (*older_events(), *NEWER)
    ]


def table(sizes: tuple[int, int, int]) -> list[str]:
    """The lower half of the square of events."""
    if sizes in SIZES_OF_NEWER:
        return table_of_newer(sizes)
    events = older_events()
    lines = ["| | " + " | ".join(events) + " |", "|---" * (len(events) + 1) + "|"]
    for number, event in enumerate(events):
        cells = [cell_of(sizes, other, event) for other in events[: number + 1]]
        lines.append(f"| {event} | " + " | ".join([*cells, *[""] * (len(events) - number - 1)]) + " |")
    return lines


def table_of_all() -> list[str]:
    """All events at once."""
    rows = load_rows()
    lines = ["| events | CPUs | tasks | stack pages | states | depth |", "|---|---|---|---|---|---|"]
    for events, sizes in all_at_once():
        row = rows.get((sizes, events))
        depth = "" if row is None else row.depth
        lines.append(f"| {len(events)} | {' | '.join(map(str, sizes))} | {cell(row)} | {depth} |")
    return lines


def told(sizes: tuple[int, int, int]) -> str:
    """How far it went, in a line."""
    sets = event_sets(sizes)
    rows = [row for row in load_rows().values() if row.sizes == sizes and row.events in sets]
    ended = [row for row in rows if row.unknown is None]
    return (
        f"{sizes[0]} CPU{'s' if sizes[0] > 1 else ''}, {sizes[1]} tasks, {sizes[2]} stack pages: {len(ended)} of {len(sets)} sets searched to the end, "
        f"{sum(row.states for row in ended):,} states; violated: {sum(1 for row in rows if row.violated) or 'nothing'}."
    )


def written(document: str) -> str:
    """The document with its tables made anew."""
    tables = {f"matrix {' '.join(map(str, sizes))}": [told(sizes), "", *table(sizes)] for sizes in (*SIZES, *SIZES_OF_NEWER)}
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
    for events, sizes in wanted():
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
