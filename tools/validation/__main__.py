# SPDX-License-Identifier: GPL-2.0-only
"""The command: `python -m tools.validation --programs 10000 --seed 0 --jobs 2`."""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from pathlib import Path

from .comparing import Different, Totals, totals
from .compiled import find_compiler

TOGETHER = 250
"""Programs that a process compares at a time."""


def save(different: Different, folder: Path) -> Path:
    """Write a program with what is wrong about it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{different.program.number}.txt"
    path.write_text(different.text(), encoding="utf-8")
    return path


def _part(task: tuple[range, str, bool]) -> Totals:
    return totals(*task)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.validation", description=__doc__)
    parser.add_argument("--programs", type=int, default=10_000, help="how many programs to compare (default: 10000)")
    parser.add_argument("--seed", type=int, default=0, help="number of the first program; each has the next one (default: 0)")
    parser.add_argument("--jobs", type=int, default=1, help="processes to work with (default: 1)")
    parser.add_argument("--checked", action="store_true", help="compile with checks for undefined behaviour too")
    parser.add_argument("--save", type=Path, default=Path("translation-differences"), help="folder for programs that differ")
    options = parser.parse_args()
    compiler = find_compiler()
    if compiler is None:
        print("there is no C compiler (gcc or cc) in PATH, so that there is nothing to compare with", file=sys.stderr)
        return 2
    begun, found = time.monotonic(), Totals()
    numbers = range(options.seed, options.seed + options.programs)
    tasks = [(numbers[n : n + TOGETHER], compiler, options.checked) for n in range(0, len(numbers), TOGETHER)]
    with multiprocessing.get_context("fork").Pool(options.jobs) as pool:
        for came in pool.imap(_part, tasks):
            found.add(came)
            for different in came.different:
                print(f"program {different.program.number}: {save(different, options.save)}", flush=True)
            print(f"{found.programs:,} programs, {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    print("\n".join(found.text()))
    return 1 if found.different else 0


if __name__ == "__main__":
    sys.exit(main())
