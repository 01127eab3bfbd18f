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
from spec.reference.kernel.contexts import Context
from spec.reference.kernel.failures import Exhausted, Failure, Halted
from spec.reference.log import Move
from spec.reference.machine import Machine, Saved, frames_of

REMEMBERED = 20_000
"""Contexts of which is remembered where they stand, at most."""


class Implementation:
    """A machine, with the model's names for what it has and does. names: of the cells, those that never change included."""

    def __init__(self, specification: Specification, machine: Machine) -> None:
        self.program = specification.program
        self.machine = machine
        packing = Packing(self.program)
        numbers = {name: number for number, name in enumerate(packing.names)}
        self.names = tuple(name for name in specification.names if name in numbers)
        self._all_cells = packing.of_machine
        self._arranged = itemgetter(*(numbers[name] for name in self.names))
        self._standing: dict[Context, tuple[str, ...]] = {}
        self._remembered: dict[Context, int] = {}
        self._numbers: dict[Hashable, int] = {}
        self._saved: Saved | None = None
        self._offered: dict[Transition, Move] = {}
        self._offered_in: Saved | None = None

    # -- moves --

    def moves(self) -> list[Transition]:
        return list(self._offer())

    def _offer(self) -> dict[Transition, Move]:
        saved = self._now()
        if self._offered_in is not saved:
            moves = self.machine.moves()
            self._offered = {transition_of(self.program, self.machine, move): move for move in moves}
            if len(self._offered) != len(moves):
                raise ValueError("two moves of the implementation are one of the model")
            self._offered_in = saved
        return self._offered

    def take(self, move: Transition) -> Ended | None:
        there = self._offer().get(move)
        if there is None:
            raise Refused("no such move")
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
        finally:
            self._saved = None
        return None

    # -- states --

    def _now(self) -> Saved:
        if self._saved is None:
            self._saved = self.machine.save()
        return self._saved

    def save(self) -> object:
        return self._now()

    def restore(self, saved: object) -> None:
        assert isinstance(saved, Saved)
        self.machine.restore(saved)
        self._saved = saved

    def cells(self) -> tuple[int, ...]:
        found: tuple[int, ...] = self._arranged(self._all_cells(self.machine))
        return found

    def places(self) -> dict[str, tuple[str, ...]]:
        found = {str(task): self._frames(task.context) for task in self.machine.tasks}
        for cpu in self.machine.cpus:
            if cpu.handlers:
                found[str(cpu)] = tuple(frame for handler in cpu.handlers for frame in self._frames(handler))
        return found

    def _frames(self, context: Context) -> tuple[str, ...]:
        frames = self._standing.get(context)
        if frames is None:
            if len(self._standing) >= REMEMBERED:
                self._standing.clear()
            frames = self._standing[context] = frames_of(self.machine.kernel, context)
        return frames

    # -- what code remembers --

    def inside(self, saved: object) -> Hashable:
        """All that tells a saved state from others that look the same to the model: where all code stands, and its locals. Each
        different context is a number."""
        assert isinstance(saved, Saved)
        tasks = tuple(self._memory(task[-1]) for task in saved.tasks)
        return tasks, tuple(tuple(self._memory(handler) for handler in cpu[-1]) for cpu in saved.cpus)

    def _memory(self, context: Context) -> int:
        found = self._remembered.get(context)
        if found is None:
            if len(self._remembered) >= REMEMBERED:
                self._remembered.clear()
            generator = self._generator(context)
            held = _arguments(context) if generator is None else _locals(generator)
            whole = (self._frames(context), context.resumes, held)
            found = self._remembered[context] = self._numbers.setdefault(whole, len(self._numbers))
        return found

    def _generator(self, context: Context) -> object:
        if not context.resumes:
            return context.reach(self.machine.kernel).generator
        # `_frames` has led it to where it waits, if it has begun.
        return context.parked


def _arguments(context: Context) -> Hashable:
    """What code that has not begun will begin with."""
    closure = getattr(context.round, "__closure__", None) or ()
    return tuple(cell.cell_contents for cell in closure)


def _locals(generator: object) -> Hashable:
    """Where a suspended generator and those that it waits for stand, and their locals. What makes steps is left out: generators,
    which are in the chain themselves, and functions."""
    found = []
    while isinstance(generator, GeneratorType) and generator.gi_frame is not None:
        held = tuple(
            (name, value)
            for name, value in sorted(generator.gi_frame.f_locals.items())
            if not isinstance(value, GeneratorType) and not callable(value)
        )
        found.append((generator.gi_code.co_name, generator.gi_frame.f_lasti, held))
        generator = generator.gi_yieldfrom
    return tuple(found)
