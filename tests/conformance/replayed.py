# SPDX-License-Identifier: GPL-2.0-only
"""A model's text, run by the replayer, as the implementation of another one: so that differences are as easy as a changed word."""

from __future__ import annotations

from checker.conformance.specification import cell_names
from checker.conformance.subject import End, Ended, Refused
from checker.ir.lowering.lower import lower
from checker.language.tree import Program
from checker.trace.machine import Machine, Transition
from checker.trace.record import printed_owner, run, transitions
from checker.trace.state import Kind

ENDS = {
    Kind.CHECK: End.VIOLATED,
    Kind.WILD_POINTER: End.VIOLATED,
    Kind.OUT_OF_RANGE: End.VIOLATED,
    Kind.HALT: End.HALTED,
    Kind.CUT: End.CUT,
}


class Replayed:
    """The replayer as a Subject. It cannot be copied, so that it goes back by running again. names: of the model that it is
    held against."""

    def __init__(self, program: Program, names: tuple[str, ...] | None = None) -> None:
        self.program = program
        changing = [v for v in lower(program).variables.values() if not v.constant]
        self.names = tuple(name for v in changing for name in cell_names(program, v)) if names is None else names
        self.history: tuple[Transition, ...] = ()
        self.machine = Machine(program)
        self.ended = False

    def moves(self) -> list[Transition]:
        return [] if self.ended else [move for move, _ in transitions(self.program, self.history)]

    def take(self, move: Transition) -> Ended | None:
        outcome = self.machine.take(move)
        if outcome.kind is Kind.DONE:
            self.history = (*self.history, move)
            return None
        if outcome.kind not in ENDS:
            self.machine = run(self.program, self.history)
            raise Refused(outcome.message)
        self.ended = True
        return Ended(ENDS[outcome.kind], outcome.property or "", outcome.message)

    def cells(self) -> tuple[int, ...]:
        names = self.machine.state.names
        values = {names[cell]: value for cell, value in self.machine.state.memory.items()}
        return tuple(values[name] for name in self.names)

    def places(self) -> dict[str, tuple[str, ...]]:
        return {
            printed_owner(self.program, owner): tuple(
                " > ".join(f"{c.routine}:{c.position.line}" for c in calls) for calls in frames
            )
            for owner, frames in self.machine.frames().items()
        }

    def save(self) -> object:
        return self.history

    def restore(self, saved: object) -> None:
        assert isinstance(saved, tuple)
        self.history, self.ended = saved, False
        self.machine = run(self.program, saved)
