# SPDX-License-Identifier: GPL-2.0-only
"""The commands: `python -m tools.validation --programs 10000 --seed 0 --jobs 2`, and with --patch FILE --operations 100000 the
functions of a patch."""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from .comparing import Different, Totals, totals
from .compiled import find_compiler
from .operations.comparing import Compared, Patch
from .operations.sample import sample

TOGETHER = 250
"""Programs that a process compares at a time."""

OPERATIONS = 5_000
"""Operations that a process compares at a time."""


def save(different: Different, folder: Path) -> Path:
    """Write a program with what is wrong about it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{different.program.number}.txt"
    path.write_text(different.text(), encoding="utf-8")
    return path


def _programs(task: tuple[range, str, bool]) -> Totals:
    return totals(*task)


def _operations(task: tuple[range, str, Path]) -> Compared:
    numbers, compiler, path = task
    return Patch(path, compiler).compare(numbers)


def _parts(numbers: range, together: int) -> list[range]:
    return [numbers[first : first + together] for first in range(0, len(numbers), together)]


def compare_programs(numbers: range, compiler: str, checked: bool, jobs: int, folder: Path) -> bool:
    """Whether all programs give the same."""
    begun, found = time.monotonic(), Totals()
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        for came in pool.imap(_programs, [(part, compiler, checked) for part in _parts(numbers, TOGETHER)]):
            found.add(came)
            for different in came.different:
                print(f"program {different.program.number}: {save(different, folder)}", flush=True)
            print(f"{found.programs:,} programs, {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    _print(found.text())
    return not found.different


def compare_operations(path: Path, numbers: range, compiler: str, jobs: int) -> bool:
    """Whether the functions of a patch do the same in all operations."""
    begun, found = time.monotonic(), Compared()
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        for came in pool.imap(_operations, [(part, compiler, path) for part in _parts(numbers, OPERATIONS)]):
            found.add(came)
            print(f"{found.operations.total():,} operations, {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    _print(found.text())
    return not found.different


def _print(lines: Iterable[str]) -> None:
    print("\n".join(lines))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.validation", description=__doc__)
    parser.add_argument("--programs", type=int, default=10_000, help="how many programs to compare (default: 10000)")
    parser.add_argument("--operations", type=int, help="compare so many operations of the functions of a patch, and no programs")
    parser.add_argument("--patch", type=Path, help="the patch or mail that has the functions (default: a sample)")
    parser.add_argument("--seed", type=int, default=0, help="number of the first one; each has the next number (default: 0)")
    parser.add_argument("--jobs", type=int, default=1, help="processes to work with (default: 1)")
    parser.add_argument("--checked", action="store_true", help="compile programs with checks for undefined behaviour too")
    parser.add_argument("--save", type=Path, default=Path("translation-differences"), help="folder for programs that differ")
    options = parser.parse_args()
    compiler = find_compiler()
    if compiler is None:
        print("there is no C compiler (gcc or cc) in PATH, so that there is nothing to compare with", file=sys.stderr)
        return 2
    if options.operations is None:
        numbers = range(options.seed, options.seed + options.programs)
        return 0 if compare_programs(numbers, compiler, options.checked, options.jobs, options.save) else 1
    numbers = range(options.seed, options.seed + options.operations)
    if options.patch is not None:
        return 0 if compare_operations(options.patch, numbers, compiler, options.jobs) else 1
    with tempfile.TemporaryDirectory(prefix="stackproof-validation-") as folder:
        path = Path(folder) / "sample.patch"
        path.write_text(sample(), encoding="utf-8")
        return 0 if compare_operations(path, numbers, compiler, options.jobs) else 1


if __name__ == "__main__":
    sys.exit(main())
