# SPDX-License-Identifier: GPL-2.0-only
"""A whole state as a table of a picture: blocks of instances of one kind side by side."""

from __future__ import annotations

from dataclasses import dataclass

from checker.report.cells import Row, State, rows, states
from checker.report.picture.tables import INK, PALE_INK, Fields, Marks, block_width, data, font, state_block, table
from checker.trace.data import Trace

LINE_WIDTH = 800
"""Points of a line of blocks."""


@dataclass(frozen=True)
class Block:
    """Instances, and the fields of them that are shown."""

    instances: tuple[str, ...]
    fields: Fields

    def part(self, instances: tuple[str, ...]) -> Block:
        """The block of these instances only."""
        return Block(instances, self.fields)

    def width(self, along: tuple[State, ...]) -> int:
        """About how many points wide it is."""
        return block_width(self.instances, self.fields, along)


def whole_state(trace: Trace, after: int, heading: str, marks: Marks) -> str:
    """The state after that many steps, as an HTML-like label: all arrays, and the single values that change somewhere on
    the trace or that the failing condition reads."""
    along = states(trace)
    state = along[after]
    if after == len(trace.steps):
        state = state | dict(trace.violation.reads)
    drawn = [data(font(heading, INK, 11, bold=True), CELLPADDING=4)]
    lines = _lines(trace, along)
    widths = [sum(block.width(along) for block in line) for line in lines]
    for line, width in zip(lines, widths, strict=True):
        height = max(len(block.fields) for block in line)
        blocks = "".join(data(state_block(block.instances, block.fields, height, state, along, marks)) for block in line)
        # An empty cell takes the room that is left: else Graphviz would stretch the blocks of a short line.
        if width < max(widths):
            blocks += data(" ", WIDTH=max(widths) - width)
        drawn.append(data(table([blocks], CELLSPACING=4)))
    if len(drawn) == 1:
        drawn.append(data(font("no cells to show", PALE_INK)))
    return table(drawn)


def _lines(trace: Trace, along: tuple[State, ...]) -> list[list[Block]]:
    """The blocks in lines of LINE_WIDTH, the same in every state; one that is too wide alone is cut into several."""
    lines: list[list[Block]] = []
    used = LINE_WIDTH
    for block in _blocks(trace):
        for part in _cut(block, along):
            width = part.width(along)
            if used + width > LINE_WIDTH:
                lines.append([])
                used = 0
            lines[-1].append(part)
            used += width
    return lines


def _cut(block: Block, along: tuple[State, ...]) -> list[Block]:
    parts: list[Block] = []
    start = 0
    for end in range(1, len(block.instances) + 1):
        last = end == len(block.instances)
        if last or block.part(block.instances[start : end + 1]).width(along) > LINE_WIDTH:
            parts.append(block.part(block.instances[start:end]))
            start = end
    return parts


def _blocks(trace: Trace) -> list[Block]:
    """A block for each kind of instance. An instance is shown if it has an array, or a value that stands out; a field, if it
    is an array or stands out in one of them."""
    notable = {change.cell for step in trace.steps for change in step.changes}
    notable |= {cell for cell, _ in trace.violation.reads}
    everything = rows(trace)
    wanted = [row for row in everything if not row.scalar or row.cells[0][1] in notable]
    owners = {row.owner for row in wanted}
    fields = {(_kind(row.owner), _field(row)) for row in wanted}
    kinds: dict[str, Fields] = {}
    for row in everything:
        if row.owner in owners and (_kind(row.owner), _field(row)) in fields:
            kinds.setdefault(_kind(row.owner), {}).setdefault(_field(row), {})[row.owner] = row
    blocks = []
    for by_field in kinds.values():
        instances = dict.fromkeys(owner for by_instance in by_field.values() for owner in by_instance)
        blocks.append(Block(tuple(instances), by_field))
    return blocks


def _kind(owner: str) -> str:
    """Instances are of one kind where their names differ only in the number: task0, task1; and so are elements of an array."""
    return owner.rstrip("0123456789]")


def _field(row: Row) -> str:
    return row.name.partition(".")[2] or row.name
