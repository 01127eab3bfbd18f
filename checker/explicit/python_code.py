# SPDX-License-Identifier: GPL-2.0-only
"""IR -> Python functions over packed states.

A function is made for one transition with everything known that can be: the action's arguments, or the processor, the
owner and the depth of the frame that steps. It takes a state `s` and gives the next one, or None where the transition
is not possible. Generated names: v1, v2 ... locals of the IR, j the label being jumped to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from checker.explicit.outcome import Cut, OutOfRange, Raised, Violated
from checker.ir import system as ir
from checker.ir.layout import Layout
from checker.ir.simplify import Specialiser
from checker.language.tree import Position

WILD = "no-wild-pointer"


@dataclass(frozen=True)
class Frame:
    """The frame that a step runs in."""

    record: str
    index: int
    depth: int


@dataclass
class Names:
    """What generated code refers to: exceptions to raise, arenas, coverage marks."""

    system: ir.System
    layout: Layout
    covered: bytearray = field(default_factory=bytearray)
    cover_numbers: dict[Position, int] = field(default_factory=dict)
    raisers: list[Callable[[], Raised]] = field(default_factory=list)
    constants: dict[str, tuple[int, ...]] = field(default_factory=dict)
    namespace: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.covered.extend(bytes(len(self.system.coverable)))
        self.cover_numbers.update({position: n for n, position in enumerate(sorted(self.system.coverable))})
        self.namespace.update(H=self.covered, R=self._raise)
        for record in self.system.arenas:
            self.namespace[f"index_{record}"] = self._index(record, False)
            if f"{record}.allocated" in self.layout.cells:
                self.namespace[f"live_{record}"] = self._index(record, True)

    def _raise(self, number: int) -> int:
        raise self.raisers[number]()

    def raiser(self, make: Callable[[], Raised]) -> int:
        self.raisers.append(make)
        return len(self.raisers) - 1

    def wild(self, position: Position) -> int:
        """The number under which a wild pointer at this place raises."""
        if WILD in self.system.properties:
            return self.raiser(lambda: Violated(WILD, position, True))
        return self.raiser(lambda: OutOfRange(position, "a wild pointer, in a model without the property no-wild-pointer"))

    def _index(self, record: str, live: bool) -> Callable[[int, int, int], int]:
        count, alignment, _ = self.system.arenas[record]
        allocated = self.layout.cells[f"{record}.allocated"].offset if live else 0

        def index(s: int, reference: int, number: int) -> int:
            found, tag = divmod(reference, alignment)
            if tag or not 1 <= found <= count:
                self._raise(number)
            if live and not s >> (allocated + found - 1) & 1:
                self._raise(number)
            return found - 1

        return index


class FunctionMaker:
    """Makes the functions of one system. `simple` expressions can be written where a name can."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.system = names.system
        self.layout = names.layout
        self.all_bits = (1 << names.layout.bits) - 1

    # -- whole functions --

    def compile(self, lines: list[str], name: str) -> Callable[..., int | None]:
        source = "\n".join(lines)
        namespace = self.names.namespace
        exec(compile(source, f"<{name}>", "exec"), namespace)  # the engine's own generated code, from a checked model
        made: Callable[..., int | None] = namespace["transition"]
        return made

    def action(self, action: ir.Action, arguments: tuple[int, ...]) -> Callable[..., int | None]:
        """The transition of an action with its arguments: f(s, tape)."""
        known = {local: value for (local, _, _), value in zip(action.parameters, arguments, strict=True)}
        body = Specialiser(self.system.variables, self.system.arenas, known).block(action.body)
        writer = Writer(self, None)
        writer.lines.append("def transition(s, tape=None):")
        writer.lines.append("    first = s")
        writer.block(body, 1, [])
        writer.lines.append("    return s")
        return self.compile(writer.finished(), action.name)

    def step(self, location: ir.Location, frame: Frame, processor: int) -> Callable[..., int | None]:
        """The step from a location, in one frame, by one processor."""
        assert self.system.processors is not None
        _, alignment, _ = self.system.arenas[self.system.processors.record]
        specialiser = Specialiser(self.system.variables, self.system.arenas, {}, (processor + 1) * alignment)
        body = specialiser.block(location.body)
        writer = Writer(self, frame)
        writer.lines.append("def transition(s, tape=None):")
        writer.lines.append("    first = s")
        base = self.layout.frames[frame.record].base(frame.index, frame.depth)
        for local in location.live:
            offset, width, low = self.layout.locals[location.procedure, local]
            if local == ir.RESULT:
                offset, width, low = self.layout.result
            bias = f" + {low}" if low else ""
            writer.lines.append(f"    {writer.local(local)} = (s >> {base + offset} & {(1 << width) - 1}){bias}")
        writer.block(body, 1, [])
        writer.lines.append("    raise AssertionError('a step fell out of its end')")
        return self.compile(writer.finished(), location.procedure)

    def predicate(self, body: ir.Expression) -> Callable[[int], object]:
        """An expression over a state: f(s). It may raise."""
        writer = Writer(self, None)
        value = writer.truth(body)
        return self.compile(["def transition(s):", f"    return {value}"], "predicate")


