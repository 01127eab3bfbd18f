# SPDX-License-Identifier: GPL-2.0-only
"""IR instructions -> lines of a Python function over a packed state `s`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from checker.explicit.step.generated_names import Frame, Names
from checker.explicit.step.outcome import ARENA, Cut, How, OutOfRange, Outside, Violated
from checker.explicit.step.python_expressions import ExpressionWriter
from checker.ir import system as ir
from checker.language.raised import NO_OUT_OF_RANGE
from checker.language.tree import Position


class FunctionWriter(ExpressionWriter):
    """Writes the body of one function. frame: the one that steps, None for an action. j is the label being jumped to, twice
    its number, plus 1 for the next round."""

    def __init__(self, names: Names, frame: Frame | None) -> None:
        super().__init__(names)
        self.frame = frame
        self.all_bits = (1 << names.layout.bits) - 1
        self.lines: list[str] = []
        self.labels: dict[str, int] = {}
        self.jumps = False

    def finished(self) -> list[str]:
        if self.jumps:
            self.lines.insert(2, "    j = 0")
        return self.lines

    def line(self, depth: int, text: str) -> None:
        self.lines.append("    " * depth + text)

    def block(self, block: ir.Block, depth: int, around: list[tuple[str, bool]]) -> None:
        """around: the loops (True) and regions that the code is in, outermost first."""
        if not block:
            self.line(depth, "pass")
        for instruction in block:
            self.instruction(instruction, depth, around)

    def instruction(self, i: ir.Instruction, depth: int, around: list[tuple[str, bool]]) -> None:
        match i:
            case ir.Set(local, value):
                self.line(depth, f"{self.local(local)} = {self.expression(value)}")
            case ir.Store():
                self.store(i, depth)
            case ir.If(test, then, otherwise):
                self.line(depth, f"if {self.truth(test)}:")
                self.block(then, depth + 1, around)
                if otherwise:
                    self.line(depth, "else:")
                    self.block(otherwise, depth + 1, around)
            case ir.Loop(label, local, low, high, step, body):
                bounds = f"{self.expression(low)}, {self.expression(high)}" + (f", {step}" if step != 1 else "")
                self.line(depth, f"for {self.local(local)} in range({bounds}):")
                self.region(label, True, body, depth, around)
            case ir.Turn(label, body):
                if not _leaves(body, label):
                    self.block(body, depth, around)
                    return
                self.line(depth, "while True:")
                self.region(label, True, body, depth, around)
            case ir.Region(label, body):
                if not _leaves(body, label):
                    self.block(body, depth, around)
                    return
                self.line(depth, "for _ in (0,):")
                self.region(label, False, body, depth, around)
            case ir.Leave(label):
                self.jump(label, True, depth, around)
            case ir.Next(label):
                self.jump(label, False, depth, around)
            case ir.Choose():
                self.choose(i, depth)
            case ir.Require(test):
                self.line(depth, f"if not {self.truth(test)}: return None")
            case ir.Check(test, identifier, position):
                number = self.names.raiser(lambda: Violated(identifier, position, How.CHECK))
                self.line(depth, f"if not {self.truth(test)}: R({number})")
            case ir.Halt():
                self.line(depth, f"return first | {1 << self.layout.mark}")
            case ir.Outside(name, position):
                self.line(depth, f"R({self.names.raiser(lambda: Outside(name, position))})")
            case ir.Allocate():
                self.allocate(i, depth)
            case ir.Push(record, owner, procedure, arguments, position):
                self.push(record, owner, procedure, arguments, position, depth)
            case ir.Cover(position):
                self.line(depth, f"H[{self.names.cover_numbers[position]}] = 1")
            case ir.Called(routine):
                self.line(depth, f"K[0] |= {1 << self.names.call_number(routine)}")
            case ir.Stand(location):
                assert self.frame is not None
                base = self.layout.frames[self.frame.record].base(self.frame.index, self.frame.depth)
                keep = self.all_bits & ~(((1 << self.layout.location_width) - 1) << base)
                self.line(depth, f"s = s & {keep} | {location << base}")
            case ir.Goto() | ir.Call() | ir.Return():
                self.end(i, depth)
            case _:
                raise TypeError(i)

    def out_of_range(self, error: OutOfRange) -> int:
        if NO_OUT_OF_RANGE not in self.system.properties:
            return super().out_of_range(error)
        return self.names.raiser(lambda: Violated(NO_OUT_OF_RANGE, error.position, How.OUT_OF_RANGE))

    def store(self, i: ir.Store, depth: int) -> None:
        variable = self.system.variables[i.variable]
        layout = self.layout.cells[i.variable]
        mask = (1 << layout.width) - 1
        value = self.expression(i.value)
        if variable.low:
            value = f"({value} - {variable.low})"
        place = self.fixed(ir.Load(i.variable, i.indices))
        if place is not None:
            offset, _ = place
            keep = self.all_bits & ~(mask << offset)
            if isinstance(i.value, ir.Constant):
                stored = (i.value.value - variable.low) << offset
                self.line(depth, f"s = s & {keep} | {stored}" if stored else f"s &= {keep}")
            else:
                self.line(depth, f"s = s & {keep} | {value} << {offset}")
            return
        self.line(depth, f"x = {value}")
        self.line(depth, f"o = {self.offset(i.variable, i.indices)}")
        self.line(depth, f"s ^= (s >> o & {mask} ^ x) << o")

    def region(self, label: str, loops: bool, body: ir.Block, depth: int, around: list[tuple[str, bool]]) -> None:
        inside = [*around, (label, loops)]
        self.block(body, depth + 1, inside)
        if not around or not any(_leaves(body, outer) for outer, _ in around):
            return
        # A jump further out left this region with j set.
        outer, outer_loops = around[-1]
        number = self.labels.setdefault(outer, len(self.labels) + 1)
        if outer_loops:
            self.line(depth, f"if j == {2 * number + 1}:")
            self.line(depth + 1, "j = 0")
            self.line(depth + 1, "continue")
        self.line(depth, "if j:")
        self.line(depth + 1, f"if j == {2 * number}: j = 0")
        self.line(depth + 1, "break")

    def jump(self, label: str, leave: bool, depth: int, around: list[tuple[str, bool]]) -> None:
        if around[-1][0] == label:
            self.line(depth, "break" if leave else "continue")
            return
        self.jumps = True
        number = self.labels.setdefault(label, len(self.labels) + 1)
        self.line(depth, f"j = {2 * number + (not leave)}")
        self.line(depth, "break")

    def choose(self, i: ir.Choose, depth: int) -> None:
        name = self.local(i.local)
        if i.values is None:
            options = f"range({self.expression(i.low)}, {self.expression(i.high)}, {i.step})"
        else:
            options = f"tuple(dict.fromkeys(({', '.join(f'+{self.expression(v)}' for v in i.values)},)))"
        if i.condition is not None:
            options = self.filtered(i, options, depth)
        self.line(depth, f"x = {options}")
        self.line(depth, "if not x: return None")
        self.line(depth, f"{name} = tape(x)")

    def filtered(self, i: ir.Choose, options: str, depth: int) -> str:
        """The options for which the condition holds, as a list in a local."""
        assert i.condition is not None
        name = self.local(i.local)
        self.line(depth, "y = []")
        self.line(depth, f"for {name} in {options}:")
        self.line(depth + 1, f"if {self.truth(i.condition)}: y.append({name})")
        return "y"

    def allocate(self, i: ir.Allocate, depth: int) -> None:
        count, alignment, _ = self.system.arenas[i.record]
        offset = self.layout.cells[f"{i.record}.allocated"].offset
        everything = (1 << count) - 1
        number = self.names.raiser(lambda: Cut(ARENA, i.position, f"all {count} instances of {i.record} are allocated; {i.more}"))
        self.line(depth, f"x = s >> {offset} & {everything} ^ {everything}")
        self.line(depth, f"if not x: R({number})")
        if i.held is not None:
            held = "".join(f"{self.expression(e)}, " for e in i.held)
            frame = self.frame
            base = -1 if frame is None else self.layout.frames[frame.record].base(frame.index, frame.depth)
            options = f"{self.names.free_instances(i.record)}(s, x, {base}, ({held}))"
            self.line(depth, f"if x & x - 1: x = tape.allocated({i.record!r}, {options}, {alignment})")
        self.line(depth, "x = (x & -x).bit_length() - 1")
        self.line(depth, f"s |= 1 << {offset} + x")
        for name, value in i.resets:
            cells = len(self.system.variables[name].initial) // count
            for cell in range(cells):
                layout = self.layout.cells[name]
                biased = value - self.system.variables[name].low
                self.line(depth, f"o = {layout.offset + cell * layout.width} + x * {layout.width * cells}")
                self.line(depth, f"s ^= (s >> o & {(1 << layout.width) - 1} ^ {biased}) << o")
        self.line(depth, f"{self.local(i.local)} = (x + 1) * {alignment}")

    # -- frames --

    def frame_value(self, procedure: str, location: int, values: Mapping[str, str]) -> str:
        """A frame as an integer."""
        terms = [str(location)]
        for local, value in values.items():
            offset, _, low = self.layout.locals[procedure, local]
            biased = f"({value} - {low})" if low else value
            terms.append(f"({biased} << {offset})")
        return " | ".join(terms)

    def entry(self, procedure: str, arguments: tuple[ir.Expression, ...]) -> str:
        made = self.system.procedures[procedure]
        location = self.system.location(made.entry)
        values = {
            parameter: self.expression(argument)
            for parameter, argument in zip(made.parameters, arguments, strict=True)
            if parameter in location.live
        }
        return self.frame_value(procedure, made.entry, values)

    def full(self, record: str, position: Position) -> int:
        frames = self.layout.frames[record].frames
        return self.names.raiser(
            lambda: Cut(
                "frames", position, f"an instance of {record} has {frames} frames, and needs one more; raise @record(frames=...)"
            )
        )

    def push(
        self,
        record: str,
        owner: ir.Expression,
        procedure: str,
        arguments: tuple[ir.Expression, ...],
        position: Position,
        depth: int,
    ) -> None:
        layout = self.layout.frames[record]
        self.discarded(arguments, depth)
        self.line(depth, f"x = {self.entry(procedure, arguments)}")
        self.line(depth, f"o = {self.expression(owner)} * {layout.stride} + {layout.offset}")
        self.line(depth, f"y = o + {layout.stride}")
        self.line(depth, f"while o < y and s >> o & {(1 << self.layout.location_width) - 1}: o += {layout.width}")
        self.line(depth, f"if o == y: R({self.full(record, position)})")
        self.line(depth, "s |= x << o")

    def end(self, i: ir.Goto | ir.Call | ir.Return, depth: int) -> None:
        frame = self.frame
        assert frame is not None
        layout = self.layout.frames[frame.record]
        base = layout.base(frame.index, frame.depth)
        keep = self.all_bits & ~(((1 << layout.width) - 1) << base)
        match i:
            case ir.Goto(location):
                self.line(depth, f"return s & {keep} | ({self.saved(location)}) << {base}")
            case ir.Call(procedure, arguments, location, position):
                self.discarded(arguments, depth)
                if frame.depth + 1 >= layout.frames:
                    self.line(depth, f"R({self.full(frame.record, position)})")
                    return
                new = f"({self.entry(procedure, arguments)}) << {base + layout.width}"
                self.line(depth, f"return s & {keep} | ({self.saved(location)}) << {base} | {new}")
            case ir.Return(value):
                result = ""
                if value is not None and not frame.depth:
                    self.discarded((value,), depth)
                if value is not None and frame.depth:
                    offset, _, low = self.layout.result
                    biased = f"({self.expression(value)} - {low})" if low else self.expression(value)
                    result = f" | {biased} << {layout.base(frame.index, frame.depth - 1) + offset}"
                self.line(depth, f"return s & {keep}{result}")

    def discarded(self, values: Iterable[ir.Expression], depth: int) -> None:
        """Evaluate what may raise, although its value may not be needed: it comes before what the step does next."""
        for value in values:
            if ir.may_raise(value):
                self.line(depth, self.expression(value))

    def saved(self, number: int) -> str:
        location = self.system.location(number)
        values = {local: self.local(local) for local in location.live if local != ir.RESULT}
        return self.frame_value(location.procedure, number, values)


def _leaves(block: ir.Block, label: str) -> bool:
    """Whether code jumps to the label."""
    for i in block:
        match i:
            case ir.Leave(target) | ir.Next(target) if target == label:
                return True
            case ir.If(_, then, otherwise) if _leaves(then, label) or _leaves(otherwise, label):
                return True
            case ir.Loop(body=body) | ir.Region(body=body) | ir.Turn(body=body) if _leaves(body, label):
                return True
    return False
