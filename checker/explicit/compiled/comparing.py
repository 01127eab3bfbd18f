# SPDX-License-Identifier: GPL-2.0-only
"""Conditions as tables for comparer.c, which compares them in two states as ir/analysis/comparison.py does."""

from __future__ import annotations

import ctypes
from array import array
from collections.abc import Mapping, Sequence

from checker.explicit.compiled.c.shared import MOST_DIMENSIONS, NEVER_VALUES, Node, Operator
from checker.ir import system as ir
from checker.ir.layout import Layout

OPERATORS = {
    "+": Operator.OP_ADD,
    "-": Operator.OP_SUB,
    "*": Operator.OP_MUL,
    "//": Operator.OP_DIV,
    "%": Operator.OP_MOD,
    "&": Operator.OP_AND,
    "|": Operator.OP_OR,
    "^": Operator.OP_XOR,
    "<<": Operator.OP_SHL,
    ">>": Operator.OP_SHR,
    "==": Operator.OP_EQ,
    "!=": Operator.OP_NE,
    "<": Operator.OP_LT,
    "<=": Operator.OP_LE,
    ">": Operator.OP_GT,
    ">=": Operator.OP_GE,
    "not": Operator.OP_NOT,
    "neg": Operator.OP_NEG,
}
MOST = 2**63 - 1


class Unencodable(Exception):
    """An expression that comparer.c cannot hold; comparison.py can."""


class Tables:
    """Expressions of one system, as numbers. roots: of each expression its last node."""

    def __init__(self, system: ir.System, layout: Layout, expressions: Sequence[ir.Expression]) -> None:
        self.system = system
        self.layout = layout
        self.nodes = array("q")
        self.operands = array("q", [0])
        self.dimensions = array("q", [0])
        self.constants = array("q", [0])
        self.cells = array("q", [0] * 5)
        self.frames = array("q", [0] * 5)
        self.inside = bytearray(1)
        self.locals: dict[str, int] = {}
        self.known: dict[object, int] = {}
        self.roots: list[int | None] = []
        for e in expressions:
            try:
                self.roots.append(self.expression(e))
            except (Unencodable, OverflowError):
                self.roots.append(None)

    def node(self, kind: Node, operands: Sequence[int] = (), *values: int) -> int:
        first = len(self.operands)
        self.operands.extend(operands)
        if any(not -MOST <= value <= MOST for value in values):
            raise Unencodable
        self.nodes.extend((kind, first, len(operands), *values, *[0] * (4 - len(values))))
        return len(self.nodes) // 7 - 1

    def expression(self, e: ir.Expression) -> int:
        """The node of an expression, behind those of its operands."""
        operands = [self.expression(operand) for operand in ir.operands(e)]
        match e:
            case ir.Constant(value):
                return self.node(Node.NODE_CONSTANT, (), value)
            case ir.Local(name):
                return self.node(Node.NODE_LOCAL, (), self.local(name))
            case ir.Load(name, indices):
                if len(indices) > MOST_DIMENSIONS:
                    raise Unencodable
                variable = self.system.variables[name]
                self.dimensions.extend(variable.dimensions)
                place = len(self.dimensions) - len(variable.dimensions)
                return self.node(Node.NODE_LOAD, operands, self.variable(variable), place)
            case ir.Index(record, _, live, _):
                count, alignment, _ = self.system.arenas[record]
                allocator = self.layout.cells.get(f"{record}.allocated") if live else None
                return self.node(Node.NODE_INDEX, operands, count, alignment, -1 if allocator is None else allocator.offset)
            case ir.Element(_, _, length, _):
                return self.node(Node.NODE_ELEMENT, operands, length)
            case ir.InRange(_, low, high, mask, _, _):
                return self.node(Node.NODE_IN_RANGE, operands, low, high, mask or 0, int(mask is not None))
            case ir.Operation(name, _):
                return self.node(Node.NODE_OPERATION, operands, OPERATORS[name])
            case ir.Logical(name, _):
                return self.node(Node.NODE_LOGICAL, operands, int(name == "or"))
            case ir.Conditional():
                return self.node(Node.NODE_CONDITIONAL, operands)
            case ir.Let(name):
                return self.node(Node.NODE_LET, operands, self.local(name))
            case ir.FrameIn(record, _, routine):
                found = self.record(record, self.system.inside[routine], routine)
                return self.node(Node.NODE_FRAMES, operands, found, self.layout.frames[record].frames)
            case ir.HasFrames(record):
                everywhere = frozenset(range(1, len(self.system.locations) + 1))
                return self.node(Node.NODE_FRAMES, operands, self.record(record, everywhere, None), 1)
        raise Unencodable

    def local(self, name: str) -> int:
        return self.locals.setdefault(name, len(self.locals))

    def variable(self, variable: ir.Variable) -> int:
        """Where in `cells` a variable is."""
        found = self.known.get(variable.name)
        if found is None:
            found = self.known[variable.name] = len(self.cells) // 5
            if variable.constant:
                self.cells.extend((0, 0, 0, 0, len(self.constants)))
                self.constants.extend(variable.initial)
            else:
                layout = self.layout.cells[variable.name]
                self.cells.extend((layout.offset, layout.width, variable.low, variable.high, -1))
        return found

    def record(self, record: str, inside: frozenset[int], routine: str | None) -> int:
        """Where in `frames` an owner's frames are, with the locations that are looked for."""
        found = self.known.get((record, routine))
        if found is None:
            layout = self.layout.frames[record]
            found = self.known[record, routine] = len(self.frames) // 5
            self.frames.extend((layout.offset, layout.stride, layout.width, layout.frames, len(self.inside)))
            self.inside.extend(number in inside for number in range(1 << self.layout.location_width))
        return found


