# SPDX-License-Identifier: GPL-2.0-only
"""What each step of a picture changed, as tables that line up below one another."""

from __future__ import annotations

from checker.report.cells import Row, rows, states
from checker.report.picture.tables import (
    PALE_INK,
    SMALL,
    WRONG_LINE,
    Marks,
    data,
    font,
    index_width,
    row_cells,
    table,
    value_width,
    width_of,
)
from checker.trace.data import Trace

MARK = 10
"""Points for the mark of a change that the failing condition reads."""

REST = 12
"""Points that an empty cell after the boxes has at least, so that it holds its blank."""


class ChangeTables:
    """Tables of one width in points, with columns at the same places: a mark, a name, then the cells of the longest
    array.

    A step's table has each array of which it changed a cell, with all cells, and each single value it changed with the
    value before.
    """

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self._states = states(trace)
        self._read = frozenset(cell for cell, _ in trace.violation.reads)
        changed = {change.cell for step in trace.steps for change in step.changes}
        self._rows = [row for row in rows(trace) if any(cell in changed for _, cell in row.cells)]
        arrays = [row for row in self._rows if not row.scalar]
        self._name = width_of(max((len(row.name) for row in self._rows), default=1)) + 6
        self._value = max((value_width(row, self._states) for row in arrays), default=0)
        self._content = max((self._drawn(row) for row in self._rows), default=0) + REST
        self.width = MARK + self._name + self._content

    def _drawn(self, row: Row) -> int:
        """How many points wide the boxes of a row are, with the value before that follows a single value."""
        if not row.scalar:
            return len(row.cells) * (index_width(row) + self._value)
        return value_width(row, self._states) + self._before(row)

    def _before(self, row: Row) -> int:
        longest = max(len(state.get(row.cells[0][1], "?")) for state in self._states)
        return width_of(longest + len("was "), SMALL) + 8

    def table(self, number: int) -> str:
        """The label for the step of that number, from 1."""
        changes = {change.cell: change for change in self.trace.steps[number - 1].changes}
        state = self._states[number]
        marks = Marks(frozenset(changes))
        lines = []
        for row in self._rows:
            touched = [cell for _, cell in row.cells if cell in changes]
            if not touched:
                continue
            if row.scalar:
                boxes = row_cells(row, state, marks, value_width(row, self._states))
                before = font(f"was {changes[touched[0]].before}", PALE_INK, SMALL)
                boxes += data(before, CELLPADDING=4, WIDTH=self._before(row))
            else:
                boxes = row_cells(row, state, marks, self._value)
            # An empty cell takes the room that is left: else Graphviz would make the boxes of a short array wider.
            boxes += data(" ", WIDTH=self._content - self._drawn(row))
            mark = font("*" if self._read.intersection(touched) else " ", WRONG_LINE, bold=True)
            lines.append(data(mark, WIDTH=MARK) + data(font(row.name), WIDTH=self._name) + data(table([boxes])))
        return table(lines)
