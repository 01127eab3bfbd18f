# SPDX-License-Identifier: GPL-2.0-only
"""The state of a model as plain dictionaries: cells of shared memory, allocator states, and frames.

Part of the independent replayer: nothing here is shared with the engines, so that an error in one of them does not
confirm itself.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, TypeAlias, TypeVar

from checker.language.raised import NO_WILD_POINTER
from checker.language.schedule import Allocated, Call, Choice
from checker.language.tree import (
    BoolType,
    EnumType,
    FlagsType,
    IntType,
    Local,
    Place,
    Position,
    Program,
    ReferenceType,
    Type,
    Variable,
)
from checker.language.values import array_name, element_name, format_value, index_message, instance_name, wild_pointer_message
from checker.trace.data import Stack

T = TypeVar("T")


class Kind(Enum):
    """How a transition ended, or why it did not take place."""

    DONE = "done"
    NOT_POSSIBLE = "not possible"
    OPEN_CHOICE = "a choice is open"
    CHECK = "check"
    WILD_POINTER = "wild-pointer"
    OUT_OF_RANGE = "out-of-range"
    HALT = "halt"
    MODEL_ERROR = "model-error"
    CUT = "cut"


class Stopped(Exception):
    """A transition cannot be completed.

    message: one line. property: what a check or wild pointer violates. options: of an open choice. reads: the cells that
    made a check fail, with their values. stacks: the owners whose frames it asked about.
    """

    def __init__(
        self,
        kind: Kind,
        message: str,
        position: Position,
        property: str | None = None,
        options: tuple[Choice, ...] = (),
        reads: Reads = (),
        stacks: tuple[Stack, ...] = (),
    ) -> None:
        super().__init__(f"{position}: {kind.value}: {message}")
        self.kind = kind
        self.message = message
        self.position = position
        self.property = property
        self.options = options
        self.reads = reads
        self.stacks = stacks


class WildPointer(Stopped):
    """A reference or index leads nowhere: a violation, or a model error where the property is not declared."""


class ValueOutside(Stopped):
    """A value is not in its range: a model error, but for a step in a model that demands that there is none. what: the same
    as the message, without the advice on a model error."""

    def __init__(self, what: str, position: Position, advice: str = "") -> None:
        super().__init__(Kind.MODEL_ERROR, f"{what}{advice}", position)
        self.what = what


class Boundary(Enum):
    """Why running code pauses: it stands before an access point, or has pushed a frame."""

    ACCESS = 1
    PUSH = 2


Steps: TypeAlias = Generator[Boundary, None, T]
"""Code that runs in steps and in the end gives a T."""

Reads: TypeAlias = tuple[tuple[str, str], ...]
"""Names of cells, each with its value as printed."""

Arguments: TypeAlias = tuple[tuple[Local, int], ...]
"""Parameters of a routine, each with the value that was passed."""

Owner: TypeAlias = tuple[str, int]
"""The instance that owns frames: its record's name and its index, from 0."""

NextStep: TypeAlias = tuple[int | None, frozenset[str]]
"""The transition that comes next: the index of the processor that steps, None for an action, and the routines it calls."""


@dataclass(frozen=True)
class Allocation:
    """What an allocation returns, where a `choose` has a type. number: as in Allocated."""

    record: str
    number: int


Chooser: TypeAlias = Callable[[Type | Allocation, tuple[int, ...]], int | None]
"""Picks one of the options of a `choose` of that type, or of the free instances of an allocation; None: whoever runs the step has
not decided. An allocation then returns the lowest."""


class Cell(NamedTuple):
    """One integer of the shared state. record and instance are None for a module variable; variable is None for the
    allocator state of the instance; elements count from 0 in arrays, and over the instances of a record."""

    record: str | None
    instance: int | None
    variable: str | None
    elements: tuple[int, ...]


@dataclass
class Frame:
    """An activation of a routine that has its place among its owner's frames.

    chain: where it stands, its own routine first, inlined ones after it. arguments: of each of these, until a step has run in
    it; then none. called: the frame below waits for its result.
    local_first: its next step begins with local computation. result: what the call that it waited for gave back.
    """

    owner: Owner
    chain: list[Call]
    called: bool
    arguments: list[Arguments]
    code: Steps[int] | None = None
    local_first: bool = True
    result: int = 0


