# SPDX-License-Identifier: GPL-2.0-only
"""Cells of the shared state as tables in Graphviz' HTML-like labels, and the colours of a picture."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from checker.report.cells import Row, State

FONT = "Helvetica"

INK = "#1f2933"
PALE_INK = "#7b8794"
LINE = "#b8c2cc"
LANE = "#f5f7fa"
EVENT = "#fdf3d7"
EVENT_LINE = "#d9a93f"
MODEL = "#e6f0fa"
MODEL_LINE = "#5a8fc4"
CHANGED = "#ffe8a3"
TAGGED = "#7a3fa0"
WRONG = "#f9d2cf"
WRONG_LINE = "#b3261e"

_TAGGED_VALUE = re.compile(r".*\|\d+", re.DOTALL)


def escape(text: str) -> str:
    """Text for an HTML-like label: never empty, and without control characters, which no SVG may hold."""
    clean = "".join(character if character.isprintable() else "?" for character in text)
    return html.escape(clean) or "&#160;"


def font(text: str, colour: str = INK, size: float | None = None, bold: bool = False) -> str:
    """Text, not yet escaped, in a colour, size in points and weight."""
    inner = f"<B>{escape(text)}</B>" if bold else escape(text)
    points = f' POINT-SIZE="{size:g}"' if size is not None else ""
    return f'<FONT COLOR="{colour}"{points}>{inner}</FONT>'


def table(rows: list[str], **attributes: object) -> str:
    """A table without any lines, of rows that are lists of `<TD>...</TD>`; attributes override."""
    settings = {"BORDER": 0, "CELLBORDER": 0, "CELLSPACING": 0, "CELLPADDING": 1} | attributes
    inside = "".join(f"<TR>{row}</TR>" for row in rows)
    return f"<TABLE{_attributes(settings)}>{inside}</TABLE>"


def data(content: str, **attributes: object) -> str:
    """One `<TD>`, left-aligned."""
    return f"<TD{_attributes({'ALIGN': 'LEFT'} | attributes)}>{content}</TD>"


def _attributes(settings: Mapping[str, object]) -> str:
    return "".join(f' {name}="{value}"' for name, value in settings.items())


@dataclass(frozen=True)
class Marks:
    """Which cells stand out: changed ones, and those that the failing condition read."""

    changed: frozenset[str] = frozenset()
    wrong: frozenset[str] = frozenset()


def is_tagged(value: str) -> bool:
    """Whether a value prints as a pointer with a tag: `page2|1`. A set of flags, `A|B`, is none."""
    return _TAGGED_VALUE.fullmatch(value) is not None


def value_cell(index: str | None, cell: str, value: str, marks: Marks) -> str:
    """A box with a value, its index in small print before it."""
    colour = TAGGED if is_tagged(value) else PALE_INK if value in ("None", "0", "False") else INK
    fill = WRONG if cell in marks.wrong else CHANGED if cell in marks.changed else "white"
    label = "" if index is None else font(index, PALE_INK, 7) + "&#160;"
    return data(label + font(value, colour, bold=is_tagged(value)), BORDER=1, BGCOLOR=fill, COLOR=LINE, CELLPADDING=3)


def row_table(row: Row, name: str, state: State, marks: Marks) -> str:
    """A row as `<TD>`s: its name, then its cells in a table of their own, so that rows of other widths do not stretch them."""
    boxes = "".join(value_cell(index, cell, state.get(cell, "?"), marks) for index, cell in row.cells)
    return data(font(name, INK), ALIGN="RIGHT") + data(table([boxes], CELLPADDING=3))


def block(owner: str, members: list[Row], state: State, marks: Marks) -> str:
    """All rows of one instance, under its name."""
    short: Callable[[Row], str] = lambda row: row.name.removeprefix(f"{owner}.") if owner else row.name  # noqa: E731
    lines = [row_table(row, short(row), state, marks) for row in members]
    title = data(font(owner or "global", INK, 11, bold=True), COLSPAN=2, CELLPADDING=2)
    return table([title, *lines], BORDER=1, COLOR=LINE, BGCOLOR=LANE, STYLE="ROUNDED", CELLPADDING=2)
