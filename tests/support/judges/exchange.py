# SPDX-License-Identifier: GPL-2.0-only
"""Exchanging instances in packed states, written down straight from docs/internals/soundness/symmetry.md: for tests, and slow.

It shares no tables with checker/explicit/reduction/canonical.py: what belongs to an instance and what refers to one is read off the types
of variables and locals, not off the description that engines get.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

from checker.explicit.search.search import Search
from checker.ir import system as ir
from checker.ir.layout import Layout
from checker.language import tree

Images = Mapping[str, tuple[int, ...]]
"""For each record that is exchanged the image of each index."""


def exchanges(system: ir.System, records: tuple[str, ...]) -> Iterator[Images]:
    """Every exchange of the records' instances that leaves the constants as they are."""
    every = [itertools.permutations(range(system.arenas[record].instances)) for record in records]
    for chosen in itertools.product(*every):
        images = dict(zip(records, chosen, strict=True))
        if all(_keeps(system, variable, images) for variable in system.variables.values() if variable.constant):
            yield images


def _keeps(system: ir.System, variable: ir.Variable, images: Images) -> bool:
    moved = list(variable.initial)
    for indices, value in _cells(variable):
        moved[variable.cell(_indices(variable, indices, images))] = _value(system, variable.type, variable.initial[value], images)
    return tuple(moved) == variable.initial


def _cells(variable: ir.Variable) -> Iterator[tuple[tuple[int, ...], int]]:
    for indices in itertools.product(*map(range, variable.dimensions)):
        yield indices, variable.cell(indices)


def _indices(variable: ir.Variable, indices: tuple[int, ...], images: Images) -> tuple[int, ...]:
    keys = variable.keys
    return tuple(images[k][i] if k in images and k is not None else i for k, i in zip(keys, indices, strict=True))


def _value(system: ir.System, type_: tree.Type | None, value: int, images: Images) -> int:
    if not isinstance(type_, tree.ReferenceType) or type_.record not in images:
        return value
    number, tag = divmod(value, system.arenas[type_.record].alignment)
    return value if number == 0 else (images[type_.record][number - 1] + 1) * system.arenas[type_.record].alignment + tag


def exchanged(system: ir.System, layout: Layout, state: int, images: Images) -> int:
    """The state after an exchange; a mark stays."""
    result = state >> layout.mark << layout.mark
    for name, cells in layout.cells.items():
        variable = system.variables[name]
        mask = (1 << cells.width) - 1
        for indices, number in _cells(variable):
            value = (state >> (cells.offset + number * cells.width) & mask) + variable.low
            there = variable.cell(_indices(variable, indices, images))
            result |= _value(system, variable.type, value, images) - variable.low << (cells.offset + there * cells.width)
    for record, frames in layout.frames.items():
        for index, depth in itertools.product(range(system.owners[record].count), range(frames.frames)):
            frame = state >> frames.base(index, depth) & (1 << frames.width) - 1
            there = images[record][index] if record in images else index
            result |= _frame(system, layout, frame, images) << frames.base(there, depth)
    return result


def _frame(system: ir.System, layout: Layout, frame: int, images: Images) -> int:
    number = frame & (1 << layout.location_width) - 1
    if not number:
        return frame
    location = system.location(number)
    result = number
    for local in location.live:
        offset, width, low = layout.locals[location.procedure, local]
        type_ = system.procedures[location.procedure].types.get(local)
        if local == ir.RESULT:
            type_ = result_type(system, number)
        value = (frame >> offset & (1 << width) - 1) + low
        result |= _value(system, type_, value, images) - low << offset
    return result


def result_type(system: ir.System, number: int) -> tree.Type | None:
    """What the call that returns to a location returns."""

    def calls(block: ir.Block) -> Iterator[ir.Call]:
        for i in block:
            if isinstance(i, ir.Call):
                yield i
            for part in ("then", "otherwise", "body"):
                yield from calls(getattr(i, part, ()))

    found = {c.procedure for location in system.locations for c in calls(location.body) if c.location == number}
    types = {system.procedures[name].result for name in found}
    assert len(types) == 1
    return types.pop()


def cleared(search: Search, state: int) -> int:
    """The state with what no step can read in free pages as it is after `allocate`."""
    system, layout = search.system, search.layout
    assert system.symmetry is not None
    for name, value in system.symmetry.dead.items():
        record = name.partition(".")[0]
        states = layout.cells[f"{record}.allocated"].offset
        cells, count = layout.cells[name], system.arenas[record].instances
        each = len(system.variables[name].initial) // count
        for index in range(count):
            if not state >> (states + index) & 1:
                for cell in range(index * each, (index + 1) * each):
                    offset = cells.offset + cell * cells.width
                    state &= ~(((1 << cells.width) - 1) << offset)
                    state |= value - system.variables[name].low << offset
    return state
