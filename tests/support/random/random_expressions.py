# SPDX-License-Identifier: GPL-2.0-only
"""Random expressions of the IR, and what they come to: a third evaluator, written for the tests alone."""

from __future__ import annotations

import operator
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from checker.ir import system as ir
from checker.ir.lowering.lower import lower
from checker.language.tree import Position
from tests.support.systems.small_programs import program_of

MODEL = """
class Bits(IntFlag):
    A = 1
    B = 4
@record(count=3, alignment=2, allocated=True)
class Page:
    use: Annotated[int, Range(-3, 4)] = 0
    cells: Array[Annotated[int, Range(0, 5)]] = array(2, 1)
    size: Small = 7
@record(count=2, frames=1)
class Cpu:
    page: Page | None = None
    at: Per[Page, bool] = per(Page, False)
g: Annotated[int, Range(-5, 5)] = 2
flag: bool = True
bits: Bits = Bits.A
one: Annotated[int, Range(4, 4)] = 4
table: Array[Small] = array(3, 6)
slots: Array[Page | None] = array(2)
grid: Array[Array[Small]] = array(2, array(3, 1))
near: Per[Cpu, Small] = per(Cpu, 3)
no_wild_pointer = demand("no-wild-pointer", "test")
@routine
def main() -> None:
    pass
@initial
def start() -> None:
    global flag
    for slot in range(3):
        table[slot] = slot * 3
    slots[0] = allocate(Page)
    slots[1] = allocate(Page)
    free(slots[1])
@action
def change(page: Page, cpu: Cpu, slot: Annotated[int, Range(0, 1)]) -> None:
    global g, flag, bits, one
    g = 1
    flag = False
    bits = Bits.B
    one = 4
    page.use = 1
    page.cells[slot] = 0
    cpu.page = page
    slots[slot] = page
    near[cpu] = 0
    grid[slot][slot + 1] = 2
    enter(cpu, main)
""".replace("    at: Per[Page, bool] = per(Page, False)\n", "")
"""`size` and `table` are constants; everything else changes."""

