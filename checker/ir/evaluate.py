# SPDX-License-Identifier: GPL-2.0-only
"""A direct evaluator of IR code that runs in no frame: it makes the initial states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from checker.ir import system as ir
from checker.ir.simplify import OPERATORS
from checker.ir.tape import Tape
from checker.language.errors import ModelError
from checker.language.tree import Position

MOST = 10_000
"""Ways to choose in @initial code."""


@dataclass(frozen=True)
class Made:
    """What @initial code makes. cells: of each variable. frames: as in ir.Initial. choices: by which it came to that."""

    cells: Mapping[str, tuple[int, ...]]
    frames: ir.Frames
    choices: tuple[int, ...]


class _Excluded(Exception):
    """These choices make no initial state. The text says why."""

    def __init__(self, position: Position, why: str) -> None:
        super().__init__(why)
        self.position = position


class _Jump(Exception):
    def __init__(self, label: str, leave: bool) -> None:
        self.label = label
        self.leave = leave


class _Evaluator:
    def __init__(
        self,
        variables: Mapping[str, ir.Variable],
        arenas: Mapping[str, ir.Arena],
        bounds: Mapping[str, int],
        tape: Tape,
    ) -> None:
        self.tape = tape
        self.choices: list[int] = []
        self.chosen_at: Position | None = None
        self.variables = variables
        self.arenas = arenas
        self.bounds = bounds
        self.cells = {name: list(variable.initial) for name, variable in variables.items()}
        self.frames: list[tuple[str, int, str, tuple[int, ...]]] = []
        self.locals: dict[str, int] = {}

    def value(self, e: ir.Expression) -> int:
        match e:
            case ir.Constant(value):
                return value
            case ir.Local(name):
                return self.locals[name]
            case ir.Load(name, indices):
                return self.cells[name][self.variables[name].cell(tuple(map(self.value, indices)))]
            case ir.Index(record, reference, live, position):
                return self.index(record, self.value(reference), live, position)
            case ir.Element(inner, name, length, position):
                value = self.value(inner)
                if not 0 <= value < length:
                    raise ModelError(position, f"the index {value} is outside {name}[{length}], in the initial state")
                return value
            case ir.InRange(inner, low, high, mask, target, position):
                value = self.value(inner)
                if not low <= value <= high or (mask is not None and value & ~mask):
                    raise ModelError(position, f"{target} gets {value}, which is not from {low} to {high}")
                return value
            case ir.Operation(name, operands):
                return OPERATORS[name](*map(self.value, operands))
            case ir.Logical("and", operands):
                return int(all(map(self.value, operands)))
            case ir.Logical(_, operands):
                return int(any(map(self.value, operands)))
            case ir.Conditional(test, then, otherwise):
                return self.value(then if self.value(test) else otherwise)
            case ir.Let(name, bound, body):
                self.locals[name] = self.value(bound)
                return self.value(body)
            case ir.FrameIn(record, owner, routine):
                index = self.value(owner)
                return int(any(frame[:3] == (record, index, routine) for frame in self.frames))
            case ir.HasFrames(record, owner):
                index = self.value(owner)
                return int(any(frame[:2] == (record, index) for frame in self.frames))
        raise TypeError(e)

    def index(self, record: str, reference: int, live: bool, position: Position) -> int:
        count, alignment, _ = self.arenas[record]
        number, tag = divmod(reference, alignment)
        if tag or not 1 <= number <= count or (live and not self.cells[f"{record}.allocated"][number - 1]):
            raise ModelError(position, f"the initial state follows a wild pointer to {record}")
        return number - 1

    def block(self, block: ir.Block) -> None:
        for instruction in block:
            self.instruction(instruction)

    def instruction(self, i: ir.Instruction) -> None:
        match i:
            case ir.Set(local, value):
                self.locals[local] = self.value(value)
            case ir.Store(name, indices, value):
                stored = self.value(value)
                self.cells[name][self.variables[name].cell(tuple(map(self.value, indices)))] = stored
            case ir.If(test, then, otherwise):
                self.block(then if self.value(test) else otherwise)
            case ir.Loop(label, local, low, high, step, body):
                for number in range(self.value(low), self.value(high), step):
                    self.locals[local] = number
                    try:
                        self.block(body)
                    except _Jump as jump:
                        if jump.label != label:
                            raise
                        if jump.leave:
                            break
            case ir.Region(label, body):
                try:
                    self.block(body)
                except _Jump as jump:
                    if jump.label != label:
                        raise
            case ir.Leave(label):
                raise _Jump(label, True)
            case ir.Next(label):
                raise _Jump(label, False)
            case ir.Require(test, position):
                if not self.value(test):
                    raise _Excluded(position, "this `require` in @initial code does not hold")
            case ir.Check(test, identifier, position):
                if not self.value(test):
                    raise ModelError(position, f"{identifier} does not hold in @initial code")
            case ir.Allocate(local, record, resets, position):
                self.allocate(local, record, resets, position)
            case ir.Push(record, owner, procedure, arguments, position):
                index = self.value(owner)
                if sum(frame[:2] == (record, index) for frame in self.frames) >= self.bounds[record]:
                    raise ModelError(position, f"{record} has no room for another frame; raise its @record(frames=...)")
                self.frames.append((record, index, procedure, tuple(map(self.value, arguments))))
            case ir.Choose():
                self.choose(i)
            case ir.Halt(position):
                raise ModelError(position, "@initial code cannot halt")
            case ir.Cover() | ir.Called():
                pass
            case _:
                raise TypeError(i)

    def choose(self, i: ir.Choose) -> None:
        if i.values is None:
            options = list(range(self.value(i.low), self.value(i.high), i.step))
        else:
            options = list(dict.fromkeys(map(self.value, i.values)))
        if i.condition is not None:
            options = [option for option in options if self.fits(i, i.condition, option)]
        if not options:
            raise _Excluded(i.position, "this `choose` in @initial code has nothing to choose from")
        self.chosen_at = i.position
        option = self.tape(options)
        self.choices.append(option)
        self.locals[i.local] = option

    def fits(self, i: ir.Choose, condition: ir.Expression, option: int) -> bool:
        self.locals[i.local] = option
        return bool(self.value(condition))

    def allocate(self, local: str, record: str, resets: tuple[tuple[str, int], ...], position: Position) -> None:
        states = self.cells[f"{record}.allocated"]
        if all(states):
            raise ModelError(position, f"the initial state needs more than {len(states)} of {record}; raise its count")
        index = states.index(0)
        states[index] = 1
        for name, value in resets:
            size = len(self.cells[name]) // len(states)
            self.cells[name][index * size : (index + 1) * size] = [value] * size
        self.locals[local] = (index + 1) * self.arenas[record].alignment


def initial_states(
    variables: Mapping[str, ir.Variable],
    arenas: Mapping[str, ir.Arena],
    bounds: Mapping[str, int],
    body: ir.Block,
) -> list[Made]:
    """Run the code of `initial`, once for each way to choose. What is made twice is listed once, with the choices that made it
    first."""
    found: dict[object, Made] = {}
    excluded: _Excluded | None = None
    tape = Tape()
    ways = 0
    while True:
        tape.rewind()
        ways += 1
        evaluator = _Evaluator(variables, arenas, bounds, tape)
        try:
            evaluator.block(body)
            cells = {name: tuple(values) for name, values in evaluator.cells.items()}
            frames = tuple(evaluator.frames)
            found.setdefault((tuple(cells.values()), frames), Made(cells, frames, tuple(evaluator.choices)))
        except _Excluded as why:
            excluded = excluded or why
        if not tape.advance():
            break
        if ways == MOST:
            assert evaluator.chosen_at is not None
            message = f"@initial code chooses in more than {MOST:,} ways; choose from fewer values, or in fewer places"
            raise ModelError(evaluator.chosen_at, message)
    if not found:
        assert excluded is not None
        others = "" if ways == 1 else f", and none of the {ways:,} ways to choose makes one"
        raise ModelError(
            excluded.position, f"there is no initial state: {excluded}{others}; let @initial code make what it demands"
        )
    return list(found.values())
