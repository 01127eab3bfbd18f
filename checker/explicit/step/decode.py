# SPDX-License-Identifier: GPL-2.0-only
"""Packed states in the model's own words, for comparison with the replayer."""

from __future__ import annotations

import itertools

from checker.ir import system as ir
from checker.ir.layout import Layout
from checker.language import tree
from checker.language.schedule import Call
from checker.language.values import element_name, format_value, instance_name


def state_cells(program: tree.Program, system: ir.System, layout: Layout, state: int) -> dict[str, str]:
    """Every cell of a state by its printed name, constants too, in the order of declaration."""
    found: dict[str, str] = {}
    for record in program.records.values():
        fields = [(f"{record.name}.{field.name}", field) for field in record.fields]
        for index in range(record.count):
            owner = instance_name(record, index)
            for name, field in fields:
                _variable_cells(found, program, system, layout, state, name, f"{owner}.{field.name}", field, (index,))
            if record.allocated:
                value = _cell(system.variables[f"{record.name}.allocated"], layout, state, (index,))
                found[f"{owner}.allocated"] = str(bool(value))
    for name, variable in program.variables.items():
        _variable_cells(found, program, system, layout, state, name, name, variable, ())
    return found


def _variable_cells(
    found: dict[str, str],
    program: tree.Program,
    system: ir.System,
    layout: Layout,
    state: int,
    name: str,
    printed: str,
    declared: tree.Variable,
    first: tuple[int, ...],
) -> None:
    variable = system.variables[name]
    for rest in itertools.product(*(range(size) for size in variable.dimensions[len(first) :])):
        value = _cell(variable, layout, state, (*first, *rest))
        found[element_name(program, printed, declared, rest)] = format_value(program, declared.type, value)


def _cell(variable: ir.Variable, layout: Layout, state: int, indices: tuple[int, ...]) -> int:
    number = variable.cell(indices)
    if variable.constant:
        return variable.initial[number]
    cells = layout.cells[variable.name]
    return (state >> (cells.offset + number * cells.width) & ((1 << cells.width) - 1)) + variable.low


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
