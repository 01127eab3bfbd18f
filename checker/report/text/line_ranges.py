# SPDX-License-Identifier: GPL-2.0-only
"""Places file:line in a few words: each file once, with ranges of its lines."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby


def by_line(place: str) -> tuple[str, int]:
    """The order of places: by file, then by line."""
    file, _, line = place.rpartition(":")
    return file, int(line)


def lines_text(places: Sequence[str]) -> str:
    """Places file:line, in order: each file once, with its lines and, where they follow one another, ranges of them."""
    found: list[str] = []
    for file, of_file in groupby(sorted(set(map(by_line, places))), lambda place: place[0]):
        lines = [line for _, line in of_file]
        runs = [[line for _, line in run] for _, run in groupby(enumerate(lines), lambda pair: pair[1] - pair[0])]
        found.append(f"{file}:" + ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs))
    return "; ".join(found)
