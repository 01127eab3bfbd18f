# SPDX-License-Identifier: GPL-2.0-only
"""The language against Python itself: one random text, run as Python, by the replayer's machine, and by the engine.

All three have to end in the same ways, with the same values of the module variables. The machine and the engine also have
to take the same number of steps.
"""

from __future__ import annotations

import random

from as_python import CHECK, DONE, ERROR, STUCK, Ending, Tape, TooManyRuns, Values, python_endings
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st
from random_programs import RANGES, random_program
from small_programs import model_file

from checker.explicit.outcome import Raised
from checker.explicit.search import Search, alternatives_of
from checker.ir.lower import lower
from checker.language.errors import ModelError
from checker.language.load import load_program
from checker.language.tree import Program, Type
from checker.trace.machine import Machine
from checker.trace.state import Kind

VARIABLES = ("g", "h", "flag", "hue", "bits", "a", "b", "table")
MANY_STEPS = 2000
ENDINGS = {
    Kind.NOT_POSSIBLE: STUCK,
    Kind.CHECK: CHECK,
    Kind.MODEL_ERROR: ERROR,
}


def loaded(text: str) -> Program:
    """The program. One that the language refuses for a range that can never fit, say, is no example."""
    try:
        program = load_program(model_file(text))
        lower(program)
    except ModelError as error:
        event(f"refused: {error.message.split('`')[-1][:40]}")
        assume(False)
    return program


# -- the machine --


def machine_values(machine: Machine) -> Values:
    return tuple(sorted((machine.state.names[cell], value) for cell, value in machine.state.memory.items() if cell.record is None))


def machine_endings(program: Program) -> tuple[dict[Ending, int], set[str]]:
    """Each way to end with the number of its steps, and the positions of model errors."""
    tape = Tape()
    found: dict[Ending, int] = {}
    errors: set[str] = set()

    def choose(type_: Type, options: tuple[int, ...]) -> int:
        return options[tape.pick(len(options))]

    while True:
        machine = Machine(program)
        steps = 0
        kind = DONE
        while machine.frame(0) is not None:
            outcome = machine.step(0, choose)
            if outcome.kind is not Kind.DONE:
                kind = ENDINGS[outcome.kind]
                break
            steps += 1
            assert steps < MANY_STEPS
        if kind == ERROR:
            errors.add(str(outcome.position))
        ending = kind, () if kind == ERROR else machine_values(machine)
        found[ending] = max(steps, found.get(ending, 0))
        if not tape.advance():
            return found, errors


# -- the engine --


def engine_endings(program: Program) -> tuple[set[Ending], Search]:
    """The ways to end that the engine finds. A model error stops it, so that it then finds that one and no other."""
    search = Search(lower(program))
    search.run()
    if search.result.error is not None:
        return {(ERROR, ())}, search
    found: set[Ending] = set()
    for state in search.states:
        if state >> search.layout.mark:
            found.add((CHECK, engine_values(search, state)))
        elif not any(location_numbers(search, state)):
            found.add((DONE, engine_values(search, state)))
        elif is_stuck(search, state):
            found.add((STUCK, engine_values(search, state)))
    return found, search


def is_stuck(search: Search, state: int) -> bool:
    """Whether no transition is possible."""
    for transition in search.transitions.possible(state):
        try:
            if transition.branches:
                if alternatives_of(transition, state):
                    return False
            elif transition.function(state) is not None:
                return False
        except Raised:
            return False
    return True


def engine_values(search: Search, state: int) -> Values:
    found = []
    for name, variable in search.system.variables.items():
        if "." in name:
            continue
        for number, initial in enumerate(variable.initial):
            cell = f"{name}[{number}]" if variable.dimensions else name
            value = initial
            if name in search.layout.cells:
                layout = search.layout.cells[name]
                value = (state >> (layout.offset + number * layout.width) & ((1 << layout.width) - 1)) + variable.low
            found.append((cell, value))
    return tuple(sorted(found))


def location_numbers(search: Search, state: int) -> list[int]:
    layout = search.layout.frames["Cpu"]
    mask = (1 << search.layout.location_width) - 1
    return [state >> layout.base(0, depth) & mask for depth in range(layout.frames)]


# -- the tests --


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False))
def test_a_routine_does_what_python_does(chance: random.Random) -> None:
    compare(random_program(chance))


def compare(text: str) -> None:
    program = loaded(text)
    try:
        expected = python_endings(text, RANGES, VARIABLES, most=60)
    except TooManyRuns:
        event("too many choices")
        assume(False)
    found, errors = machine_endings(program)
    assert set(found) == expected
    engine, search = engine_endings(program)
    for kind, _ in expected:
        event(kind)
    error = search.result.error
    if error is not None:
        assert (ERROR, ()) in expected
        assert str(error.position) in errors
        return
    assert engine == expected
    longest = max(steps for (kind, _), steps in found.items())
    assert search.result.statistics.depth == longest + any(kind == CHECK for kind, _ in expected)
