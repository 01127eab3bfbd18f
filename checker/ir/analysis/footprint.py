# SPDX-License-Identifier: GPL-2.0-only
"""What code reads and writes, as masks over the bits of a packed state. An index that is not known counts as all of its range."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from checker.ir import system as ir
from checker.ir.layout import Layout
from checker.ir.naming import FreeInstances


@dataclass(frozen=True)
class Footprint:
    """The bits that code may read and those it may write. They over-approximate: what is not in them is not touched."""

    reads: int = 0
    writes: int = 0

    def __or__(self, other: Footprint) -> Footprint:
        return Footprint(self.reads | other.reads, self.writes | other.writes)


class Footprints:
    """Footprints of one system's code."""

    def __init__(self, system: ir.System, layout: Layout) -> None:
        self.system = system
        self.layout = layout

    def cells(self, name: str, indices: tuple[ir.Expression, ...]) -> int:
        """The bits of the cells that the indices can select."""
        variable = self.system.variables[name]
        if variable.constant:
            return 0
        layout = self.layout.cells[name]
        choices = [
            (index.value,) if isinstance(index, ir.Constant) else range(size)
            for index, size in zip(indices, variable.dimensions, strict=True)
        ]
        mask = 0
        for combination in itertools.product(*choices):
            mask |= ((1 << layout.width) - 1) << (layout.offset + variable.cell(combination) * layout.width)
        return mask

    def frames(self, record: str, owner: ir.Expression, bits: int) -> int:
        """The lowest `bits` bits of every frame of the owner."""
        layout = self.layout.frames[record]
        indices = [owner.value] if isinstance(owner, ir.Constant) else range(self.system.owners[record].count)
        mask = 0
        for index in indices:
            for depth in range(layout.frames):
                mask |= ((1 << bits) - 1) << layout.base(index, depth)
        return mask

    def reads(self, e: ir.Expression) -> int:
        """The bits that an expression reads."""
        mask = 0
        match e:
            case ir.Load(name, indices):
                mask = self.cells(name, indices)
            case ir.FrameIn(record, owner, _) | ir.HasFrames(record, owner):
                mask = self.frames(record, owner, self.layout.location_width)
            case ir.Index(record=record, live=True):
                mask = self.cells(f"{record}.allocated", (ir.Local(""),))
        for operand in ir.operands(e):
            mask |= self.reads(operand)
        return mask

    def block(self, block: ir.Block) -> Footprint:
        """Everything that the code may read or write, on any way through it. A step also reads and writes its own frame."""
        found = Footprint()
        for instruction in block:
            found |= self.instruction(instruction)
        return found

    def instruction(self, i: ir.Instruction) -> Footprint:
        match i:
            case ir.Set(_, value) | ir.Require(value) | ir.Check(value):
                return Footprint(self.reads(value))
            case ir.Store(name, indices, value):
                return Footprint(self._all(value, *indices), self.cells(name, indices))
            case ir.If(test, then, otherwise):
                return Footprint(self.reads(test)) | self.block(then) | self.block(otherwise)
            case ir.Loop(_, _, low, high, _, body):
                return Footprint(self._all(low, high)) | self.block(body)
            case ir.Region(_, body) | ir.Turn(_, body):
                return self.block(body)
            case ir.Choose(_, _, values, low, high, _, condition):
                read = self._all(low, high, *(values or ()))
                return Footprint(read | (self.reads(condition) if condition is not None else 0))
            case ir.Allocate(_, record, resets, _, held):
                everything = self._variable(f"{record}.allocated")
                seen = everything
                if held is not None:
                    seen |= self._all(*held) | FreeInstances(self.system, self.layout, record).reads
                written = everything
                for name, _ in resets:
                    written |= self._variable(name)
                return Footprint(seen, written)
            case ir.Push(record, owner, _, arguments):
                bits = self.layout.frames[record].width
                frames = self.frames(record, owner, bits)
                return Footprint(self._all(owner, *arguments) | frames, frames)
            case ir.Call(_, arguments):
                return Footprint(self._all(*arguments))
            case ir.Return(value):
                return Footprint(self.reads(value) if value is not None else 0)
            case ir.Stand() | ir.Goto() | ir.Leave() | ir.Next() | ir.Halt() | ir.Outside() | ir.Cover() | ir.Called():
                return Footprint()
        raise TypeError(i)

    def _all(self, *expressions: ir.Expression) -> int:
        mask = 0
        for e in expressions:
            mask |= self.reads(e)
        return mask

    def _variable(self, name: str) -> int:
        return self.cells(name, tuple(ir.Local("") for _ in self.system.variables[name].dimensions))
