# SPDX-License-Identifier: GPL-2.0-only
"""Where everything is in a packed state: one integer, from bit 0 up: variables, frames, and the mark of terminal states on top.

A cell holds its value minus the lowest value of its variable. A frame holds the number of its location (0: no frame),
then its live locals; locals that are never live at the same location share bits. Everything unused is 0, so that
equal states are equal integers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from checker.ir import system as ir


@dataclass(frozen=True)
class CellLayout:
    """The cells of a variable stand side by side."""

    offset: int
    width: int


@dataclass(frozen=True)
class FrameLayout:
    """The frames of an owner: those of one instance side by side, bottom first; the instances side by side. stride: bits of one
    instance. width: bits of one frame."""

    offset: int
    stride: int
    width: int
    frames: int

    def base(self, index: int, depth: int) -> int:
        return self.offset + index * self.stride + depth * self.width


@dataclass(frozen=True)
class Layout:
    """locals: (procedure, local) -> offset in the frame, width and lowest value. mark: where the mark of terminal states is, at
    the top: 0 for a running state, 1 for halted, 2 + n for a violation of property n raised in a step."""

    cells: Mapping[str, CellLayout]
    frames: Mapping[str, FrameLayout]
    locals: Mapping[tuple[str, str], tuple[int, int, int]]
    location_width: int
    result: tuple[int, int, int]
    mark: int
    bits: int


def make_layout(system: ir.System) -> Layout:
    """The layout of a system's states."""
    offset = 0
    cells: dict[str, CellLayout] = {}
    for variable in system.variables.values():
        if variable.constant:
            continue
        width = (variable.high - variable.low).bit_length()
        cells[variable.name] = CellLayout(offset, width)
        offset += width * len(variable.initial)
    location_width = len(system.locations).bit_length()
    locals_, local_width, result = _locals(system, location_width)
    frames: dict[str, FrameLayout] = {}
    for owner in system.owners.values():
        width = location_width + local_width
        frames[owner.record] = FrameLayout(offset, width * owner.frames, width, owner.frames)
        offset += width * owner.frames * owner.count
    mark = offset
    return Layout(cells, frames, locals_, location_width, result, mark, mark + (len(system.properties) + 2).bit_length())


def _locals(system: ir.System, start: int) -> tuple[dict[tuple[str, str], tuple[int, int, int]], int, tuple[int, int, int]]:
    """Give each local bits that no local has which is live together with it."""
    found: dict[tuple[str, str], tuple[int, int, int]] = {}
    widest = 0
    results = [p.locals[ir.RESULT] for p in system.procedures.values() if ir.RESULT in p.locals]
    low, high = results[0] if results else (0, 0)
    result = (start, (high - low).bit_length(), low)
    for procedure in system.procedures.values():
        live = [set(location.live) for location in system.locations if location.procedure == procedure.name]
        order = sorted(procedure.locals, key=lambda name: (name != ir.RESULT, -sum(name in group for group in live), name))
        for name in order:
            low, high = procedure.locals[name]
            width = (high - low).bit_length()
            together = set().union(*(group for group in live if name in group))
            taken = [found[procedure.name, other] for other in together if (procedure.name, other) in found]
            offset = 0 if name == ir.RESULT else _first_gap([(o - start, w) for o, w, _ in taken], width)
            found[procedure.name, name] = (start + offset, width, low)
            widest = max(widest, offset + width)
    return found, widest, result


def _first_gap(taken: list[tuple[int, int]], width: int) -> int:
    offset = 0
    for begin, length in sorted(taken):
        if offset + width <= begin:
            return offset
        offset = max(offset, begin + length)
    return offset
