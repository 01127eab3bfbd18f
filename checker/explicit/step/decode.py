# SPDX-License-Identifier: GPL-2.0-only
"""Packed states in the model's own words, for comparison with the replayer."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import NamedTuple

from checker.ir import system as ir
from checker.ir.layout import Layout
from checker.language import tree
from checker.language.schedule import Call
from checker.language.values import element_name, format_value, instance_name


class Cell(NamedTuple):
    """Where a cell is in a packed state, and how its value prints. constant: its value in every state, else None."""

    declared: tree.Variable | None
    offset: int
    mask: int
    low: int
    constant: int | None = None

    def value(self, state: int) -> int:
        """Its value in a packed state."""
        return self.constant if self.constant is not None else (state >> self.offset & self.mask) + self.low

    def text(self, program: tree.Program, value: int) -> str:
        """A value of it as a trace has it."""
        return str(bool(value)) if self.declared is None else format_value(program, self.declared.type, value)


def state_cells(program: tree.Program, system: ir.System, layout: Layout, state: int) -> dict[str, str]:
    """Every cell of a state by its printed name, constants too, in the order of declaration."""
    return {name: cell.text(program, cell.value(state)) for name, cell in cells_of(program, system, layout).items()}


def cells_of(program: tree.Program, system: ir.System, layout: Layout) -> dict[str, Cell]:
    """Every cell by its printed name, constants too, in the order of declaration."""
    found: dict[str, Cell] = {}
    for record in program.records.values():
        fields = [(f"{record.name}.{field.name}", field) for field in record.fields]
        for index in range(record.count):
            owner = instance_name(record, index)
            for name, field in fields:
                found.update(_variable_cells(program, system.variables[name], layout, f"{owner}.{field.name}", field, (index,)))
            if record.allocated:
                found[f"{owner}.allocated"] = _cell(system.variables[f"{record.name}.allocated"], layout, None, (index,))
    for name, variable in program.variables.items():
        found.update(_variable_cells(program, system.variables[name], layout, name, variable, ()))
    return found


def _variable_cells(
    program: tree.Program,
    variable: ir.Variable,
    layout: Layout,
    printed: str,
    declared: tree.Variable,
    first: tuple[int, ...],
) -> Iterator[tuple[str, Cell]]:
    for rest in itertools.product(*(range(size) for size in variable.dimensions[len(first) :])):
        yield element_name(program, printed, declared, rest), _cell(variable, layout, declared, (*first, *rest))


def _cell(variable: ir.Variable, layout: Layout, declared: tree.Variable | None, indices: tuple[int, ...]) -> Cell:
    number = variable.cell(indices)
    if variable.constant:
        return Cell(declared, 0, 0, 0, variable.initial[number])
    cells = layout.cells[variable.name]
    return Cell(declared, cells.offset + number * cells.width, (1 << cells.width) - 1, variable.low)


def state_frames(program: tree.Program, system: ir.System, layout: Layout, state: int) -> dict[str, tuple[tuple[Call, ...], ...]]:
    """Where the frames of each owner stand, the lowest first; owners without frames are left out."""
    found: dict[str, tuple[tuple[Call, ...], ...]] = {}
    mask = (1 << layout.location_width) - 1
    for record, owner in system.owners.items():
        frames = layout.frames[record]
        for index in range(owner.count):
            numbers = [state >> frames.base(index, depth) & mask for depth in range(frames.frames)]
            calls = tuple(system.location(number).calls for number in numbers if number)
            if calls:
                found[instance_name(program.records[record], index)] = calls
    return found
