# SPDX-License-Identifier: GPL-2.0-only
"""An error as a terminal shows it: its line and, where it points into a model, the line of source with a mark below, as gcc has
it.

The source is other people's text: whatever is not a printable character of ASCII is written as an escape, so that each character
shown is one column wide.
"""

from __future__ import annotations

import itertools
import re

from checker.language.errors import ModelError, UsageError
from checker.report.characters import escaped

WIDTH = 80
"""Columns of a terminal."""
NUMBER = 7
"""Least width of a line's number."""
TAB = 8
"""Columns from one tab stop to the next."""
MOST = 20
"""Errors of one text that are shown; more can hardly be read."""
CUT = "..."
"""Stands for what is left out of a line."""

_WORD = re.compile(r"\w*", re.ASCII)


def error_text(error: UsageError) -> str:
    """The error's line, and below it the source that it points at, if there is any to show; then what else is wrong with the
    text, at most MOST errors in all. Without a newline at its end."""
    others = error.others if isinstance(error, ModelError) else ()
    lines = [_one(error), *(_one(other) for other in others[: MOST - 1])]
    if len(others) >= MOST:
        lines.append(f"and {len(others) - MOST + 1} more")
    return "\n".join(lines)


def _one(error: UsageError) -> str:
    text = str(error).replace("\n", escaped("\n"))  # of a name of other people's: an error is one line
    if error.position is None or error.line is None or not error.line.strip(" \t"):
        return text
    number = f"{error.position.line:>{NUMBER}}"
    source, mark = excerpt(error.line, error.position.column, WIDTH - len(number) - len(" | "))
    return f"{text}\n{number} | {source}\n{' ' * len(number)} | {mark}"


def excerpt(line: str, column: int, width: int) -> tuple[str, str]:
    """What fits into `width` columns of a line around the place at `column` (as in Position), and the mark that stands below: ^
    under the place, ~ under the rest of the word that begins there."""
    place = _index(line, column)
    word = _WORD.match(line, place)
    assert word is not None
    end = max(word.end(), place + 1)
    # No character is narrower than a column, so that those further away can never be shown.
    first, last = max(0, place - width), place + width
    cells = _cells(line[first:last])
    place, end = place - first, end - first
    starts = [0, *itertools.accumulate(map(len, cells))]
    left = right = ""
    if first or last < len(line) or starts[-1] > width:
        room = width - 2 * len(CUT)
        wanted = min(max(starts[place] - room // 2, 0), max(starts[-1] - room, 0))
        begin = next(i for i, start in enumerate(starts) if start >= wanted)
        stop = max(i for i, start in enumerate(starts) if start - starts[begin] <= room)
        left = CUT if first or begin else ""
        right = CUT if last < len(line) or stop < len(cells) else ""
        cells, place, end = cells[begin:stop], place - begin, min(end, stop) - begin
        starts = [start - starts[begin] for start in starts[begin : stop + 1]]
    before = len(left) + starts[place]
    long = len("".join(cells[place:end])) or 1
    return (left + "".join(cells) + right).rstrip(), " " * before + "^" + "~" * (long - 1)


def _index(line: str, column: int) -> int:
    """The index of the character at a column, which counts bytes; at most just behind the line."""
    before = 0
    for index, character in enumerate(line):
        if before >= column - 1:
            return index
        before += len(character.encode(errors="surrogatepass"))
    return len(line)


def _cells(text: str) -> list[str]:
    """What is printed for each character: a tab is the blanks to its next stop."""
    cells: list[str] = []
    at = 0
    for character in text:
        if character == "\t":
            cell = " " * (TAB - at % TAB)
        else:
            cell = character if " " <= character <= "~" else escaped(character)
        cells.append(cell)
        at += len(cell)
    return cells