PLACE = Position("test", 1, 1)
BINARY: dict[str, Callable[[int, int], int]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def model() -> ir.System:
    """The system that the expressions are about."""
    return lower(program_of(MODEL))


class Failed(Exception):
    """The expression raises. Its argument says what, and where."""


@dataclass
class Expressions:
    """Makes expressions over the variables of a system. locals: those that may occur free."""

    chance: random.Random
    system: ir.System
    locals: tuple[str, ...] = ()
    number: int = 0

    def place(self) -> Position:
        """A position that nothing else in the expression has."""
        self.number += 1
        return Position("test", self.number, 1)

    def integer(self, depth: int, bound: tuple[str, ...] = ()) -> ir.Expression:
        chance = self.chance
        if depth == 0 or chance.random() < 0.15:
            names = (*self.locals, *bound)
            return ir.Local(chance.choice(names)) if names and chance.random() < 0.4 else ir.Constant(chance.randint(-3, 6))
        kind = chance.randint(0, 11)
        inner = depth - 1
        if kind <= 2:
            operands = self.integer(inner, bound), self.integer(inner, bound)
            return ir.Operation(chance.choice(list(BINARY)), operands)
        if kind == 3:
            right = ir.Operation("&", (self.integer(inner, bound), ir.Constant(3)))
            return ir.Operation(chance.choice(("<<", ">>")), (self.integer(inner, bound), right))
        if kind == 4:
            divisor = ir.Constant(chance.randint(1, 4))
            return ir.Operation(chance.choice(("//", "%")), (self.integer(inner, bound), divisor))
        if kind == 5:
            return ir.Operation("neg", (self.integer(inner, bound),))
        if kind == 6:
            test = self.truth(inner, bound)
            return ir.Conditional(test, self.integer(inner, bound), self.integer(inner, bound))
        if kind == 7:
            self.number += 1
            name = f"let{self.number}"
            return ir.Let(name, self.integer(inner, bound), self.integer(inner, (*bound, name)))
        if kind == 8:
            low, high = chance.randint(-3, 0), chance.randint(1, 6)
            mask = chance.choice((None, None, 5))
            return ir.InRange(self.integer(inner, bound), low, high, mask, "`x`", self.place())
        if kind == 9:
            return self.truth(inner, bound)
        return self.load(inner, bound)

    def truth(self, depth: int, bound: tuple[str, ...] = ()) -> ir.Expression:
        """A value that is 0 or 1."""
        chance = self.chance
        kind = chance.randint(0, 4)
        inner = max(depth - 1, 0)
        if kind == 0:
            return ir.Operation("not", (self.truth(inner, bound) if depth else self.integer(0, bound),))
        if kind == 1 and depth:
            operands = tuple(self.truth(inner, bound) for _ in range(chance.randint(1, 3)))
            return ir.Logical(chance.choice(("and", "or")), operands)
        if kind == 2:
            return ir.Constant(chance.randint(0, 1))
        operands = self.integer(inner, bound), self.integer(inner, bound)
        return ir.Operation(chance.choice(("==", "!=", "<", "<=", ">", ">=")), operands)

    def load(self, depth: int, bound: tuple[str, ...]) -> ir.Expression:
        name, variable = self.chance.choice(list(self.system.variables.items()))
        indices: list[ir.Expression] = []
        record, _, field_ = name.partition(".")
        sizes = list(variable.dimensions)
        if field_:
            indices.append(self.index(record, depth, bound))
            sizes.pop(0)
        if name == "near":
            indices.append(self.index("Cpu", depth, bound))
            sizes.pop(0)
        for size in sizes:
            inner = self.integer(depth, bound)
            known = isinstance(inner, ir.Constant) and 0 <= inner.value < size
            indices.append(inner if known else ir.Element(inner, name, size, self.place()))
        return ir.Load(name, tuple(indices))

    def index(self, record: str, depth: int, bound: tuple[str, ...]) -> ir.Expression:
        count, alignment, allocated = self.system.arenas[record]
        if self.chance.random() < 0.5:
            return ir.Constant(self.chance.randint(0, count - 1))
        reference = ir.InRange(self.integer(depth, bound), 0, (count + 1) * alignment - 1, None, "the value", self.place())
        return ir.Index(record, reference, allocated and self.chance.random() < 0.7, self.place())


@dataclass
class Evaluator:
    """Evaluates expressions. cells: the values of each variable, in row-major order."""

    system: ir.System
    cells: Mapping[str, tuple[int, ...]]
    locals: dict[str, int] = field(default_factory=dict)

    def value(self, e: ir.Expression) -> int:
        match e:
            case ir.Constant(value):
                return value
            case ir.Local(name):
                return self.locals[name]
            case ir.Let(name, value, body):
                self.locals[name] = self.value(value)
                return self.value(body)
            case ir.Conditional(test, then, otherwise):
                return self.value(then) if self.value(test) else self.value(otherwise)
            case ir.Logical("and", operands):
                return int(all(self.value(operand) for operand in operands))
            case ir.Logical("or", operands):
                return int(any(self.value(operand) for operand in operands))
            case ir.Operation("not", (operand,)):
                return int(self.value(operand) == 0)
            case ir.Operation("neg", (operand,)):
                return -self.value(operand)
            case ir.Operation(name, (left, right)):
                return self.operation(name, self.value(left), self.value(right))
            case ir.InRange(inner, low, high, mask, _, position):
                value = self.value(inner)
                if value < low or value > high or (mask is not None and value & mask != value):
                    raise Failed("range", position)
                return value
            case ir.Element(inner, _, length, position):
                value = self.value(inner)
                if value not in range(length):
                    raise Failed("wild", position)
                return value
            case ir.Index(record, reference, live, position):
                count, alignment, _ = self.system.arenas[record]
                good = [(number + 1) * alignment for number in range(count)]
                value = self.value(reference)
                if value not in good or (live and not self.cells[f"{record}.allocated"][good.index(value)]):
                    raise Failed("wild", position)
                return good.index(value)
            case ir.Load(name, indices):
                cell = 0
                for index, size in zip(indices, self.system.variables[name].dimensions, strict=True):
                    cell = cell * size + self.value(index)
                return self.cells[name][cell]
        raise TypeError(e)

    @staticmethod
    def operation(name: str, left: int, right: int) -> int:
        match name:
            case "//":
                return left // right
            case "%":
                return left - left // right * right
            case "<<":
                return left * 2**right
            case ">>":
                return left // 2**right
        return int(BINARY[name](left, right))

    def outcome(self, e: ir.Expression) -> int | tuple[object, ...]:
        """The value, or what it raises."""
        try:
            return self.value(e)
        except Failed as failed:
            return failed.args


def random_cells(chance: random.Random, system: ir.System) -> dict[str, tuple[int, ...]]:
    """Values in range for all variables; constants keep theirs."""
    found = {}
    for name, variable in system.variables.items():
        values = tuple(chance.randint(variable.low, variable.high) for _ in variable.initial)
        found[name] = variable.initial if variable.constant else values
    return found
