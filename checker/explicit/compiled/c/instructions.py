# SPDX-License-Identifier: GPL-2.0-only
"""IR instructions -> statements of a C function that makes the state `n` from the state `s`.

The function returns NOT_POSSIBLE, POSSIBLE (`n` is the next state) or RAISED + a number. Where code raises, `n` means nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from checker.explicit.compiled.c.expressions import UNALIGNED, ExpressionWriter, Raisers
from checker.explicit.step.outcome import ARENA, Cut, How, OutOfRange, Outside, Raised, Violated
from checker.ir import system as ir
from checker.ir.layout import Layout
from checker.language.raised import NO_OUT_OF_RANGE
from checker.language.tree import Position


@dataclass(frozen=True)
class Target:
    """Where Leave and Next of one label jump."""

    leave: str
    next: str


class FunctionWriter(ExpressionWriter):
    """Writes the body of one function. The state is read from `s` until the first change, then from its copy `n`. steps: whether
    it is a step of a frame."""

    def __init__(
        self, system: ir.System, layout: Layout, raisers: Raisers, covers: Mapping[Position, int], steps: bool = False
    ) -> None:
        super().__init__(system, layout, raisers)
        self.covers = covers
        self.steps = steps
        self.lines: list[str] = []
        self.targets: dict[str, Target] = {}
        self.used: set[str] = set()
        self.records = list(system.owners)

    def line(self, depth: int, text: str) -> None:
        self.lines.append("\t" * depth + text)

    def out_of_range(self, error: OutOfRange) -> Raised:
        if NO_OUT_OF_RANGE not in self.system.properties:
            return error
        return Violated(NO_OUT_OF_RANGE, error.position, How.OUT_OF_RANGE)

    def changing(self, depth: int) -> None:
        """From here on the code may change the state."""
        if self.state == "s":
            self.line(depth, "copy(n, s);")
            self.state = "n"

    def assign(self, local: str, code: str, low: int, high: int, depth: int) -> None:
        low, high = self.system.ranges.get(local, (low, high))
        self.line(depth, f"{self.declare(local, low, high)} = {code};")

    def block(self, block: ir.Block, depth: int) -> None:
        for instruction in block:
            self.instruction(instruction, depth)

    def instruction(self, i: ir.Instruction, depth: int) -> None:
        match i:
            case ir.Set(local, value):
                written = self.expression(value)
                self.assign(local, written.code, written.low, written.high, depth)
            case ir.Store():
                self.changing(depth)
                self.store(i, depth)
            case ir.If(test, then, otherwise):
                self.changing(depth)
                self.branch(test, then, otherwise, depth)
            case ir.Loop():
                self.changing(depth)
                self.loop(i, depth)
            case ir.Turn(label, body):
                self.changing(depth)
                with self.target(label) as target:
                    self.line(depth, f"{target.next}: ;")
                    self.block(body, depth)
                self.label(target.leave, depth)
            case ir.Region(label, body):
                with self.target(label) as target:
                    self.block(body, depth)
                self.label(target.leave, depth)
            case ir.Leave(label):
                self.changing(depth)  # what follows may be out of reach, and the only copy must not be there
                self.jump(self.targets[label].leave, depth)
            case ir.Next(label):
                self.changing(depth)
                self.jump(self.targets[label].next, depth)
            case ir.Choose():
                self.choose(i, depth)
            case ir.Require(test):
                self.line(depth, f"if (!{self.code(test)}) return NOT_POSSIBLE;")
            case ir.Check(test, identifier, position):
                number = self.raisers.number(Violated(identifier, position, How.CHECK))
                self.line(depth, f"if (UNLIKELY(!{self.code(test)})) return RAISED + {number};")
            case ir.Halt():
                self.line(depth, "return halted(n, s);")
            case ir.Outside(name, position):
                number = self.raisers.number(Outside(name, position))
                self.line(depth, f"return RAISED + {number};")
            case ir.Allocate():
                self.changing(depth)
                self.allocate(i, depth)
            case ir.Push(record, owner, procedure, arguments, position):
                self.changing(depth)
                self.push(record, owner, procedure, arguments, position, depth)
            case ir.Cover(position):
                self.line(depth, f"cover({self.covers[position]});")
            case ir.Stand(location):
                self.changing(depth)
                self.line(depth, f"put(n, base, {hex((1 << self.layout.location_width) - 1)}, {location});")
            case ir.Goto() | ir.Call() | ir.Return():
                self.changing(depth)
                self.end(i, depth)
            case _:
                raise TypeError(i)

    # -- control --

    def branch(self, test: ir.Expression, then: ir.Block, otherwise: ir.Block, depth: int) -> None:
        self.line(depth, f"if ({self.code(test)}) {{")
        self.block(then, depth + 1)
        if otherwise:
            self.line(depth, "} else {")
            self.block(otherwise, depth + 1)
        self.line(depth, "}")

    @contextmanager
    def target(self, label: str) -> Iterator[Target]:
        name = self.fresh(label)
        before = self.targets.get(label)
        self.targets[label] = target = Target(f"leave_{name}", f"next_{name}")
        yield target
        if before is None:
            del self.targets[label]
        else:
            self.targets[label] = before

    def jump(self, target: str, depth: int) -> None:
        self.used.add(target)
        self.line(depth, f"goto {target};")

    def label(self, target: str, depth: int) -> None:
        if target in self.used:
            self.line(depth, f"{target}: ;")

    def loop(self, i: ir.Loop, depth: int) -> None:
        low, high = self.expression(i.low), self.expression(i.high)
        end = self.fresh("end")
        first = self.fresh("first")
        self.line(depth, f"{{ value {first} = {low.code}, {end} = {high.code};")
        range_ = self.system.ranges.get(i.local, (low.low, high.high))
        local = self.declare(i.local, *range_)
        self.line(depth, f"for ({local} = {first}; {local} < {end}; {local} += {i.step}) {{")
        with self.target(i.label) as target:
            self.block(i.body, depth + 1)
        self.label(target.next, depth + 1)
        self.line(depth, "} }")
        self.label(target.leave, depth)

    def choose(self, i: ir.Choose, depth: int) -> None:
        """All options that satisfy the condition are counted; the tape says which of them to take."""
        chosen, number, taken = self.fresh("chosen"), self.fresh("options"), self.fresh("taken")
        if i.values is None:
            low, high = self.expression(i.low), self.expression(i.high)
            option = self.declare(i.local, *self.system.ranges.get(i.local, (low.low, high.high)))
            first, end = self.fresh("first"), self.fresh("end")
            self.line(depth, f"{{ int {number} = 0, {taken} = tape_next(tape); value {chosen} = 0;")
            self.line(depth, f"value {first} = {low.code}; value {end} = {high.code};")
            self.line(depth, f"for ({option} = {first}; {option} < {end}; {option} += {i.step}) {{")
        else:
            values = [self.expression(value) for value in i.values]
            least, most = min(value.low for value in values), max(value.high for value in values)
            option = self.declare(i.local, *self.system.ranges.get(i.local, (least, most)))
            options, position = self.fresh("option"), self.fresh("position")
            self.line(depth, f"{{ int {number} = 0, {taken} = tape_next(tape), {position}; value {chosen} = 0;")
            self.line(depth, f"value {options}[{len(values)}];")
            for index, value in enumerate(values):
                self.line(depth, f"{options}[{index}] = {value.code};")
            self.line(depth, f"for ({position} = 0; {position} < {len(values)}; {position}++) {{")
            self.line(depth + 1, f"{option} = {options}[{position}];")
            self.line(depth + 1, f"if (occurs({options}, {position}, {option})) continue;")
        if i.condition is not None:
            self.line(depth + 1, f"if (!{self.code(i.condition)}) continue;")
        self.line(depth + 1, f"if ({number}++ == {taken}) {chosen} = {option};")
        self.line(depth, "}")
        self.line(depth, f"if (!{number}) return NOT_POSSIBLE;")
        self.line(depth, f"tape_took(tape, {number}); {option} = {chosen}; }}")

    # -- cells --

    def store(self, i: ir.Store, depth: int) -> None:
        variable = self.system.variables[i.variable]
        layout = self.layout.cells[i.variable]
        value = self.expression(i.value)
        biased = f"({value.code} - {variable.low})" if variable.low else value.code
        cells = len(variable.initial)
        if all(isinstance(index, ir.Constant) for index in i.indices):
            number, _ = self.cell_number(i.variable, i.indices, 1)
            self.put_fixed(layout.offset + int(number) * layout.width, layout.width, biased, depth)
            return
        kept = self.fresh("stored")
        self.line(depth, f"{{ word {kept} = {biased};")
        number, before = self.cell_number(i.variable, i.indices, 1)
        for declaration in before:
            self.line(depth, declaration)
        self.put_cell(layout.offset, cells, layout.width, number, kept, depth)
        self.line(depth, "}")

    def put_fixed(self, offset: int, width: int, value: str, depth: int) -> None:
        """Store bits at a known place."""
        if width == 0:
            self.line(depth, f"(void){value};")
            return
        word, shift = divmod(offset, 64)
        mask = (1 << width) - 1
        if shift + width > 64:
            self.line(depth, f"put_wide(n, {offset}, {width}, {value});")
            return
        keep = ((1 << 64) - 1) & ~(mask << shift)
        self.line(depth, f"n[{word}] = n[{word}] & {hex(keep)} | (word){value} << {shift};")

    def put_cell(self, offset: int, cells: int, width: int, number: str, value: str, depth: int) -> None:
        """Store bits in one of several cells that stand side by side."""
        if width == 0:
            self.line(depth, f"(void)({number});")
            return
        first, last = offset // 64, (offset + cells * width - 1) // 64
        mask = hex((1 << width) - 1)
        scaled = f"({number}) * {width}" if width != 1 else f"({number})"
        if first == last:
            place = self.fresh("shift")
            self.line(depth, f"unsigned {place} = {scaled} + {offset % 64};")
            self.line(depth, f"n[{first}] = n[{first}] & ~((word){mask} << {place}) | {value} << {place};")
        elif width > UNALIGNED:
            self.line(depth, f"put_wide(n, {scaled} + {offset}, {width}, {value});")
        else:
            self.line(depth, f"put(n, {scaled} + {offset}, {mask}, {value});")

    def allocate(self, i: ir.Allocate, depth: int) -> None:
        count, alignment, _ = self.system.arenas[i.record]
        allocated = self.layout.cells[f"{i.record}.allocated"]
        number = self.raisers.number(Cut(ARENA, i.position, f"all {count} instances of {i.record} are allocated; {i.more}"))
        found = self.fresh("found")
        self.line(depth, f"{{ value {found} = 0;")
        self.line(depth, f"while ({found} < {count} && {self.cell(allocated.offset, count, 1, found)}) {found}++;")
        self.line(depth, f"if ({found} == {count}) return RAISED + {number};")
        if i.held is not None:
            self.choose_free(i, found, depth)
        self.line(depth, "{")
        self.put_cell(allocated.offset, count, 1, found, "(word)1", depth)
        self.line(depth, "}")
        for name, value in i.resets:
            variable, layout = self.system.variables[name], self.layout.cells[name]
            cells = len(variable.initial) // count
            for cell in range(cells):
                self.line(depth, "{")
                place = f"{found} * {cells} + {cell}"
                self.put_cell(layout.offset, len(variable.initial), layout.width, place, f"(word){value - variable.low}", depth)
                self.line(depth, "}")
        self.assign(i.local, f"({found} + 1) * {alignment}", alignment, count * alignment, depth)
        self.line(depth, "}")

    def choose_free(self, i: ir.Allocate, found: str, depth: int) -> None:
        """Which of several free instances an allocation returns, if more than the lowest can be."""
        assert i.held is not None
        count, alignment, _ = self.system.arenas[i.record]
        allocated = self.layout.cells[f"{i.record}.allocated"]
        free, number = self.fresh("free"), self.fresh("instance")
        state = self.cell(allocated.offset, count, 1, number)
        self.line(depth, f"word {free} = 0;")
        self.line(depth, f"for (value {number} = {found}; {number} < {count}; {number}++)")
        self.line(depth + 1, f"{free} |= (word)!{state} << {number};")
        held = " | ".join(f"(word)1 << ({self.code(e)}) / {alignment}" for e in i.held) or "0"
        base = "base" if self.steps else "-1"
        self.line(depth, f"if ({free} & ({free} - 1)) {free} = free_{i.record}(n, {free}, {base}, {held});")
        self.line(depth, f"{found} = tape_instance(tape, {free});")

    # -- frames --

    def frame_terms(self, procedure: str, location: int, values: Mapping[str, str]) -> list[tuple[int, str]]:
        """What a frame holds: (offset, bits)."""
        terms = [(0, str(location))]
        for local, value in values.items():
            offset, width, low = self.layout.locals[procedure, local]
            if width:
                terms.append((offset, f"({value} - {low})" if low else value))
        return terms

    def entry(self, procedure: str, arguments: tuple[ir.Expression, ...]) -> list[tuple[int, str]]:
        made = self.system.procedures[procedure]
        location = self.system.location(made.entry)
        values = {
            parameter: self.code(argument)
            for parameter, argument in zip(made.parameters, arguments, strict=True)
            if parameter in location.live
        }
        return self.frame_terms(procedure, made.entry, values)

    def saved(self, number: int) -> list[tuple[int, str]]:
        location = self.system.location(number)
        values = {local: self.locals[local][0] for local in location.live if local != ir.RESULT}
        return self.frame_terms(location.procedure, number, values)

    def kept_terms(self, terms: list[tuple[int, str]], depth: int) -> list[tuple[int, str]]:
        """The same terms, evaluated now."""
        found = [(offset, self.fresh("bits")) for offset, _ in terms]
        for (_, bits), (_, name) in zip(terms, found, strict=True):
            self.line(depth, f"word {name} = {bits};")
        return found

    def put_frame(self, base: str, terms: list[tuple[int, str]], clear: bool, depth: int) -> None:
        """Write a frame, over what was there if `clear`."""
        width = next(iter(self.layout.frames.values())).width
        if width <= UNALIGNED:
            terms = terms or [(0, "0")]
            joined = " | ".join(f"(word)({bits}) << {offset}" if offset else f"(word)({bits})" for offset, bits in terms)
            what = f"put(n, {base}, {hex((1 << width) - 1)}, {joined});" if clear else f"or_bits(n, {base}, {joined});"
            self.line(depth, what)
            return
        if clear:
            self.line(depth, f"clear(n, {base}, {width});")
        for offset, bits in terms:
            self.line(depth, f"or_bits(n, {base} + {offset}, (word)({bits}));")

    def full(self, record: str, position: Position) -> int:
        frames = self.layout.frames[record].frames
        return self.raisers.number(
            Cut("frames", position, f"an instance of {record} has {frames} frames, and needs one more; raise @record(frames=...)")
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
        self.raised_first(arguments, depth)
        self.line(depth, "{")
        terms = self.kept_terms(self.entry(procedure, arguments), depth)
        place, end = self.fresh("place"), self.fresh("end")
        self.line(depth, f"unsigned {place} = ({self.code(owner)}) * {layout.stride} + {layout.offset};")
        self.line(depth, f"unsigned {end} = {place} + {layout.stride};")
        mask = hex((1 << self.layout.location_width) - 1)
        self.line(depth, f"while ({place} < {end} && get(n, {place}, {mask})) {place} += {layout.width};")
        self.line(depth, f"if ({place} == {end}) return RAISED + {self.full(record, position)};")
        self.put_frame(place, terms, False, depth)
        self.line(depth, "}")

    def end(self, i: ir.Goto | ir.Call | ir.Return, depth: int) -> None:
        width = next(iter(self.layout.frames.values())).width
        match i:
            case ir.Goto(location):
                self.put_frame("base", self.saved(location), True, depth)
            case ir.Call(procedure, arguments, location, position):
                self.raised_first(arguments, depth)
                for number, record in enumerate(self.records):
                    frames = self.layout.frames[record].frames
                    test = f"owner == {number} && depth + 1 >= {frames}"
                    self.line(depth, f"if ({test}) return RAISED + {self.full(record, position)};")
                self.line(depth, "{")
                new = self.kept_terms(self.entry(procedure, arguments), depth)
                self.put_frame("base", self.saved(location), True, depth)
                self.put_frame(f"base + {width}", new, False, depth)
                self.line(depth, "}")
            case ir.Return(value):
                if value is None:
                    self.put_frame("base", [], True, depth)
                else:
                    offset, result_width, low = self.layout.result
                    written = self.expression(value)
                    kept = self.fresh("returned")
                    self.line(depth, f"{{ value {kept} = {written.code}{f' - {low}' if low else ''};")
                    self.put_frame("base", [], True, depth)
                    if result_width:
                        self.line(depth, f"if (depth) or_bits(n, base - {width} + {offset}, {kept});")
                    self.line(depth, "}")
        self.line(depth, "return POSSIBLE;")

    def raised_first(self, values: tuple[ir.Expression, ...], depth: int) -> None:
        """Evaluate what may raise, although its value may not be needed: it comes before what the step does next."""
        for value in values:
            if ir.may_raise(value):
                self.line(depth, f"(void){self.code(value)};")
