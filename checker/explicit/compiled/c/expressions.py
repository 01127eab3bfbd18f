# SPDX-License-Identifier: GPL-2.0-only
"""IR expressions -> C expressions over a packed state in 64-bit words.

C evaluates operands in any order, so operands that may raise are put in sequence by GNU statement expressions, out of
which a raised outcome returns. All values are 64 bits wide: arithmetic whose result may need more is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from checker.explicit.step.outcome import How, OutOfRange, Raised, Violated, out_of_range
from checker.ir import system as ir
from checker.ir.layout import Layout
from checker.language.raised import NO_WILD_POINTER
from checker.language.tree import IntType, Position
from checker.language.types import integer_result

LARGEST = (1 << 62) - 1
"""Values of larger magnitude are left to the portable engine."""

UNALIGNED = 57
"""The widest cell that one 8-byte load at the byte where it begins is sure to hold."""


class Unsupported(Exception):
    """A system that the compiled engine cannot represent; the portable engine can. The text says why."""


@dataclass(frozen=True)
class Written:
    """An expression in C, and the range of its values."""

    code: str
    low: int
    high: int

    @property
    def is_constant(self) -> bool:
        return self.low == self.high


def whole(code: str, low: int, high: int) -> Written:
    """A written expression; Unsupported where it may need more than 64 bits."""
    if low < -LARGEST or high > LARGEST:
        raise Unsupported("the model's arithmetic needs integers of more than 64 bits")
    return Written(code, low, high)


@dataclass
class Raisers:
    """The ways in which steps and invariants can raise, numbered for the generated code."""

    system: ir.System
    made: list[Raised] = field(default_factory=list)

    def number(self, raised: Raised) -> int:
        self.made.append(raised)
        return len(self.made) - 1

    def wild(self, position: Position) -> int:
        """The number under which a wild pointer at this place raises."""
        if NO_WILD_POINTER in self.system.properties:
            return self.number(Violated(NO_WILD_POINTER, position, How.WILD_POINTER))
        return self.number(OutOfRange(position, "a wild pointer, in a model without the property no-wild-pointer", True))


class ExpressionWriter:
    """Writes the expressions of one C function. state: the C variable that holds the state read from."""

    def __init__(self, system: ir.System, layout: Layout, raisers: Raisers) -> None:
        self.system = system
        self.layout = layout
        self.raisers = raisers
        self.state = "s"
        self.locals: dict[str, tuple[str, int, int]] = {}
        self.declared: list[str] = []
        self.serial = 0

    # -- locals --

    def fresh(self, name: str) -> str:
        """A C identifier that reads like the name and is used once."""
        self.serial += 1
        return f"{re.sub(r'[^a-zA-Z0-9]+', '_', name).strip('_') or 'value'}_{self.serial}"

    def declare(self, name: str, low: int, high: int) -> str:
        """The C variable of a local that code assigns, with the range of all that is assigned to it."""
        known = self.locals.get(name)
        if known is None:
            identifier = self.fresh(name.split("#")[0])
            self.declared.append(identifier)
        else:
            identifier, low, high = known[0], min(low, known[1]), max(high, known[2])
        self.locals[name] = identifier, low, high
        return identifier

    @contextmanager
    def bound(self, name: str, value: Written) -> Iterator[str]:
        """A local that stands for a value inside one expression."""
        before = self.locals.get(name)
        identifier = self.fresh(name.split("#")[0])
        self.locals[name] = identifier, value.low, value.high
        yield identifier
        if before is None:
            del self.locals[name]
        else:
            self.locals[name] = before

    # -- expressions --

    def code(self, e: ir.Expression) -> str:
        return self.expression(e).code

    def expression(self, e: ir.Expression) -> Written:
        match e:
            case ir.Constant(value):
                return whole(f"{value}L" if value >= 0 else f"({value}L)", value, value)
            case ir.Local(name):
                return Written(*self.locals[name])
            case ir.Load():
                return self.load(e)
            case ir.Index(record, reference, live, position):
                return self.index(record, self.expression(reference), live, position)
            case ir.Element(inner, _, length, position):
                number = self.raisers.wild(position)
                wrong = f"(uint64_t)x_ >= {length}"
                return Written(self.checked(self.expression(inner), wrong, number, "x_"), 0, length - 1)
            case ir.InRange(inner, low, high, mask, target, position):
                return self.in_range(self.expression(inner), low, high, mask, target, position)
            case ir.Operation(name, operands):
                return self.operation(name, operands)
            case ir.Logical(operator, operands):
                joined = f" {'&&' if operator == 'and' else '||'} ".join(self.code(operand) for operand in operands)
                return Written(f"({joined})", 0, 1)
            case ir.Conditional(test, then, otherwise):
                a, b = self.expression(then), self.expression(otherwise)
                return Written(f"({self.code(test)} ? {a.code} : {b.code})", min(a.low, b.low), max(a.high, b.high))
            case ir.Let(name, value, body):
                bound_value = self.expression(value)
                with self.bound(name, bound_value) as identifier:
                    inner_value = self.expression(body)
                code = f"({{ value {identifier} = {bound_value.code}; {inner_value.code}; }})"
                return Written(code, inner_value.low, inner_value.high)
            case ir.Processor():
                count, alignment, _ = self.system.arenas[self.processors.record]
                return Written("processor", alignment, count * alignment)
            case ir.FrameIn(record, owner, routine):
                return self.frame_test(record, owner, f"inside_{encoded(routine)}[{{}}]", self.layout.frames[record].frames)
            case ir.HasFrames(record, owner):
                return self.frame_test(record, owner, "{} != 0", 1)
        raise TypeError(e)

    @property
    def processors(self) -> ir.Processors:
        assert self.system.processors is not None
        return self.system.processors

    @staticmethod
    def checked(value: Written, wrong: str, number: int, result: str) -> str:
        """The result, or a raised outcome where x_, the value, is wrong."""
        return f"({{ value x_ = {value.code}; if (UNLIKELY({wrong})) return RAISED + {number}; {result}; }})"

    def index(self, record: str, reference: Written, live: bool, position: Position) -> Written:
        count, alignment, _ = self.system.arenas[record]
        number = self.raisers.wild(position)
        wrong = f"(uint64_t)x_ - {alignment} > {(count - 1) * alignment}"
        found = f"x_ / {alignment} - 1" if alignment != 1 else "x_ - 1"
        if alignment != 1:
            wrong += f" || x_ % {alignment}"
        if live and f"{record}.allocated" in self.layout.cells:
            allocated = self.layout.cells[f"{record}.allocated"]
            free = self.cell(allocated.offset, count, allocated.width, f"({found})")
            wrong += f" || !{free}"
        return Written(self.checked(reference, wrong, number, found), 0, count - 1)

    def in_range(self, value: Written, low: int, high: int, mask: int | None, target: str, position: Position) -> Written:
        if low <= value.low and value.high <= high and mask is None:
            return value
        number = self.raisers.number(self.out_of_range(out_of_range(target, low, high, position)))
        wrong = f"x_ < {low} || x_ > {high}" + (f" || x_ & {~mask}" if mask is not None else "")
        return whole(self.checked(value, wrong, number, "x_"), low, high)

    def out_of_range(self, error: OutOfRange) -> Raised:
        """What a value out of range raises: in a condition always a model error."""
        return error

    def operation(self, name: str, operands: tuple[ir.Expression, ...]) -> Written:
        if name == "not":
            return Written(f"(!{self.code(operands[0])})", 0, 1)
        if name == "neg":
            value = self.expression(operands[0])
            return whole(f"(-{value.code})", -value.high, -value.low)
        left, right = (self.expression(operand) for operand in operands)
        if name in COMPARISONS:
            low, high = 0, 1
        else:
            range_ = integer_result(name, IntType(left.low, left.high), IntType(right.low, right.high))
            assert range_ is not None, "the front end refuses operations that can fail"
            low, high = range_.low, range_.high
        write = FUNCTIONS.get(name, f"({{}} {name} {{}})")
        if all(ir.may_raise(operand) for operand in operands):
            a, b = self.fresh("left"), self.fresh("right")
            code = f"({{ value {a} = {left.code}; value {b} = {right.code}; {write.format(a, b)}; }})"
        else:
            code = write.format(left.code, right.code)
        return whole(code, low, high)

    # -- cells --

    def load(self, e: ir.Load) -> Written:
        variable = self.system.variables[e.variable]
        if variable.constant:
            number, before = self.cell_number(e.variable, e.indices, 1)
            code = f"{table_name(e.variable)}[{number}]"
            return whole(self.after(before, code), min(variable.initial), max(variable.initial))
        place, before = self.place(e.variable, e.indices)
        bias = f" + {variable.low}" if variable.low > 0 else f" - {-variable.low}" if variable.low else ""
        code = f"((value){place}{bias})" if bias else f"(value){place}"
        return whole(self.after(before, code), variable.low, variable.high)

    @staticmethod
    def after(before: list[str], code: str) -> str:
        """An expression after some declarations."""
        return f"({{ {' '.join(before)} {code}; }})" if before else code

    def place(self, name: str, indices: tuple[ir.Expression, ...]) -> tuple[str, list[str]]:
        """The bits of a cell, and what has to be evaluated before."""
        layout = self.layout.cells[name]
        number, before = self.cell_number(name, indices, 1)
        cells = len(self.system.variables[name].initial)
        return self.cell(layout.offset, cells, layout.width, number), before

    def cell_number(self, name: str, indices: tuple[ir.Expression, ...], unit: int) -> tuple[str, list[str]]:
        """The number of a cell times the unit."""
        variable = self.system.variables[name]
        terms: list[str] = []
        before: list[str] = []
        known = 0
        strides = [unit]
        for size in reversed(variable.dimensions[1:]):
            strides.insert(0, strides[0] * size)
        sequence = sum(ir.may_raise(index) for index in indices) > 1
        for index, stride in zip(indices, strides, strict=False):
            if isinstance(index, ir.Constant):
                known += index.value * stride
                continue
            code = self.code(index)
            if sequence:
                kept = self.fresh("index")
                before.append(f"value {kept} = {code};")
                code = kept
            terms.append(f"{code} * {stride}" if stride != 1 else code)
        if known or not terms:
            terms.append(str(known))
        return (terms[0] if len(terms) == 1 else f"({' + '.join(terms)})"), before

    def cell(self, offset: int, cells: int, width: int, number: str) -> str:
        """The bits of one of several cells that stand side by side."""
        if width == 0:
            return "0" if number.isdigit() else f"((void)({number}), 0)"  # the index may raise
        if number.isdigit():
            return self.bits(offset + int(number) * width, width)
        first, last = offset // 64, (offset + cells * width - 1) // 64
        mask = hex((1 << width) - 1)
        scaled = f"{number} * {width}" if width != 1 else number
        if first == last:
            return f"({self.state}[{first}] >> ({scaled} + {offset % 64}) & {mask})"
        return self.bits_at(f"{scaled} + {offset}", width)

    def bits_at(self, place: str, width: int) -> str:
        """Bits at a place that the code computes."""
        if width > UNALIGNED:
            return f"get_wide({self.state}, {place}, {width})"
        return f"get({self.state}, {place}, {hex((1 << width) - 1)})"

    def bits(self, offset: int, width: int) -> str:
        """Bits at a known place."""
        word, shift = divmod(offset, 64)
        if width > 64:
            raise Unsupported("a cell of the model needs more than 64 bits")
        mask = hex((1 << width) - 1)
        if shift + width <= 64:
            shifted = f"{self.state}[{word}] >> {shift}" if shift else f"{self.state}[{word}]"
            return f"({shifted} & {mask})" if shift + width < 64 else f"({shifted})"
        return f"(({self.state}[{word}] >> {shift} | {self.state}[{word + 1}] << {64 - shift}) & {mask})"

    # -- frames --

    def frame_test(self, record: str, owner: ir.Expression, test: str, depths: int) -> Written:
        layout = self.layout.frames[record]
        width = self.layout.location_width
        if isinstance(owner, ir.Constant):
            tests = [test.format(self.bits(layout.base(owner.value, depth), width)) for depth in range(depths)]
            return Written(f"({' || '.join(tests)})", 0, 1)
        name = self.fresh("frames")
        before = f"value {name} = {self.code(owner)} * {layout.stride} + {layout.offset};"
        mask = hex((1 << width) - 1)
        tests = [
            test.format(f"get({self.state}, {name}{f' + {depth * layout.width}' if depth else ''}, {mask})")
            for depth in range(depths)
        ]
        return Written(f"({{ {before} {' || '.join(tests)}; }})", 0, 1)


COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
FUNCTIONS: Mapping[str, str] = {
    "//": "floor_divide({}, {})",
    "%": "floor_remainder({}, {})",
    "<<": "shift_left({}, {})",
    ">>": "shift_right({}, {})",
}


def table_name(variable: str) -> str:
    """The C array of a constant variable's values; no two variables have the same."""
    return "constant_" + encoded(variable)


def encoded(name: str) -> str:
    """The name in letters, digits and underlines; different names differ."""
    return re.sub(r"[^a-zA-Z0-9]", lambda met: "__" if met[0] == "_" else f"_x{ord(met[0]):x}_", name)


def comment(text: str) -> str:
    """A C comment in one line of ASCII. A file's name may have in it what would end one, also over a backslash and a newline."""
    return f"/* {ascii(text)[1:-1].replace('*/', '* /')} */"
