# SPDX-License-Identifier: GPL-2.0-only
"""The model's side: every move of a state with the choices in it, and what the state is made of, without any reduction."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

from checker.conformance.subject import End, Ended
from checker.explicit.step.decode import state_cells, state_frames
from checker.explicit.step.generated_names import Names
from checker.explicit.step.initial import initial_states
from checker.explicit.step.outcome import Cut, OutOfRange, Raised, Violated
from checker.explicit.step.paths import outcomes
from checker.explicit.step.python_code import FunctionMaker
from checker.explicit.step.transitions import Transition as EngineTransition
from checker.explicit.step.transitions import Transitions
from checker.ir import system as ir
from checker.ir.layout import make_layout
from checker.ir.lowering.lower import lower
from checker.language import tree
from checker.language.errors import ModelError, UsageError, quoting
from checker.language.schedule import Allocated, Call, Choice
from checker.language.values import format_value, indexed_name, instance_name
from checker.trace.machine import Transition

HALTED = 1
"""The mark of a halted state; see ir/layout.py."""

Values = tuple[int, ...]
Reader = tuple[int, int, dict[int, Values], Callable[[int], Values]]
"""Where the bits of a variable are: how far up, their mask; the values of its cells for each that was met; how to find them."""


@dataclass(frozen=True)
class Way:
    """One transition with its choices, and what it leads to: a packed state, or the end of the run."""

    move: Transition
    outcome: int | Ended


class Specification:
    """A model as its transition system, packed states as the portable engine has them.

    names: its cells as they are printed, in the order of `cells`: those that never change, then the others. owners: who has
    frames, its record, its name, and how many frames it can have.
    """

    def __init__(self, program: tree.Program) -> None:
        self.program = program
        self.system = lower(program)
        self.layout = make_layout(self.system)
        self.transitions = Transitions(FunctionMaker(Names(self.system, self.layout)))
        firsts = dict.fromkeys(initial_states(self.system, self.layout))
        if len(firsts) > 1:
            raise UsageError(
                f"{program.model}: the model has {len(firsts):,} initial states, and an implementation begins in one; "
                "compare a model whose @initial code chooses nothing"
            )
        (self.initial,) = firsts
        constants = [variable for variable in self.system.variables.values() if variable.constant]
        changing = [self.system.variables[name] for name in self.layout.cells]
        self.names = tuple(name for variable in constants + changing for name in cell_names(program, variable))
        self._types = tuple(variable.type for variable in constants + changing for _ in variable.initial)
        self._constants = tuple(value for variable in constants for value in variable.initial)
        self._readers = self._changing_cells()
        self.owners, self._bases = self._frames()
        self._frame_bits = sum(((1 << self.layout.location_width) - 1) << base for base in self._bases)
        self._standing: dict[int, tuple[int, ...]] = {}
        self._moves: dict[tuple[int, tuple[Choice, ...]], Transition] = {}
        self._kept: list[EngineTransition] = []

    # -- moves --

    def ways(self, state: int) -> list[Way]:
        """All that can happen in a state that is not terminal. Raises ModelError where the model itself is in error."""
        found = []
        for transition in self.transitions.possible(state):
            if transition.branches:
                for choices, outcome in outcomes(transition, state):
                    found.append(Way(self._move(transition, choices), self._outcome(outcome)))
                continue
            try:
                after = transition.function(state)
            except Raised as raised:
                found.append(Way(self._move(transition, ()), self._outcome(raised)))
                continue
            if after is not None:
                found.append(Way(self._move(transition, ()), self._outcome(after)))
        return found

    def _move(self, transition: EngineTransition, choices: tuple[Choice, ...]) -> Transition:
        key = (id(transition), choices)
        move = self._moves.get(key)
        if move is None:
            self._kept.append(transition)  # so that no other transition gets its id
            chosen = tuple(choice if isinstance(choice, Allocated) else int(choice) for choice in choices)
            if transition.action is None:
                move = Transition(transition.processor, choices=chosen)
            else:
                move = Transition(None, transition.action.name, transition.arguments, chosen)
            self._moves[key] = move
        return move

    def _outcome(self, outcome: int | Raised) -> int | Ended:
        match outcome:
            case int():
                mark = outcome >> self.layout.mark
                if not mark:
                    return outcome
                assert mark == HALTED, "a violated state is raised, not returned"
                return Ended(End.HALTED)
            case Violated():
                return Ended(End.VIOLATED, outcome.property, f"{outcome.position}")
            case Cut():
                return Ended(End.CUT, message=outcome.message)
            case OutOfRange():
                with quoting(self.program.sources):
                    raise ModelError(outcome.position, outcome.message)
        raise TypeError(outcome)

    # -- states --

    def cells(self, state: int) -> tuple[int, ...]:
        """The values of all cells, in the order of `names`."""
        found = self._constants
        for shift, mask, known, read in self._readers:
            bits = state >> shift & mask
            values = known.get(bits)
            if values is None:
                values = known[bits] = read(bits)
            found += values
        return found

    def _changing_cells(self) -> list[Reader]:
        """For each variable that changes where it is, and how to take its bits apart."""
        readers: list[Reader] = []
        for name, cells in self.layout.cells.items():
            variable = self.system.variables[name]
            count = len(variable.initial)
            readers.append((cells.offset, (1 << cells.width * count) - 1, {}, _reader(cells.width, variable.low, count)))
        return readers

    def _frames(self) -> tuple[tuple[tuple[str, str, int], ...], tuple[int, ...]]:
        """The owners of frames with how many they can have, and where the numbers of all their locations are."""
        owners = []
        bases: list[int] = []
        for record, owner in self.system.owners.items():
            frames = self.layout.frames[record]
            for index in range(owner.count):
                owners.append((record, instance_name(self.program.records[record], index), frames.frames))
                bases += [frames.base(index, depth) for depth in range(frames.frames)]
        return tuple(owners), tuple(bases)

    def locations(self, state: int) -> tuple[int, ...]:
        """Where all frames stand: for each of `owners`, the numbers of its locations, lowest frame first, 0 for none."""
        found = self._standing.get(state & self._frame_bits)
        if found is None:
            mask = (1 << self.layout.location_width) - 1
            found = self._standing[state & self._frame_bits] = tuple(state >> base & mask for base in self._bases)
        return found

    def shown(self, number: int, value: int) -> str:
        """The value of the cell of that number, as printed."""
        return format_value(self.program, self._types[number], value)

    def spellings(self, number: int, value: int) -> tuple[str, ...]:
        """How the value of the cell of that number may be written: flags by their names, or as the number that they are."""
        flags = isinstance(self._types[number], tree.FlagsType)
        return (self.shown(number, value), str(value)) if flags else (self.shown(number, value),)

    def printed(self, state: int) -> dict[str, str]:
        """Every cell with its value, as printed, constants too."""
        return state_cells(self.program, self.system, self.layout, state)

    def frames(self, state: int) -> dict[str, tuple[tuple[Call, ...], ...]]:
        """Where the frames of each owner stand in the model's text."""
        return state_frames(self.program, self.system, self.layout, state)


def _reader(width: int, low: int, count: int) -> Callable[[int], tuple[int, ...]]:
    mask = (1 << width) - 1
    return lambda bits: tuple((bits >> width * number & mask) + low for number in range(count))


def cell_names(program: tree.Program, variable: ir.Variable) -> list[str]:
    """How the cells of a variable are printed (as decode.py does), in their order."""
    found = []
    record = None if variable.record is None else program.records[variable.record]
    for indices in itertools.product(*map(range, variable.dimensions)):
        parts = [
            str(index) if key is None else instance_name(program.records[key], index)
            for index, key in zip(indices, variable.keys, strict=True)
        ]
        name = variable.name if record is None else f"{parts.pop(0)}.{variable.own_name}"
        found.append(indexed_name(name, parts))
    return found
