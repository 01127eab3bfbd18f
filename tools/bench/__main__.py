# SPDX-License-Identifier: GPL-2.0-only
"""The command: `python -m tools.bench [--peers DIR] [--rounds N] [--case TEXT] [--json FILE] [--markdown FILE]`."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import sys
import tempfile
from pathlib import Path

from ..markers import between_markers
from .cases import CASES, Case
from .machine import described, load
from .measurement import Contender, Measurement, Results, Wrong
from .ours import contenders
from .peers import VARIANTS, Peer
from .report import BEGIN, END, in_markdown, in_text
from .table import case_rows, failures, text

ONCE = 20.0
"""Seconds of a run from which on a contender is measured in the first round only."""


def measure(case: Case, everyone: list[Contender], rounds: int, results: Results) -> None:
    """All contenders take turns, as often as there are rounds."""
    tired: set[str] = set()
    for number in range(rounds):
        for contender in everyone:
            if not contender.takes(case) or contender.name in tired:
                continue
            if sys.stderr.isatty():
                print(
                    f"\r\033[K{case.name}: round {number + 1} of {rounds}: {contender.name}", end="", file=sys.stderr, flush=True
                )
            found: Measurement = contender.measure(case)
            results.add(case, contender.name, number, found)
            if found.failure is not None or max(found.total or 0, found.seconds or 0) > ONCE:
                tired.add(contender.name)
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description="Measure engines side by side.")
    parser.add_argument("--peers", type=Path, metavar="DIR", help="measure other checkers too, by DIR/run.py")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="how often each is measured (default: 5)")
    parser.add_argument("--case", action="append", metavar="TEXT", help="only cases whose name contains TEXT")
    parser.add_argument("--only", action="append", metavar="TEXT", help="only contenders whose name contains TEXT")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every single run there")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="put the tables into this document, between its markers")
    arguments = parser.parse_args()
    cases = [case for case in CASES if not arguments.case or any(part in case.name for part in arguments.case)]
    results = Results()
    machine = {**described(), "load at the start": load(), "rounds": str(arguments.rounds)}
    with tempfile.TemporaryDirectory(prefix="stackproof-bench-") as cache:
        os.environ["STACKPROOF_CACHE"] = cache
        everyone: list[Contender] = [*contenders(Path(cache))]
        if arguments.peers is not None:
            everyone += [Peer(name, arguments.peers.resolve()) for name in VARIANTS]
        if arguments.only:
            everyone = [one for one in everyone if any(part in one.name for part in arguments.only)]
        try:
            for case in cases:
                measure(case, everyone, arguments.rounds, results)
                print(f"{case.name}\n{text(case_rows(results, case))}")
                print("".join(f"{line}\n" for line in failures(results, case)), flush=True)
        except Wrong as error:
            print(f"error: wrong results are not measured: {error}", file=sys.stderr)
            return 1
    machine["load at the end"] = load()
    print(in_text(results, cases, machine))
    if arguments.json is not None:
        runs = {
            case: {name: {n: dataclasses.asdict(run) for n, run in rounds.items()} for name, rounds in found.items()}
            for case, found in results.runs.items()
        }
        arguments.json.write_text(json.dumps({"machine": machine, "runs": runs}, indent=1) + "\n", encoding="utf-8")
    if arguments.markdown is not None:
        document = arguments.markdown.read_text(encoding="utf-8")
        arguments.markdown.write_text(
            between_markers(document, in_markdown(results, cases, machine), BEGIN, END), encoding="utf-8"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
