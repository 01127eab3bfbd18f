# SPDX-License-Identifier: GPL-2.0-only
"""Runs transitions over packed states and notes exactly which bits each run reads and writes.

The outcome of a run is a function of the bits that it reads: another state with the same values there runs the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from checker.ir import system as ir
from checker.ir.analysis.noted_state import End, Ended, NotedState
from checker.ir.layout import Layout
from checker.ir.naming import FreeInstances
from checker.ir.simplify import Specialiser


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


class _Moved(Exception):
    """A step has ended."""


class _Jump(Exception):
    def __init__(self, label: str, leave: bool) -> None:
        self.label = label
        self.leave = leave


class Runner(NotedState):
    """Runs the transitions of one system."""

    def __init__(self, system: ir.System, layout: Layout) -> None:
        super().__init__(system, layout)
        self.bodies: dict[tuple[int, int], ir.Block] = {}
        self.free_instances = {record: FreeInstances(system, layout, record) for record in system.names}

    def body(self, location: int, processor: int) -> ir.Block:
        """The code of a location as one processor runs it."""
        found = self.bodies.get((location, processor))
        if found is None:
            processors = self.system.processors
            assert processors is not None
            reference = (processor + 1) * self.system.arenas[processors.record].alignment
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
            self.begin(state)
            self.position = 0
            self.frame: tuple[str, int, int] | None = None
            try:
                run()
                end = End.MOVED
            except Ended as ended:
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
        alignment = self.system.arenas[processors.record].alignment
        self.reference = (processor + 1) * alignment
        self.locals = {processors.local: self.reference}
        top = self._top(processors.record, processor) if processors.record in self.layout.frames else None
        if top is None:
            reference = self.value(processors.executes)
            count, alignment, _ = self.system.arenas[processors.owner]
            number, tag = divmod(reference, alignment)
            if tag or not 1 <= number <= count:
                raise Ended(End.IMPOSSIBLE)
            top = self._top(processors.owner, number - 1)
        if top is None:
            raise Ended(End.IMPOSSIBLE)
        self.frame, number = top
        record, index, depth = self.frame
        layout = self.layout.frames[record]
        base = layout.base(index, depth)
        self.read(((1 << layout.width) - 1) << base)
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
            self.read(self.location_mask << base)
            number = self.state >> base & self.location_mask
            if number:
                return (record, index, depth), number
        return None

    def _local(self, procedure: str, local: str) -> tuple[int, int, int]:
        return self.layout.result if local == ir.RESULT else self.layout.locals[procedure, local]

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
                offset, width = self.cell(name, indices)
                self.put(offset, width, stored)
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
                    raise Ended(End.IMPOSSIBLE)
            case ir.Check(test):
                if not self.value(test):
                    raise Ended(End.STOPPED)
            case ir.Halt() | ir.Outside():
                raise Ended(End.STOPPED)
            case ir.Allocate():
                self._allocate(i)
            case ir.Push(record, owner, procedure, arguments, _):
                self._push(record, owner, procedure, arguments)
            case ir.Cover():
                pass
            case ir.Stand(location):
                assert self.frame is not None
                record, index, depth = self.frame
                self.put(self.layout.frames[record].base(index, depth), self.layout.location_width, location)
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
            raise Ended(End.IMPOSSIBLE)
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
            self.read(everything << offset)
            raise Ended(End.STOPPED)
        found = self._instance(i, free)
        self.read(((2 << found) - 1) << offset)
        self.put(offset + found, 1, 1)
        for name, value in i.resets:
            cells = len(self.system.variables[name].initial) // count
            layout = self.layout.cells[name]
            for cell in range(found * cells, (found + 1) * cells):
                self.put(layout.offset + cell * layout.width, layout.width, value - self.system.variables[name].low)
        self.locals[i.local] = (found + 1) * alignment

    def _instance(self, i: ir.Allocate, free: int) -> int:
        """The index of the free instance that an allocation returns in this run."""
        if i.held is not None and free & free - 1:
            looker = self.free_instances[i.record]
            stepping = -1 if self.frame is None else self.layout.frames[self.frame[0]].base(*self.frame[1:])
            free = looker.options(self.state, free, stepping, map(self.value, i.held))
            # What names free instances decides only which of them stands for those that are alike, so that other agents may
            # change it: docs/internals/soundness/partial-order.md, "Partial-order reduction".
            exchangeable = self.system.names[i.record].exchangeable
            self.observing += exchangeable
            self.read(looker.reads)
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
            self.read(self.location_mask << base)
            if not self.state >> base & self.location_mask:
                self.put(base, layout.width, new)
                return
        raise Ended(End.STOPPED)

    def _end(self, i: ir.Goto | ir.Call | ir.Return) -> None:
        assert self.frame is not None
        record, index, depth = self.frame
        layout = self.layout.frames[record]
        base = layout.base(index, depth)
        match i:
            case ir.Goto(location):
                self.put(base, layout.width, self._saved(location))
            case ir.Call(procedure, arguments, location, _):
                new = self._entry(procedure, arguments)
                if depth + 1 >= layout.frames:
                    raise Ended(End.STOPPED)
                self.put(base, layout.width, self._saved(location))
                self.put(base + layout.width, layout.width, new)
            case ir.Return(value):
                result = None if value is None else self.value(value)
                self.put(base, layout.width, 0)
                if result is not None and depth:
                    offset, width, low = self.layout.result
                    self.put(layout.base(index, depth - 1) + offset, width, result - low)

    def _saved(self, number: int) -> int:
        location = self.system.location(number)
        frame = number
        for local in location.live:
            if local != ir.RESULT:
                offset, _, low = self.layout.locals[location.procedure, local]
                frame |= (self.locals[local] - low) << offset
        return frame