class State:
    """Shared memory and frames, and what belongs to the step in progress: its processor, its choices and their places, and the
    cells that it looked at, twice over. looked: in order, with the owners whose frames it asked about; a condition drops from
    those what did not decide it. found: all but constants, with the value that each had when it was looked at first. called:
    the routines that the step called. next_step: what a condition on runs is told of the step that follows. allocations: the
    records of which the step has allocated an instance when several were free. allocations_are_open: whether an allocation of
    which nobody has decided what it returns is an open choice; else it returns the lowest."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.memory: dict[Cell, int] = {}
        self.names: dict[Cell, str] = {}
        self.types: dict[Cell, Type] = {}
        self.frames: dict[Owner, list[Frame]] = {}
        self.processor: int | None = None
        self.chooser: Chooser = chooser_of(())
        self.allocations: list[str] = []
        self.allocations_are_open = False
        self.chosen: list[tuple[Type | Allocation, int]] = []
        self.chosen_at: list[Position] = []
        self.looked: list[Cell | Owner] = []
        self.found: dict[Cell, int] = {}
        self.called: list[str] = []
        self.next_step: NextStep = (None, frozenset())
        for record in program.records.values():
            for index in range(record.count):
                self.frames[record.name, index] = []
                name = instance_name(record, index)
                for field in record.fields:
                    self._declare(field, record.name, index, f"{name}.{field.name}")
                if record.allocated:
                    self._add(Cell(record.name, index, None, ()), f"{name}.allocated", BoolType(), 0)
        for variable in program.variables.values():
            self._declare(variable, None, None, variable.name)

    def _declare(self, variable: Variable, record: str | None, instance: int | None, name: str) -> None:
        for cell in self._cells(variable, record, instance):
            self._add(cell, element_name(self.program, name, variable, cell.elements), variable.type, variable.initial)

    def _cells(self, variable: Variable, record: str | None, instance: int | None) -> list[Cell]:
        """The cells of a module variable, or of a field of one instance."""
        sizes = [self.program.records[part].count if isinstance(part, str) else part for part in variable.shape]
        every = itertools.product(*map(range, sizes))
        return [Cell(record, instance, variable.name, elements) for elements in every]

    def _add(self, cell: Cell, name: str, type_: Type, value: int) -> None:
        self.memory[cell] = value
        self.names[cell] = name
        self.types[cell] = type_

    def printed(self) -> dict[str, str]:
        """Every cell's name and value as a user reads them, in the order of declaration."""
        return {self.names[cell]: self._shown(cell) for cell in self.memory}

    def reads(self, start: int = 0) -> Reads:
        """The cells looked at from that number on, each once, with the values that they have now."""
        looked = dict.fromkeys(self.looked[start:])
        return tuple((self.names[cell], self._shown(cell)) for cell in looked if isinstance(cell, Cell))

    def stacks_read(self, start: int = 0) -> tuple[Stack, ...]:
        """The owners whose frames were asked about from that number on, each once, with where these stand now."""
        looked = dict.fromkeys(self.looked[start:])
        return tuple(self.stack(owner) for owner in looked if not isinstance(owner, Cell))

    def stack(self, owner: Owner) -> Stack:
        """Where the frames of an owner stand."""
        record, index = owner
        frames = tuple(tuple(frame.chain) for frame in self.frames[owner])
        return Stack(instance_name(self.program.records[record], index), frames)

    def look_at_frames(self, owner: Owner) -> list[Frame]:
        """The frames of an owner, for a condition on them."""
        self.looked.append(owner)
        return self.frames[owner]

    def step_reads(self) -> Reads:
        """All cells but constants that the step in progress has read, each once, with the values that it found there
        first."""
        return tuple((self.names[cell], self._format(cell, value)) for cell, value in self.found.items())

    def look(self, cell: Cell, constant: bool = False) -> int:
        """The value of a cell, for the step in progress."""
        value = self.memory[cell]
        self.looked.append(cell)
        if not constant:
            self.found.setdefault(cell, value)
        return value

    def _shown(self, cell: Cell) -> str:
        return self._format(cell, self.memory[cell])

    def _format(self, cell: Cell, value: int) -> str:
        return format_value(self.program, self.types[cell], value)

    def reference(self, record_name: str, index: int) -> int:
        """The integer that points to the instance of that index."""
        return (index + 1) * self.program.records[record_name].alignment

    def instance(self, record_name: str, value: int, position: Position, may_be_free: bool = False) -> int:
        """The index of the instance that a reference points to. Raises Stopped for a wild pointer."""
        record = self.program.records[record_name]
        number, tag = divmod(value, record.alignment)
        good = tag == 0 and 1 <= number <= record.count
        if good and (may_be_free or self.is_allocated(record_name, number - 1)):
            return number - 1
        raise self.wild(wild_pointer_message(self.program, record_name, value, good), position)

    def wild(self, message: str, position: Position) -> WildPointer:
        """The exception for a wild pointer in this program."""
        declared = NO_WILD_POINTER in self.program.properties
        kind = Kind.WILD_POINTER if declared else Kind.MODEL_ERROR
        return WildPointer(kind, message, position, NO_WILD_POINTER if declared else None)

    def is_allocated(self, record_name: str, index: int) -> bool:
        """Whether the instance is allocated; one without allocator state always is."""
        return self.memory.get(Cell(record_name, index, None, ()), 1) == 1

    def look_allocated(self, record_name: str, index: int) -> bool:
        """The same, for a condition that asks for it."""
        cell = Cell(record_name, index, None, ())
        if cell in self.memory:
            self.look(cell)
        return self.is_allocated(record_name, index)

    def allocate(self, record_name: str, index: int) -> None:
        """Makes a free instance allocated. Its fields start anew, but for constants, which nothing changes."""
        self.memory[Cell(record_name, index, None, ())] = 1
        for field in self.program.records[record_name].fields:
            if not field.constant:
                for cell in self._cells(field, record_name, index):
                    self.memory[cell] = field.initial

    def free(self, record_name: str, index: int) -> None:
        """Gives an allocated instance back."""
        self.memory[Cell(record_name, index, None, ())] = 0

    def selected(self, place: Place, operands: Sequence[int], position: Position) -> list[int]:
        """Which instance and elements the pointer and indices select that have these values, the first ones of the place.
        Raises Stopped for a wild one."""
        found = []
        rest = list(operands)
        if place.record is not None and rest:
            found.append(self.instance(place.record, rest.pop(0), position))
        for number, (part, index) in enumerate(zip(place.variable.shape, rest, strict=False)):
            if isinstance(part, str):
                found.append(self.instance(part, index, position, may_be_free=True))
            elif 0 <= index < part:
                found.append(index)
            else:
                raise self.wild(index_message(array_name(place.variable.name, number), index, part), position)
        return found

    def locate(self, place: Place, operands: Sequence[int], position: Position) -> Cell:
        """The cell of a place whose pointer and indices have these values. Raises Stopped for a wild one."""
        elements = self.selected(place, operands, position)
        instance = elements.pop(0) if place.record is not None else None
        cell = Cell(place.record, instance, place.variable.name, tuple(elements))
        if cell not in self.memory:
            raise ValueError(f"{place.position}: there is no {place.variable.name}")
        return cell

    def fit(self, type_: Type, value: int, position: Position) -> int:
        """The value, if it is one of the type. Raises Stopped with a model error if it is outside its range."""
        match type_:
            case BoolType():
                good, values = value in (0, 1), "false and true"
            case IntType(low=low, high=high):
                good, values = low <= value <= high, f"{low}..{high}"
            case EnumType(name=name, members=members):
                good, values = 0 <= value < len(members), name
            case FlagsType(name=name):
                good, values = value & ~type_.mask == 0, name
            case ReferenceType(record=name):
                record = self.program.records[name]
                good, values = 0 <= value < (record.count + 1) * record.alignment, f"pointers to {name}"
            case _:
                raise ValueError(f"unknown type {type_}")
        if not good:
            what = f"the value {value} is outside its range {values}"
            raise ValueOutside(what, position, "; widen the range, or fix the model")
        return value

    def choose(self, type_: Type, options: tuple[int, ...], position: Position) -> int:
        """The option that the step in progress takes."""
        if not options:
            raise Stopped(Kind.NOT_POSSIBLE, "there is nothing to choose from", position)
        for option in options:
            self.fit(type_, option, position)
        value = self.chooser(type_, options)
        if value is None:
            raise Stopped(Kind.OPEN_CHOICE, "no choice is given", position, options=options)
        if value not in options:
            raise Stopped(Kind.NOT_POSSIBLE, f"{self._printable(type_, value)} is not among the options", position)
        self.chosen.append((type_, value))
        self.chosen_at.append(position)
        return value

    def free_instance(self, record_name: str, position: Position) -> int:
        """The index of the free instance that the step in progress allocates: any one that it names, else the lowest."""
        count = self.program.records[record_name].count
        free = tuple(self.reference(record_name, n) for n in range(count) if not self.is_allocated(record_name, n))
        if not free:
            raise Stopped(Kind.CUT, "arena", position)
        allocation = Allocation(record_name, self.allocations.count(record_name))
        if len(free) > 1:
            self.allocations.append(record_name)
        value = self.chooser(allocation, free)
        if value is None and self.allocations_are_open and len(free) > 1:
            options = tuple(Allocated(record_name, reference, allocation.number) for reference in free)
            raise Stopped(Kind.OPEN_CHOICE, "no instance is given", position, options=options)
        if value is None:
            value = free[0]
        elif value not in free:
            shown = self._printable(ReferenceType(record_name), value)
            raise Stopped(Kind.NOT_POSSIBLE, f"{shown} cannot be allocated, as it is not free", position)
        else:
            self.chosen.append((allocation, value))
            self.chosen_at.append(position)
        return value // self.program.records[record_name].alignment - 1

    def _printable(self, type_: Type, value: int) -> str:
        try:
            return format_value(self.program, type_, value)
        except IndexError:  # no member of the enumeration
            return str(value)


def chooser_of(choices: Sequence[Choice]) -> Chooser:
    """Takes these in turn, and leaves open what comes after them. What an allocation returned is taken by that one only."""
    remaining = list(reversed(choices))

    def choose(type_: Type | Allocation, options: tuple[int, ...]) -> int | None:
        match remaining[-1:]:
            case [Allocated(record, reference, number)] if type_ == Allocation(record, number):
                remaining.pop()
                return reference
            case [int(value)] if not isinstance(type_, Allocation):
                remaining.pop()
                return value
        return None

    return choose