class Writer:
    """Writes the body of one function."""

    def __init__(self, maker: FunctionMaker, frame: Frame | None) -> None:
        self.maker = maker
        self.names = maker.names
        self.system = maker.system
        self.layout = maker.layout
        self.frame = frame
        self.lines: list[str] = []
        self.locals: dict[str, str] = {}
        self.labels: dict[str, int] = {}
        self.jumps = False

    def finished(self) -> list[str]:
        if self.jumps:
            self.lines.insert(2, "    j = 0")
        return self.lines

    def local(self, name: str) -> str:
        return self.locals.setdefault(name, f"v{len(self.locals)}")

    def line(self, depth: int, text: str) -> None:
        self.lines.append("    " * depth + text)

    # -- expressions --

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
                _, alignment, _ = self.system.arenas[record]
                if alignment == 1 and not live:
                    return f"(({inner} or R({number})) - 1)"
                return f"{'live' if live else 'index'}_{record}(s, {inner}, {number})"
            case ir.Element(index, _, length, position):
                number = self.names.wild(position)
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
        number = self.names.raiser(
            lambda: OutOfRange(
                position, f"{target} gets a value that is not from {low} to {high}; widen its range, or mend the model"
            )
        )
        name = self.local(f"checked {number}")
        masked = f" and not {name} & {~mask}" if mask is not None else ""
        return f"({name} if {low} <= ({name} := {value}) <= {high}{masked} else R({number}))"

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

    # -- instructions --

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
                number = self.names.raiser(lambda: Violated(identifier, position, False))
                self.line(depth, f"if not {self.truth(test)}: R({number})")
            case ir.Halt():
                self.line(depth, f"return first | {1 << self.layout.mark}")
            case ir.Allocate():
                self.allocate(i, depth)
            case ir.Push(record, owner, procedure, arguments, position):
                self.push(record, owner, procedure, arguments, position, depth)
            case ir.Cover(position):
                self.line(depth, f"H[{self.names.cover_numbers[position]}] = 1")
            case ir.Stand(location):
                assert self.frame is not None
                base = self.layout.frames[self.frame.record].base(self.frame.index, self.frame.depth)
                keep = self.maker.all_bits & ~(((1 << self.layout.location_width) - 1) << base)
                self.line(depth, f"s = s & {keep} | {location << base}")
            case ir.Goto() | ir.Call() | ir.Return():
                self.end(i, depth)
            case _:
                raise TypeError(i)

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
            keep = self.maker.all_bits & ~(mask << offset)
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
            options = f"({', '.join(map(self.expression, i.values))},)"
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
        number = self.names.raiser(
            lambda: Cut("arena", i.position, f"all {count} instances of {i.record} are allocated; give the arena more")
        )
        self.line(depth, f"x = s >> {offset} & {everything} ^ {everything}")
        self.line(depth, f"if not x: R({number})")
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
        keep = self.maker.all_bits & ~(((1 << layout.width) - 1) << base)
        match i:
            case ir.Goto(location):
                self.line(depth, f"return s & {keep} | ({self.saved(location)}) << {base}")
            case ir.Call(procedure, arguments, location, position):
                if frame.depth + 1 >= layout.frames:
                    self.line(depth, f"R({self.full(frame.record, position)})")
                    return
                new = f"({self.entry(procedure, arguments)}) << {base + layout.width}"
                self.line(depth, f"return s & {keep} | ({self.saved(location)}) << {base} | {new}")
            case ir.Return(value):
                result = ""
                if value is not None and frame.depth:
                    offset, _, low = self.layout.result
                    biased = f"({self.expression(value)} - {low})" if low else self.expression(value)
                    result = f" | {biased} << {layout.base(frame.index, frame.depth - 1) + offset}"
                self.line(depth, f"return s & {keep}{result}")

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
            case ir.Loop(body=body) | ir.Region(body=body) if _leaves(body, label):
                return True
    return False
