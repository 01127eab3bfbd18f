# SPDX-License-Identifier: GPL-2.0-only
"""Runs transitions over packed states and notes exactly which bits each run reads and writes.

The outcome of a run is a function of the bits that it reads: another state with the same values there runs the same way. An
`observed` expression is evaluated like any other, but what it reads is noted apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from checker.ir import system as ir
from checker.ir.layout import Layout
from checker.ir.naming import FreeInstances
from checker.ir.simplify import OPERATORS, Specialiser


class End(Enum):
    """How a run ends: in a state, not possible, or in a violation, a halt, a cut or a model error."""

    MOVED = "moved"
    IMPOSSIBLE = "impossible"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Run:
    """One run with one way to choose. state: where it leads, the state before it unless it moved. reads: the bits that it
    read, `direct` those outside of observed expressions. writes: the bits of the cells and frames that it stored to,
    changed or not."""

    end: End
    state: int
    reads: int
    direct: int
    writes: int


class _Ended(Exception):
    def __init__(self, end: End) -> None:
        self.end = end


class _Jump(Exception):
    def __init__(self, label: str, leave: bool) -> None:
        self.label = label
        self.leave = leave


class Runner:
    """Runs the transitions of one system."""

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
        self.bodies: dict[tuple[int, int], ir.Block] = {}
        self.free_instances = {record: FreeInstances(system, layout, record) for record in system.names}

    def body(self, location: int, processor: int) -> ir.Block:
        """The code of a location as one processor runs it."""
        found = self.bodies.get((location, processor))
        if found is None:
            processors = self.system.processors
            assert processors is not None
            reference = (processor + 1) * self.system.arenas[processors.record][1]
            specialiser = Specialiser(self.system.variables, self.system.arenas, {}, reference)
            found = self.bodies[location, processor] = specialiser.block(self.system.location(location).body)
        return found

    # -- transitions --

    def action(self, body: ir.Block, locals_: Mapping[str, int], state: int) -> list[Run]:
        """The runs of an action's body with its parameters set, one for each way to choose."""
        return list(self._runs(lambda: self._act(body, locals_), state))

    def step(self, processor: int, state: int) -> list[Run]:
        """The runs of the next step of a processor, one for each way to choose; one impossible run if it has none."""
        return list(self._runs(lambda: self._step(processor), state))

    def _runs(self, run: Callable[[], None], state: int) -> Iterator[Run]:
        self.tape: list[tuple[int, int]] = []
        while True:
            self.state, self.reads, self.direct, self.writes = state, 0, 0, 0
            self.observing = 0
            self.inside: list[ir.Expression] = []
            self.met: ir.Expression | None = None
            self.position = 0
            self.reference = 0
            self.frame: tuple[str, int, int] | None = None
            try:
                run()
                end = End.MOVED
            except _Ended as ended:
                end = ended.end
            yield Run(end, self.state if end is End.MOVED else state, self.reads, self.direct, self.writes)
            while self.tape and self.tape[-1][0] + 1 == self.tape[-1][1]:
                self.tape.pop()
            if not self.tape:
                return
            taken, size = self.tape[-1]
            self.tape[-1] = (taken + 1, size)

    def _act(self, body: ir.Block, locals_: Mapping[str, int]) -> None:
        self.locals = dict(locals_)
        self.block(body)

    def _step(self, processor: int) -> None:
        processors = self.system.processors
        assert processors is not None
        alignment = self.system.arenas[processors.record][1]
        self.reference = (processor + 1) * alignment
        self.locals = {processors.local: self.reference}
        top = self._top(processors.record, processor) if processors.record in self.layout.frames else None
        if top is None:
            reference = self.value(processors.executes)
            count, alignment, _ = self.system.arenas[processors.owner]
            number, tag = divmod(reference, alignment)
            if tag or not 1 <= number <= count:
                raise _Ended(End.IMPOSSIBLE)
            top = self._top(processors.owner, number - 1)
        if top is None:
            raise _Ended(End.IMPOSSIBLE)
        self.frame, number = top
        record, index, depth = self.frame
        layout = self.layout.frames[record]
        base = layout.base(index, depth)
        self._read(((1 << layout.width) - 1) << base)
        location = self.system.location(number)
        self.locals = {}
        for local in location.live:
            offset, width, low = self._local(location.procedure, local)
            self.locals[local] = (self.state >> (base + offset) & ((1 << width) - 1)) + low
        try:
            self.block(self.body(number, processor))
        except _Moved:
            return
        raise AssertionError("a step fell out of its end")

    def _top(self, record: str, index: int) -> tuple[tuple[str, int, int], int] | None:
        layout = self.layout.frames[record]
        for depth in range(layout.frames - 1, -1, -1):
            base = layout.base(index, depth)
            self._read(self.location_mask << base)
            number = self.state >> base & self.location_mask
            if number:
                return (record, index, depth), number
        return None

    def _local(self, procedure: str, local: str) -> tuple[int, int, int]:
        return self.layout.result if local == ir.RESULT else self.layout.locals[procedure, local]

    # -- what is noted --

    def _read(self, bits: int) -> None:
        self.reads |= bits
        if not self.observing:
            if bits & self.watched & ~self.direct and self.met is None and self.inside:
                self.met = self.inside[-1]
            self.direct |= bits

    def _cell(self, name: str, indices: tuple[ir.Expression, ...]) -> tuple[int, int]:
        """Offset and width of the cell that the indices select."""
        variable = self.system.variables[name]
        number = variable.cell(tuple(map(self.value, indices)))
        layout = self.layout.cells[name]
        return layout.offset + number * layout.width, layout.width

    def _put(self, offset: int, width: int, value: int) -> None:
        """Store a packed value, which must fit."""
        mask = (1 << width) - 1
        assert 0 <= value <= mask
        self.writes |= mask << offset
        self.state = self.state & ~(mask << offset) | value << offset

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
                offset, width = self._cell(name, indices)
                mask = (1 << width) - 1
                self._read(mask << offset)
                return (self.state >> offset & mask) + variable.low
            case ir.Index(record, reference, live, _):
                return self._index(record, self.value(reference), live)
            case ir.Element(inner, _, length, _):
                value = self.value(inner)
                if not 0 <= value < length:
                    raise _Ended(End.STOPPED)
                return value
            case ir.InRange(inner, low, high, mask, _, _):
                value = self.value(inner)
                if not low <= value <= high or (mask is not None and value & ~mask):
                    raise _Ended(End.STOPPED)
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
                self._read(self.location_mask << base)
                return int(bool(self.state >> base & self.location_mask))
        raise TypeError(e)

    def _index(self, record: str, reference: int, live: bool) -> int:
        count, alignment, _ = self.system.arenas[record]
        number, tag = divmod(reference, alignment)
        if tag or not 1 <= number <= count:
            raise _Ended(End.STOPPED)
        if live and f"{record}.allocated" in self.layout.cells:
            offset = self.layout.cells[f"{record}.allocated"].offset + number - 1
            self._read(1 << offset)
            if not self.state >> offset & 1:
                raise _Ended(End.STOPPED)
        return number - 1

    def _frame_in(self, record: str, index: int, inside: frozenset[int]) -> int:
        layout = self.layout.frames[record]
        for depth in range(layout.frames):
            base = layout.base(index, depth)
            self._read(self.location_mask << base)
            if (self.state >> base & self.location_mask) in inside:
                return 1
        return 0

    # -- instructions --

    def block(self, block: ir.Block) -> None:
        for instruction in block:
            self.instruction(instruction)

    def instruction(self, i: ir.Instruction) -> None:
        match i:
            case ir.Set(local, value):
                self.locals[local] = self.value(value)
            case ir.Store(name, indices, value):
                stored = self.value(value) - self.system.variables[name].low
                offset, width = self._cell(name, indices)
                self._put(offset, width, stored)
            case ir.If(test, then, otherwise):
                self.block(then if self.value(test) else otherwise)
            case ir.Loop(label, local, low, high, step, body):
                for number in range(self.value(low), self.value(high), step):
                    self.locals[local] = number
                    if not self._round(label, body):
                        break
            case ir.Turn(label, body):
                again = True
                while again:
                    again = False
                    try:
                        self.block(body)
                    except _Jump as jump:
                        if jump.label != label:
                            raise
                        again = not jump.leave
            case ir.Region(label, body):
                self._round(label, body)
            case ir.Leave(label):
                raise _Jump(label, True)
            case ir.Next(label):
                raise _Jump(label, False)
            case ir.Choose():
                self._choose(i)
            case ir.Require(test):
                if not self.value(test):
                    raise _Ended(End.IMPOSSIBLE)
            case ir.Check(test):
                if not self.value(test):
                    raise _Ended(End.STOPPED)
            case ir.Halt() | ir.Outside():
                raise _Ended(End.STOPPED)
            case ir.Allocate():
                self._allocate(i)
            case ir.Push(record, owner, procedure, arguments, _):
                self._push(record, owner, procedure, arguments)
            case ir.Cover():
                pass
            case ir.Stand(location):
                assert self.frame is not None
                record, index, depth = self.frame
                self._put(self.layout.frames[record].base(index, depth), self.layout.location_width, location)
            case ir.Goto() | ir.Call() | ir.Return():
                self._end(i)
                raise _Moved
            case _:
                raise TypeError(i)

    def _round(self, label: str, body: ir.Block) -> bool:
        """One round of a loop; False if the loop is left."""
        try:
            self.block(body)
        except _Jump as jump:
            if jump.label != label:
                raise
            return not jump.leave
        return True

    def _choose(self, i: ir.Choose) -> None:
        if i.values is None:
            options = list(range(self.value(i.low), self.value(i.high), i.step))
        else:
            options = list(dict.fromkeys(map(self.value, i.values)))
        if i.condition is not None:
            kept = []
            for option in options:
                self.locals[i.local] = option
                if self.value(i.condition):
                    kept.append(option)
            options = kept
        if not options:
            raise _Ended(End.IMPOSSIBLE)
        if self.position == len(self.tape):
            self.tape.append((0, len(options)))
        self.locals[i.local] = options[self.tape[self.position][0]]
        self.position += 1

    def _allocate(self, i: ir.Allocate) -> None:
        count, alignment, _ = self.system.arenas[i.record]
        offset = self.layout.cells[f"{i.record}.allocated"].offset
        everything = (1 << count) - 1
        # Which instance is the lowest free one depends on those below it; that there is none, on all of them.
        free = self.state >> offset & everything ^ everything
        if not free:
            self._read(everything << offset)
            raise _Ended(End.STOPPED)
        found = self._instance(i, free)
        self._read(((2 << found) - 1) << offset)
        self._put(offset + found, 1, 1)
        for name, value in i.resets:
            cells = len(self.system.variables[name].initial) // count
            layout = self.layout.cells[name]
            for cell in range(found * cells, (found + 1) * cells):
                self._put(layout.offset + cell * layout.width, layout.width, value - self.system.variables[name].low)
        self.locals[i.local] = (found + 1) * alignment

    def _instance(self, i: ir.Allocate, free: int) -> int:
        """The index of the free instance that an allocation returns in this run."""
        if i.held is not None and free & free - 1:
            looker = self.free_instances[i.record]
            stepping = -1 if self.frame is None else self.layout.frames[self.frame[0]].base(*self.frame[1:])
            free = looker.options(self.state, free, stepping, map(self.value, i.held))
            # What names free instances decides only which of them stands for those that are alike, so that other agents may
            # change it: docs/soundness.md, "Partial-order reduction".
            exchangeable = self.system.names[i.record].exchangeable
            self.observing += exchangeable
            self._read(looker.reads)
            self.observing -= exchangeable
        options = [index for index in range(free.bit_length()) if free >> index & 1]
        if i.held is None or len(options) == 1:
            return options[0]
        if self.position == len(self.tape):
            self.tape.append((0, len(options)))
        self.position += 1
        return options[self.tape[self.position - 1][0]]

    # -- frames --

    def _entry(self, procedure: str, arguments: tuple[ir.Expression, ...]) -> int:
        """A frame at the entry of a procedure, packed. Every argument is evaluated."""
        made = self.system.procedures[procedure]
        live = self.system.location(made.entry).live
        frame = made.entry
        values = list(map(self.value, arguments))
        for parameter, value in zip(made.parameters, values, strict=True):
            if parameter in live:
                offset, _, low = self.layout.locals[procedure, parameter]
                frame |= (value - low) << offset
        return frame

    def _push(self, record: str, owner: ir.Expression, procedure: str, arguments: tuple[ir.Expression, ...]) -> None:
        layout = self.layout.frames[record]
        new = self._entry(procedure, arguments)
        index = self.value(owner)
        for depth in range(layout.frames):
            base = layout.base(index, depth)
            self._read(self.location_mask << base)
            if not self.state >> base & self.location_mask:
                self._put(base, layout.width, new)
                return
        raise _Ended(End.STOPPED)

    def _end(self, i: ir.Goto | ir.Call | ir.Return) -> None:
        assert self.frame is not None
        record, index, depth = self.frame
        layout = self.layout.frames[record]
        base = layout.base(index, depth)
        match i:
            case ir.Goto(location):
                self._put(base, layout.width, self._saved(location))
            case ir.Call(procedure, arguments, location, _):
                new = self._entry(procedure, arguments)
                if depth + 1 >= layout.frames:
                    raise _Ended(End.STOPPED)
                self._put(base, layout.width, self._saved(location))
                self._put(base + layout.width, layout.width, new)
            case ir.Return(value):
                result = None if value is None else self.value(value)
                self._put(base, layout.width, 0)
                if result is not None and depth:
                    offset, width, low = self.layout.result
                    self._put(layout.base(index, depth - 1) + offset, width, result - low)

    def _saved(self, number: int) -> int:
        location = self.system.location(number)
        frame = number
        for local in location.live:
            if local != ir.RESULT:
                offset, _, low = self.layout.locals[location.procedure, local]
                frame |= (self.locals[local] - low) << offset
        return frame


class _Moved(Exception):
    """A step has ended."""
