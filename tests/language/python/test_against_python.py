# SPDX-License-Identifier: GPL-2.0-only
"""The language against Python itself: one random text, run as Python, by the replayer's machine, and by the engine.

All three have to end in the same ways, with the same values of the module variables. The machine and the engine also have
to take the same number of steps. The text is a routine that takes steps; or an action, or `initial`, which take one.
"""

from __future__ import annotations

import random

from hypothesis import assume, event, note

from checker.explicit.search.search import Search, alternatives_of
from checker.explicit.step.outcome import Raised
from checker.ir.lowering.lower import lower
from checker.language.errors import ModelError
from checker.language.front.load import load_program
from checker.language.tree import Program, Type
from checker.trace.machine import Machine
from checker.trace.state import Kind, Stopped
from tests.support.judges.as_python import CHECK, DONE, ERROR, STUCK, Ending, Tape, TooManyRuns, Values, python_endings
from tests.support.random.random_programs import RANGES, random_program
from tests.support.seeds import seeds
from tests.support.systems.small_programs import ONE_PROCESSOR, model_file

ACTION = """
ran: bool = False
@action
def run() -> None:
    global ran
    require(not ran)
    ran = True
    main()
"""
INITIAL = """
@initial
def start() -> None:
    main()
"""
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
    memory = machine.state.memory.items()
    return tuple(sorted((machine.state.names[c], v) for c, v in memory if c.variable in VARIABLES))


def machine_endings(program: Program) -> tuple[dict[Ending, int], set[str], int]:
    """Each way to end with the number of its steps, the positions of model errors, and how many runs there are."""
    tape = Tape()
    found: dict[Ending, int] = {}
    errors: set[str] = set()
    runs = 0

    def choose(type_: Type, options: tuple[int, ...]) -> int:
        return options[tape.pick(len(options))]

    while True:
        machine = Machine(program)
        runs += 1
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
            return found, errors, runs


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
        if name not in VARIABLES:
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


@seeds(40, 2500)
def test_a_routine_does_what_python_does(seed: int) -> None:
    compare_routine(random_program(random.Random(seed)) + ONE_PROCESSOR)


@seeds(25, 300)
def test_one_step_does_what_python_does(seed: int) -> None:
    compare_step(seed)


def compare_step(seed: int) -> None:
    text = random_program(random.Random(seed), at_once=True)
    compare_action(text + ACTION)
    if "choose(" not in text:
        compare_initial(text + INITIAL)


def expected_endings(text: str) -> set[Ending]:
    note(text)
    try:
        return python_endings(text, RANGES, VARIABLES, most=60)
    except TooManyRuns:
        event("too many choices")
        assume(False)
        raise


def compare_routine(text: str) -> None:
    """Asserts that the three judges agree on a routine."""
    expected = expected_endings(text)
    program = loaded(text)
    found, errors, runs = machine_endings(program)
    assert set(found) == expected, "machine and Python"
    engine, search = engine_endings(program)
    for kind, _ in expected:
        event(kind)
    error = search.result.error
    if error is not None:
        assert (ERROR, ()) in expected, "engine and Python"
        assert str(error.position) in errors, "the place of the model error, of engine and machine"
        return
    assert engine == expected, "engine and Python"
    if runs == 1:
        kind, steps = next((kind, steps) for (kind, _), steps in found.items())
        assert search.result.statistics.depth == steps + (kind == CHECK), "the number of steps, of engine and machine"


def compare_action(text: str) -> None:
    """Asserts that the three judges agree on an action: on the values, where it takes place."""
    expected = {(kind, values if kind == DONE else ()) for kind, values in expected_endings(text)}
    program = loaded(text)
    found: set[Ending] = set()
    errors: set[str] = set()
    tape = Tape()
    while True:
        machine = Machine(program)
        outcome = machine.act("run", (), lambda type_, options: options[tape.pick(len(options))])
        if outcome.kind is Kind.DONE:
            found.add((DONE, machine_values(machine)))
        else:
            found.add((ENDINGS[outcome.kind], ()))
            errors.add(str(outcome.position))
        if not tape.advance():
            break
    assert found == expected, "machine and Python"
    search = Search(lower(program))
    error = search.run().error
    if error is not None:
        assert (ERROR, ()) in expected, "engine and Python"
        assert str(error.position) in errors, "the place of the model error, of engine and machine"
        return
    engine: set[Ending] = {(CHECK, ()) for state in search.states if state >> search.layout.mark}
    engine |= {(DONE, engine_values(search, state)) for state in search.states[1:] if not state >> search.layout.mark}
    assert engine == {ending for ending in expected if ending[0] != STUCK}, "engine and Python"


def compare_initial(text: str) -> None:
    """Asserts that the three judges agree on the initial state."""
    [(kind, values)] = expected_endings(text)
    program = load_program(model_file(text))
    try:
        machine = Machine(program)
        assert (DONE, machine_values(machine)) == (kind, values), "machine and Python"
    except Stopped:
        assert kind != DONE
    try:
        search = Search(lower(program))
        search.run()
        assert (DONE, engine_values(search, search.states[0])) == (kind, values), "engine and Python"
    except ModelError:
        assert kind != DONE
