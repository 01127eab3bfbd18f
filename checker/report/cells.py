# SPDX-License-Identifier: GPL-2.0-only
"""The shared state along a trace, and its cells grouped into the rows that a picture draws."""

from __future__ import annotations

import re
from dataclasses import dataclass

from checker.trace.data import Trace

State = dict[str, str]
"""The value of each cell, by the cell's name."""

_INDEXED = re.compile(r"(?P<array>.*)\[(?P<index>[^\[\]]*)\]", re.DOTALL)


@dataclass(frozen=True)
class Row:
    """Cells that belong side by side: an array (`cpu0.pool`), or one value for each instance of a record (`pending`).

    cells: (index, name of the cell). A scalar is a row of one cell whose index is None.
    """

    name: str
    cells: tuple[tuple[str | None, str], ...]

    @property
    def scalar(self) -> bool:
        return self.cells[0][0] is None

    @property
    def owner(self) -> str:
        """The instance whose field it is, or the struct whose member: `cpu0`; empty for another module variable."""
        owner, dot, _ = self.name.partition(".")
        return owner if dot else ""


def split_cell(cell: str) -> tuple[str, str | None]:
    """The name of the row that a cell belongs to, and its index there: `cpu0.pool[1]` is ("cpu0.pool", "1")."""
    match = _INDEXED.fullmatch(cell)
    return (match["array"], match["index"]) if match else (cell, None)


def states(trace: Trace) -> tuple[State, ...]:
    """The state before the first step and after each step."""
    result = [dict(trace.initial)]
    for step in trace.steps:
        result.append(result[-1] | {change.cell: change.after for change in step.changes})
    return tuple(result)


def rows(trace: Trace) -> tuple[Row, ...]:
    """All cells as rows, in the order of the initial state; a cell that only a step or the violation names comes
    last."""
    names = [cell for cell, _ in trace.initial]
    names += [change.cell for step in trace.steps for change in step.changes]
    names += [cell for cell, _ in trace.violation.reads]
    grouped: dict[tuple[str, bool], list[tuple[str | None, str]]] = {}
    for cell in dict.fromkeys(names):
        row, index = split_cell(cell)
        grouped.setdefault((row, index is None), []).append((index, cell))
    return tuple(Row(name, tuple(cells)) for (name, _), cells in grouped.items())
