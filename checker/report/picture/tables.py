# SPDX-License-Identifier: GPL-2.0-only
"""Cells of the shared state as tables in Graphviz' HTML-like labels, and the look of a picture.

All text is in a fixed pitch font: every such font is 0.6 of its size wide, so that text keeps inside its box whatever
font a viewer takes for it, and widths can be computed here, so that tables of several nodes line up.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass

from checker.report.cells import Row, State

FONT = "Courier"
SIZE = 9.0
SMALL = 7.0

INK = "#1f2933"
PALE_INK = "#6b7785"
LINE = "#b3bdc8"
LANE = "#f4f6f9"
EVENT = "#fdf3d7"
EVENT_LINE = "#d9a93f"
MODEL = "#e3eefa"
MODEL_LINE = "#5a8fc4"
CHANGED = "#ffe79c"
TAGGED = "#7a2fa8"
TAGGED_FILL = "#efe3f7"
WRONG = "#f8cdc9"
WRONG_LINE = "#b3261e"

Fields = dict[str, dict[str, Row]]
"""By the name of a field, the row of each instance that has it."""

_TAGGED_VALUE = re.compile(r".*\|\d+", re.DOTALL)


def width_of(characters: int, size: float = SIZE) -> int:
    """How many points wide a text is, rounded up."""
    return int(characters * size * 0.602) + 1


def clean(text: str) -> str:
    """The text without control characters, which no SVG may hold."""
    return "".join(character if character.isprintable() else "?" for character in text)


def font(text: str, colour: str = INK, size: float = SIZE, bold: bool = False) -> str:
    """Text, not yet escaped, in a colour, size in points and weight."""
    inner = html.escape(clean(text)) or " "
    return f'<FONT COLOR="{colour}" POINT-SIZE="{size:g}">{f"<B>{inner}</B>" if bold else inner}</FONT>'


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


def index_width(row: Row) -> int:
    """How many points wide the indices of an array are drawn; 0 for a single value."""
    return width_of(max(len(index or "") for index, _ in row.cells), SMALL) + 6 if not row.scalar else 0


def value_width(row: Row, along: tuple[State, ...]) -> int:
    """How many points wide the boxes of a row are, so that they hold any value they have along the trace."""
    return width_of(max(len(state.get(cell, "?")) for _, cell in row.cells for state in along)) + 8


def row_cells(row: Row, state: State, marks: Marks, width: int) -> str:
    """The boxes of a row as `<TD>`s, two for each element of an array (its index in small print, its value) and one
    for a single value; each value is `width` points wide at least."""
    result = ""
    for index, cell in row.cells:
        value = state.get(cell, "?")
        tagged = is_tagged(value)
        colour = TAGGED if tagged else PALE_INK if value in ("NULL", "0", "false") else INK
        fill = WRONG if cell in marks.wrong else CHANGED if cell in marks.changed else TAGGED_FILL if tagged else "white"
        # The index has a cell of its own, as Graphviz sets text of two sizes higher than text of one.
        if index is None:
            sides = "LTRB"
        else:
            sides = "TRB"
            settings = {"BORDER": 1, "SIDES": "LTB", "BGCOLOR": fill, "COLOR": LINE, "CELLPADDING": 2}
            result += data(font(index, PALE_INK, SMALL), WIDTH=index_width(row), **settings)
        result += data(font(value, colour), BORDER=1, SIDES=sides, BGCOLOR=fill, COLOR=LINE, CELLPADDING=3, WIDTH=width)
    return result


def array_width(fields: Fields, along: tuple[State, ...]) -> int:
    """How many points wide the values of all arrays of a block are."""
    arrays = [row for by_instance in fields.values() for row in by_instance.values() if not row.scalar]
    return max((value_width(row, along) for row in arrays), default=0)


def block_width(instances: tuple[str, ...], fields: Fields, along: tuple[State, ...]) -> int:
    """About how many points wide a block is."""
    width = array_width(fields, along)
    total = max(width_of(len(field)) for field in fields) + 16
    for instance in instances:
        own = [by_instance[instance] for by_instance in fields.values() if instance in by_instance]
        drawn = [value_width(row, along) if row.scalar else len(row.cells) * (index_width(row) + width) for row in own]
        total += max(width_of(len(instance)), *drawn) + 4
    return total


def state_block(
    instances: tuple[str, ...],
    fields: Fields,
    lines: int,
    after: State,
    along: tuple[State, ...],
    marks: Marks,
) -> str:
    """Instances of a record side by side in the state `after`, one line for each field.

    lines: how many lines the block has at least, so that blocks that stand side by side are equally high. along: all states
    of the trace, so that a block is as wide in each.
    """
    width = array_width(fields, along)
    body = [data(" ") + "".join(data(font(name or "global", INK, bold=True)) for name in instances)]
    for field, by_instance in fields.items():
        line = data(font(field, PALE_INK), ALIGN="RIGHT")
        for instance in instances:
            row = by_instance.get(instance)
            if row is None:
                line += data(" ")
            else:
                line += data(table([row_cells(row, after, marks, value_width(row, along) if row.scalar else width)]))
        body.append(line)
    body += [data(font(" "), CELLPADDING=5)] * (lines - len(fields))
    return table([data(table(body, CELLPADDING=2))], BORDER=1, COLOR=LINE, BGCOLOR=LANE, STYLE="ROUNDED", CELLPADDING=3)
