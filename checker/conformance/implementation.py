# SPDX-License-Identifier: GPL-2.0-only
"""The reference implementation as a subject of lockstep."""

from __future__ import annotations

from collections.abc import Hashable
from operator import itemgetter
from types import GeneratorType

from checker.conformance.abstraction import Packing, transition_of
from checker.conformance.specification import Specification
from checker.conformance.subject import End, Ended, Refused
from checker.trace.machine import Transition
from spec.reference.contexts import Context
from spec.reference.failures import Exhausted, Failure, Halted
from spec.reference.log import Move
from spec.reference.machine import Machine, Saved


class Implementation:
    """A machine, with the model's names for what it has and does. names: of the cells that change in the model."""

    def __init__(self, specification: Specification, machine: Machine) -> None:
        self.program = specification.program
        self.machine = machine
        packing = Packing(self.program)
        numbers = {name: number for number, name in enumerate(packing.names)}
        self.names = tuple(name for name in specification.names if name in numbers)
        self._of_machine = packing.of_machine
        self._changing = itemgetter(*(numbers[name] for name in self.names))
        self._here: object = None  # the saved state that the machine is in, if it is
        self._offered: dict[Transition, Move] = {}
        self._offered_in: object = self
        self._same = packing.printed(packing.of_machine(machine)) == specification.printed(specification.initial)

    def moves(self) -> list[Transition]:
        self._offer()
        return list(self._offered)

    def _offer(self) -> None:
        if self._here is None or self._offered_in is not self._here:
            self._offered = {transition_of(self.program, self.machine, move): move for move in self.machine.moves()}
            self._offered_in = self._here

    def take(self, move: Transition) -> Ended | None:
        self._offer()
        there = self._offered.get(move)
        if there is None:
            raise Refused("no such move")
        self._here = None
        try:
            self.machine.take(there)
        except Failure as failure:
            return Ended(End.VIOLATED, failure.property, str(failure))
        except Halted as halted:
            return Ended(End.HALTED, message=halted.reason)
        except Exhausted as exhausted:
            return Ended(End.CUT, message=str(exhausted))
        except ValueError as error:
            raise Refused(str(error)) from None
        return None

    def cells(self) -> tuple[int, ...]:
        found: tuple[int, ...] = self._changing(self._of_machine(self.machine))
        return found

    def places(self) -> dict[str, tuple[str, ...]]:
        return self.machine.places()

    def save(self) -> object:
        self._here = self.machine.save()
        return self._here

    def restore(self, saved: object) -> None:
        assert isinstance(saved, Saved)
        self.machine.restore(saved)
        self._here = saved
