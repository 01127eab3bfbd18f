# SPDX-License-Identifier: GPL-2.0-only
"""Packing the initial states."""

from __future__ import annotations

from checker.ir import system as ir
from checker.ir.layout import Layout


def initial_states(system: ir.System, layout: Layout) -> tuple[int, ...]:
    """The initial states packed, by their numbers in the system. Two may be the same: dead locals are left out."""
    return tuple(_packed(system, layout, initial) for initial in system.initials)


def _packed(system: ir.System, layout: Layout, initial: ir.Initial) -> int:
    state = 0
    for name, cells in layout.cells.items():
        variable = system.variables[name]
        for number, value in enumerate(initial.cells[name]):
            state |= (value - variable.low) << (cells.offset + number * cells.width)
    depths: dict[tuple[str, int], int] = {}
    for record, index, name, arguments in initial.frames:
        depth = depths.get((record, index), 0)
        depths[record, index] = depth + 1
        procedure = system.procedures[name]
        live = system.location(procedure.entry).live
        frame = procedure.entry
        for local, value in zip(procedure.parameters, arguments, strict=True):
            if local in live:
                offset, _, low = layout.locals[name, local]
                frame |= (value - low) << offset
        state |= frame << layout.frames[record].base(index, depth)
    return state
