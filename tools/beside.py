# SPDX-License-Identifier: GPL-2.0-only
"""The command: `python -m tools.beside MODEL OTHER`: two models of one protocol step by step beside each other, as
models/hardened.py and the patch beside it, in each configuration that MODEL has recorded.

`--cell 'PATTERN=NAME'` says what a cell of OTHER is called in MODEL, as re.sub has it; cells that only one of them has are named.
Exit status: 1 if anything differs.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from checker.conformance.other_program import Renamed, bisimulate
from checker.language import tree
from checker.language.errors import ModelError, UsageError
from checker.language.front.load import load_program
from checker.report.text.conformance_text import difference_text


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.beside", description="Two models of one protocol in lockstep.")
    parser.add_argument("model", type=Path)
    parser.add_argument("other", type=Path)
    parser.add_argument("--cell", action="append", default=[], metavar="PATTERN=NAME", help="what cells of OTHER are called")
    parser.add_argument("--max-states", type=int, default=100_000, help="of the recorded configurations to look at")
    given = parser.parse_args()
    pairs = [each.split("=", 1) for each in given.cell]
    if any(len(pair) != 2 for pair in pairs):
        parser.error("--cell takes PATTERN=NAME")

    def renamed(name: str) -> str:
        for pattern, replacement in pairs:
            name = re.sub(f"^{pattern}$", replacement, name)
        return name

    try:
        recorded = [e for e in load_program(given.model).expectations if (e.states or 0) <= given.max_states]
        return max([_configuration(given.model, given.other, expected, renamed) for expected in recorded], default=0)
    except (ModelError, UsageError) as error:
        print(error, file=sys.stderr)
        return 2


def _configuration(model: Path, other: Path, expected: tree.Expectation, renamed: Renamed) -> int:
    """One configuration, told in a line; 1 if something differs."""
    settings, events = dict(expected.settings), expected.events
    program = load_program(model, settings, events)
    found, apart = bisimulate(program, load_program(other, settings, events), renamed)
    counts = found.counts
    sizes = ", ".join(f"{name} {value}" for name, value in settings.items())
    print(f"{sizes}; {', '.join(events)}: {'no' if found.difference is None else 'a'} difference")
    print(
        f"  {counts.states:,} states of the one, {counts.pairs:,} pairs, {counts.transitions:,} transitions, {counts.seconds:.0f} s"
    )
    if apart:
        print(f"  not compared, as only one has them: {', '.join(apart)}")
    if found.difference is not None:
        print(difference_text(program, found.difference))
    sys.stdout.flush()
    return int(found.difference is not None)


if __name__ == "__main__":
    sys.exit(main())
