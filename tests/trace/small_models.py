# SPDX-License-Identifier: GPL-2.0-only
"""Small models as text, for the tests of the replayer."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import checker.language
from checker.language.front.load import load_program
from checker.language.tree import Position, Program, Type
from checker.trace.data import Trace, Violation
from checker.trace.machine import Machine, Outcome, Transition
from checker.trace.record import record_step, run
from checker.trace.state import Kind

_NAMES = [name for name in checker.language.__all__ if name != "NotExecutable"]
_HEADER = f"""# SPDX-License-Identifier: GPL-2.0-only
'''A model of a test.'''
from enum import Enum, IntFlag
from typing import Annotated
from checker.language import {", ".join(_NAMES)}
Small = Annotated[int, Range(0, 9)]
no_wild_pointer = demand("no-wild-pointer", "test")
no_deadlock = demand("no-deadlock", "test")
rule = demand("rule", "test")
"""
_ONE_CPU = """
@record(count=1, frames=2)
class Cpu:
    own: Small = 0
@executes
def nothing(cpu: Cpu) -> Cpu | None:
    return None
@initial
def start() -> None:
    enter(instance(Cpu, 0), main)
"""


TWO_CPUS = """
@record(count=2, frames=2)
class Cpu:
    own: Small = 0
@executes
def nothing(cpu: Cpu) -> Cpu | None:
    return None
@initial
def start() -> None:
    for cpu in every(Cpu):
        enter(cpu, main)
"""
"""Two processors that each start in the routine `main`."""


def program_of(directory: Path, text: str, header: str = _HEADER) -> Program:
    """The program of a model that is written without its imports."""
    path = directory / "model.py"
    path.write_text(header + text, encoding="utf-8")
    return load_program(path)


def machine_of(directory: Path, text: str, header: str = _HEADER) -> Machine:
    """A machine with one processor, cpu0, that stands at the start of the routine `main`."""
    return Machine(program_of(directory, _ONE_CPU + text, header))


def line_at(program: Program, position: Position) -> str:
    """The text at a position, to the end of its line."""
    return program.sources[position.file].splitlines()[position.line - 1][position.column - 1 :]


def done(machine: Machine, processor: int = 0, *choices: int) -> None:
    """Runs one step that has to take place."""
    outcome = machine.step(processor, choices)
    assert outcome.kind is Kind.DONE, outcome


def stands(machine: Machine, processor: int = 0) -> list[tuple[str, str]]:
    """Where the processor's frame stands: routines and the text there."""
    return [(call.routine, line_at(machine.program, call.position)) for call in machine.calls(processor)]


def blamed(machine: Machine, outcome: Outcome) -> str:
    """The text at the outcome's position."""
    assert outcome.position is not None
    return line_at(machine.program, outcome.position)


def trace_of(program: Program, history: Sequence[Transition], violation: Violation) -> Trace:
    """The trace of these transitions; the last one may fail."""
    machine = Machine(program)
    initial = tuple(machine.cells().items())
    steps = tuple(record_step(machine, transition)[1] for transition in history)
    settings = tuple((parameter.name, parameter.value) for parameter in program.parameters)
    events = tuple(event.name for event in program.events if event.enabled)
    return Trace(program.model, settings, events, initial, steps, violation)


def random_walk(program: Program, seed: int, length: int) -> tuple[list[Transition], Outcome | None]:
    """Up to `length` transitions that take place, chosen at random, and how the last one tried ended: DONE, the first
    outcome that ends a path, or None where nothing is possible."""
    chance = random.Random(seed)
    machine = Machine(program)
    processors = 0 if program.processor is None else program.records[program.processor].count
    history: list[Transition] = []
    outcome: Outcome | None = None
    while len(history) < length:
        candidates = [Transition(index) for index in range(processors)] * 3
        for action in program.actions.values():
            candidates += [Transition(None, action.name, arguments) for arguments in machine.bindings(action)]
        chance.shuffle(candidates)
        for candidate in candidates:
            outcome, transition = _try(machine, candidate, chance)
            if outcome.kind is Kind.DONE:
                history.append(transition)
                break
            if outcome.kind is not Kind.NOT_POSSIBLE:
                return [*history, transition], outcome
            if machine.spoiled:
                machine = run(program, history)
        else:
            return history, None
    return history, outcome


def _try(machine: Machine, candidate: Transition, chance: random.Random) -> tuple[Outcome, Transition]:
    def choose(type_: Type, options: tuple[int, ...]) -> int:
        return chance.choice(options)

    if candidate.processor is not None:
        outcome = machine.step(candidate.processor, choose)
    else:
        outcome = machine.act(candidate.action, candidate.arguments, choose)
    return outcome, replace(candidate, choices=outcome.taken())
