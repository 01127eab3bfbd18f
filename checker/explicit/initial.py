# SPDX-License-Identifier: GPL-2.0-only
"""Packing the initial state."""

from __future__ import annotations

from checker.ir import system as ir
from checker.ir.layout import Layout


def initial_state(system: ir.System, layout: Layout) -> int:
    """The packed initial state."""
    state = 0
    for name, cells in layout.cells.items():
        variable = system.variables[name]
        for number, value in enumerate(variable.initial):
            state |= (value - variable.low) << (cells.offset + number * cells.width)
    depths: dict[tuple[str, int], int] = {}
    for record, index, name, arguments in system.frames:
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
