# SPDX-License-Identifier: GPL-2.0-only
"""IR expressions -> Python expressions over a packed state `s`."""

from __future__ import annotations

from collections.abc import Callable

from checker.explicit.step.generated_names import Names
from checker.explicit.step.outcome import OutOfRange, out_of_range
from checker.ir import system as ir
from checker.language.tree import Position


class ExpressionWriter:
    """Writes the expressions of one function; v1, v2 ... are the locals of the IR, in the order of their first use."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.system = names.system
        self.layout = names.layout
        self.locals: dict[str, str] = {}

    def local(self, name: str) -> str:
        return self.locals.setdefault(name, f"v{len(self.locals)}")

    def expression(self, e: ir.Expression) -> str:
        match e:
            case ir.Constant(value):
                return str(value) if value >= 0 else f"({value})"
            case ir.Local(name):
                return self.local(name)
            case ir.Load():
                return self.load(e)
            case ir.Index(record, reference, live, position):
                number = self.names.wild(position)
                inner = self.expression(reference)
                alignment = self.system.arenas[record].alignment
                if alignment == 1 and not live:
                    return f"(({inner} or R({number})) - 1)"
                name = self.local(f"index {number}")
                known = f"({name} := index_{record}.get({inner})) is not None"
                if live:
                    known += f" and s >> {self.layout.cells[f'{record}.allocated'].offset} + {name} & 1"
                return f"({name} if {known} else R({number}))"
            case ir.Element(index, variable, length, position):
                number = self.names.wild(position, f"an index outside {variable}[{length}]")
                name = self.local(f"element {number}")
                inner = self.expression(index)
                return f"({name} if 0 <= ({name} := {inner}) < {length} else R({number}))"
            case ir.InRange(value, low, high, mask, target, position):
                return self.in_range(self.expression(value), low, high, mask, target, position)
            case ir.Operation(name, operands):
                return self.operation(name, operands)
            case ir.Logical():
                return f"(1 if {self.truth(e)} else 0)"
            case ir.Conditional(test, then, otherwise):
                return f"({self.expression(then)} if {self.truth(test)} else {self.expression(otherwise)})"
            case ir.Let(name, value, body):
                return f"(({self.local(name)} := {self.expression(value)}), {self.expression(body)})[1]"
            case ir.FrameIn(record, owner, routine):
                return self.frame_in(record, owner, routine)
            case ir.HasFrames(record, owner):
                return self.frame_test(record, owner, 1, lambda pc: f"({pc} != 0)")
            case ir.Calls(processor, routine):
                return f"(c[0] == {self.expression(processor)} and c[1] >> {self.names.call_number(routine)} & 1)"
        raise TypeError(e)

    def truth(self, e: ir.Expression) -> str:
        """An expression that is only tested."""
        if isinstance(e, ir.Load) and (place := self.fixed(e)) is not None and self.system.variables[e.variable].low == 0:
            offset, width = place
            return f"s & {((1 << width) - 1) << offset}"
        if isinstance(e, ir.Logical):
            return "(" + f" {e.operator} ".join(self.truth(operand) for operand in e.operands) + ")"
        if isinstance(e, ir.Conditional):
            return f"({self.truth(e.then)} if {self.truth(e.test)} else {self.truth(e.otherwise)})"
        return self.expression(e)

    def operation(self, name: str, operands: tuple[ir.Expression, ...]) -> str:
        if name == "not":
            return f"(not {self.truth(operands[0])})"
        if name == "neg":
            return f"(-{self.expression(operands[0])})"
        left, right = operands
        if name in ("==", "!=") and isinstance(right, ir.Constant) and isinstance(left, ir.Load):
            place = self.fixed(left)
            biased = right.value - self.system.variables[left.variable].low
            if place is not None and biased >= 0:
                offset, width = place
                return f"(s & {((1 << width) - 1) << offset} {name} {biased << offset})"
        return f"({self.expression(left)} {name} {self.expression(right)})"

    def fixed(self, e: ir.Load) -> tuple[int, int] | None:
        """Offset and width of the cell, if it is known."""
        variable = self.system.variables[e.variable]
        if variable.constant or not all(isinstance(index, ir.Constant) for index in e.indices):
            return None
        cell = variable.cell(tuple(index.value for index in e.indices if isinstance(index, ir.Constant)))
        layout = self.layout.cells[e.variable]
        return layout.offset + cell * layout.width, layout.width

    def load(self, e: ir.Load) -> str:
        variable = self.system.variables[e.variable]
        if variable.constant:
            table = f"T{list(self.system.variables).index(e.variable)}"
            self.names.namespace[table] = variable.initial
            return f"{table}[{self.cell_number(variable, e.indices)}]"
        bias = f" + {variable.low}" if variable.low else ""
        width = self.layout.cells[e.variable].width
        return (
            f"(s >> {self.offset(e.variable, e.indices)} & {(1 << width) - 1}{bias})"
            if not bias
            else (f"((s >> {self.offset(e.variable, e.indices)} & {(1 << width) - 1}){bias})")
        )

    def cell_number(self, variable: ir.Variable, indices: tuple[ir.Expression, ...]) -> str:
        terms: list[str] = []
        known = 0
        stride = 1
        for index, size in reversed(list(zip(indices, variable.dimensions, strict=True))):
            if isinstance(index, ir.Constant):
                known += index.value * stride
            else:
                terms.insert(0, f"{self.expression(index)} * {stride}" if stride != 1 else self.expression(index))
            stride *= size
        if known or not terms:
            terms.append(str(known))
        return " + ".join(terms)

    def offset(self, name: str, indices: tuple[ir.Expression, ...]) -> str:
        """Where the cell begins: a number, or a sum in parentheses."""
        layout = self.layout.cells[name]
        terms: list[str] = []
        known = layout.offset
        stride = layout.width
        variable = self.system.variables[name]
        for index, size in reversed(list(zip(indices, variable.dimensions, strict=True))):
            if isinstance(index, ir.Constant):
                known += index.value * stride
            else:
                terms.insert(0, f"{self.expression(index)} * {stride}")
            stride *= size
        return f"({' + '.join([*terms, str(known)])})" if terms else str(known)

    def in_range(self, value: str, low: int, high: int, mask: int | None, target: str, position: Position) -> str:
        number = self.out_of_range(out_of_range(target, low, high, position))
        name = self.local(f"checked {number}")
        masked = f" and not {name} & {~mask}" if mask is not None else ""
        return f"({name} if {low} <= ({name} := {value}) <= {high}{masked} else R({number}))"

    def out_of_range(self, error: OutOfRange) -> int:
        """The number under which a value out of range raises: in a condition always as a model error."""
        return self.names.raiser(lambda: error)

    def frame_in(self, record: str, owner: ir.Expression, routine: str) -> str:
        bits = sum(1 << number for number in self.system.inside[routine])
        return self.frame_test(record, owner, self.layout.frames[record].frames, lambda pc: f"({bits} >> {pc} & 1)")

    def frame_test(self, record: str, owner: ir.Expression, depths: int, test: Callable[[str], str]) -> str:
        layout = self.layout.frames[record]
        mask = (1 << self.layout.location_width) - 1
        before = ""
        if isinstance(owner, ir.Constant):
            bases = [str(layout.base(owner.value, depth)) for depth in range(depths)]
        else:
            name = self.local(f"owner {record}")
            before = f"({name} := {self.expression(owner)} * {layout.stride})"
            bases = [f"({name} + {layout.base(0, depth)})" for depth in range(depths)]
        tests = " or ".join(test(f"(s >> {base} & {mask})") for base in bases)
        return f"({before}, {tests})[1]" if before else f"({tests})"
