# SPDX-License-Identifier: GPL-2.0-only
"""The columns of the text report: where a processor's text stands on a line.

Each line has text of one processor only. So, where there are too many processors for columns that hold their text,
the columns become steps of a ladder: each begins at its own place and may run on over the columns to its right.
"""

from __future__ import annotations

import re
import textwrap

GUTTER = 6
"""Width of the step numbers before the first column."""

COMFORTABLE = 46
"""Text narrower than this is hard to read, so that it runs over the next column instead."""

LEAST_STRIDE = 8


class _AfterParentheses(textwrap.TextWrapper):
    """Breaks lines after an opening parenthesis, too: names of functions are long."""

    wordsep_simple_re = re.compile(r"(\s+|(?<=\())")


class Columns:
    """Columns of the given names on lines of the given width; a column is its index, None stands for all of them."""

    def __init__(self, names: tuple[str, ...], width: int) -> None:
        self.names = names
        count = max(1, len(names))
        space = width - GUTTER
        equal = space // count
        self.ladder = count > 1 and equal - 3 < COMFORTABLE
        self.stride = max(LEAST_STRIDE, (space - COMFORTABLE - 3) // (count - 1)) if self.ladder else equal
        self.room = COMFORTABLE if self.ladder else equal - 3
        self.width = max(width, GUTTER + self.stride * count)

    def header(self) -> list[str]:
        """The names over the columns, and a line below."""
        names = "".join(f"| {name:<{self.stride - 2}}" for name in self.names or ("",))
        line = "+".join("-" * (self.stride - 1) for _ in self.names or ("",))
        tail = "-" * (COMFORTABLE + 3 - self.stride) if self.ladder else ""
        return [f"{'step':>{GUTTER - 1}} {names}".rstrip(), "-" * GUTTER + "+" + line + tail]

    def fold(self, column: int | None, text: str, indent: int, hanging: int) -> list[str]:
        """The text in lines that fit the column, the first indented by `indent`, the others by `hanging` more."""
        room = self.room if column is not None else self.width - GUTTER - 2
        wrapper = (_AfterParentheses if room < COMFORTABLE else textwrap.TextWrapper)(
            max(room, indent + hanging + 1),
            initial_indent=" " * indent,
            subsequent_indent=" " * (indent + hanging),
            break_long_words=False,
            break_on_hyphens=False,
        )
        return wrapper.wrap(text)

    def across(self, text: str) -> str:
        """The text as a line across all columns; as it is where there are none."""
        if not self.names:
            return text
        return f"--- {text} ".ljust(self.stride * (len(self.names) - 1) + self.room, "-")

    def place(self, column: int | None, text: str, label: str) -> tuple[str, str, str]:
        """A whole line with the text in its column: what stands before it, the text, and what stands after it."""
        bars = f"{label:>{GUTTER - 1}} " + "".join("|" + " " * (self.stride - 1) for _ in self.names or ("",))
        start = GUTTER + 2 + self.stride * (column or 0)
        return bars[:start], text, _clear(bars[start + len(text) :])


def _clear(rest: str) -> str:
    """What follows the text on its line, with a blank between the text and the next bar."""
    return " " + rest[1:] if rest.startswith("|") else rest