class Comparing:
    """A comparer of some expressions, by their numbers."""

    def __init__(
        self, library: ctypes.CDLL, system: ir.System, layout: Layout, words: int, expressions: Sequence[ir.Expression]
    ) -> None:
        """MemoryError if there is none."""
        self.library = library
        self.size = words * 8
        self.encoded: dict[int, tuple[Mapping[int, frozenset[int]], bytes, bytes | None]] = {}
        """By identity: what cells never have, which stays while it is here, as numbers."""
        self.tables = tables = Tables(system, layout, expressions)
        arrays = (tables.nodes, tables.operands, tables.dimensions, tables.constants, tables.cells, tables.frames)
        self.inside = ctypes.create_string_buffer(bytes(tables.inside), len(tables.inside))
        places = (numbers.buffer_info()[0] for numbers in arrays)
        self.comparer = library.comparer_new(*places, self.inside, len(tables.locals))
        if not self.comparer:
            raise MemoryError

    def __del__(self) -> None:
        if getattr(self, "comparer", None):
            self.library.comparer_free(self.comparer)

    def keeps(
        self, number: int, demanded: int, known: int, before: int, after: int, never: Mapping[int, frozenset[int]]
    ) -> bool | None:
        """Whether an expression is the same before and after as far as is demanded, whatever cells that are not known are. None
        if comparer.c cannot hold the expression, or the values that cells never have."""
        root = self.tables.roots[number]
        if id(never) not in self.encoded:
            listed = all(value < NEVER_VALUES for values in never.values() for value in values)
            sets = b"".join(map(_bits, never.values())) if listed else None
            self.encoded[id(never)] = never, array("q", never).tobytes(), sets
        _, offsets, sets = self.encoded[id(never)]
        if root is None or sets is None:
            return None
        states = (bits.to_bytes(self.size, "little") for bits in (known, before, after))
        return bool(self.library.comparer_keeps(self.comparer, root, demanded, *states, len(never), offsets, sets))


def _bits(values: frozenset[int]) -> bytes:
    """A set of values as comparer.c has it."""
    return sum(1 << value for value in values).to_bytes(NEVER_VALUES // 8, "little")
