# SPDX-License-Identifier: GPL-2.0-only
"""Values of expressions in a packed state, with exactly which bits each evaluation reads.

An `observed` expression is evaluated like any other, but what it reads is noted apart.
"""

from __future__ import annotations

from enum import Enum

from checker.ir import system as ir
from checker.ir.layout import Layout
from checker.ir.simplify import OPERATORS


class End(Enum):
    """How a run ends: in a state, not possible, or in a violation, a halt, a cut or a model error."""

    MOVED = "moved"
    IMPOSSIBLE = "impossible"
    STOPPED = "stopped"


class Ended(Exception):
    """The run ends here, before the code does."""

    def __init__(self, end: End) -> None:
        self.end = end


class NotedState:
    """The state that a run has come to, and what it has read and written on the way.

    reads: the bits that were read, `direct` those outside of observed expressions. writes: the bits that were stored to. locals:
    the registers of the transition. reference: the processor that executes.
    """

    def __init__(self, system: ir.System, layout: Layout) -> None:
        self.system = system
        self.layout = layout
        self.marked: dict[int, ir.Expression] = {}
        """By identity: expressions that can be observed whole. Whoever adds one keeps it alive."""
        self.observed: set[int] = set()
        """The identities of those that are, so that their reads are noted apart."""
        self.watched = 0
        """Bits whose first direct read is noted."""
        self.location_mask = (1 << layout.location_width) - 1

    def begin(self, state: int) -> None:
        """Nothing is noted of the state yet."""
        self.state, self.reads, self.direct, self.writes = state, 0, 0, 0
        self.locals: dict[str, int] = {}
        self.reference = 0
        self.observing = 0
        self.inside: list[ir.Expression] = []
        self.met: ir.Expression | None = None

    # -- bits --

    def read(self, bits: int) -> None:
        """Note that the bits are read."""
        self.reads |= bits
        if not self.observing:
            if bits & self.watched & ~self.direct and self.met is None and self.inside:
                self.met = self.inside[-1]
            self.direct |= bits

    def put(self, offset: int, width: int, value: int) -> None:
        """Store a packed value, which must fit."""
        mask = (1 << width) - 1
        assert 0 <= value <= mask
        self.writes |= mask << offset
        self.state = self.state & ~(mask << offset) | value << offset

    def cell(self, name: str, indices: tuple[ir.Expression, ...]) -> tuple[int, int]:
        """Offset and width of the cell that the indices select."""
        variable = self.system.variables[name]
        number = variable.cell(tuple(map(self.value, indices)))
        layout = self.layout.cells[name]
        return layout.offset + number * layout.width, layout.width

    # -- expressions --

    def value(self, e: ir.Expression) -> int:
        """The value of an expression in the state as it is now."""
        if id(e) not in self.marked:
            return self._value(e)
        observed = id(e) in self.observed
        self.observing += observed
        self.inside.append(e)
        try:
            return self._value(e)
        finally:
            self.inside.pop()
            self.observing -= observed

    def _value(self, e: ir.Expression) -> int:
        match e:
            case ir.Constant(value):
                return value
            case ir.Local(name):
                return self.locals[name]
            case ir.Load(name, indices):
                variable = self.system.variables[name]
                if variable.constant:
                    return variable.initial[variable.cell(tuple(map(self.value, indices)))]
                offset, width = self.cell(name, indices)
                mask = (1 << width) - 1
                self.read(mask << offset)
                return (self.state >> offset & mask) + variable.low
            case ir.Index(record, reference, live, _):
                return self._index(record, self.value(reference), live)
            case ir.Element(inner, _, length, _):
                value = self.value(inner)
                if not 0 <= value < length:
                    raise Ended(End.STOPPED)
                return value
            case ir.InRange(inner, low, high, mask, _, _):
                value = self.value(inner)
                if not low <= value <= high or (mask is not None and value & ~mask):
                    raise Ended(End.STOPPED)
                return value
            case ir.Operation(name, operands):
                return int(OPERATORS[name](*map(self.value, operands)))
            case ir.Logical("and", operands):
                return int(all(self.value(operand) for operand in operands))
            case ir.Logical(_, operands):
                return int(any(self.value(operand) for operand in operands))
            case ir.Conditional(test, then, otherwise):
                return self.value(then if self.value(test) else otherwise)
            case ir.Let(name, bound, body):
                self.locals[name] = self.value(bound)
                return self.value(body)
            case ir.Processor():
                return self.reference
            case ir.FrameIn(record, owner, routine):
                return self._frame_in(record, self.value(owner), self.system.inside[routine])
            case ir.HasFrames(record, owner):
                base = self.layout.frames[record].base(self.value(owner), 0)
                self.read(self.location_mask << base)
                return int(bool(self.state >> base & self.location_mask))
        raise TypeError(e)

    def _index(self, record: str, reference: int, live: bool) -> int:
        count, alignment, _ = self.system.arenas[record]
        number, tag = divmod(reference, alignment)
        if tag or not 1 <= number <= count:
            raise Ended(End.STOPPED)
        if live and f"{record}.allocated" in self.layout.cells:
            offset = self.layout.cells[f"{record}.allocated"].offset + number - 1
            self.read(1 << offset)
            if not self.state >> offset & 1:
                raise Ended(End.STOPPED)
        return number - 1

    def _frame_in(self, record: str, index: int, inside: frozenset[int]) -> int:
        layout = self.layout.frames[record]
        for depth in range(layout.frames):
            base = layout.base(index, depth)
            self.read(self.location_mask << base)
            if (self.state >> base & self.location_mask) in inside:
                return 1
        return 0
