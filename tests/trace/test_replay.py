# SPDX-License-Identifier: GPL-2.0-only
"""Replaying traces: what is true is confirmed, whatever was changed in it is refused with the step that differs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from checker.language.front.load import load_program
from checker.language.tree import Position, Program
from checker.language.values import format_value
from checker.project import PROJECT
from checker.trace.confirmation.replay import replay
from checker.trace.data import Change, Trace, Violation
from checker.trace.machine import Machine, Outcome, Transition
from checker.trace.parse import parse_instance, parse_value
from checker.trace.record import run, transitions
from checker.trace.state import Kind
from tests.trace.small_models import program_of, random_walk, trace_of

MODEL = """
SIZE = parameter(2, 1, 3, "boxes")
LATE = event("late", "boxes close late")
class Colour(Enum):
    RED = 1
    BLUE = 2
@record(count=SIZE, frames=1, alignment=2)
class Box:
    next: "Box | None" = None
    colour: Colour = Colour.RED
    open: bool = True
@executes
def nothing(box: Box) -> Box | None:
    return None
@routine
def paint(colour: Colour) -> None:
    box = processor(Box)
    box.colour = colour
    with atomic("test"):
        link = choose(other for other in every(Box) if other is not box)
        box.next = reference(Box, address(link) | 1)
    check(box.colour == Colour.RED, rule, "{box} is {box.colour}")
    box.next.open = False
@action
def begin(box: Box, colour: Colour) -> None:
    require(not has_frames(box) and box.open)
    enter(box, paint, colour)
@action
def close(box: Box, other: Box) -> None:
    require(box.open and not has_frames(box) and other is not box)
    box.open = False
@action(interrupt=True)
def reopen() -> None:
    require(LATE)
@invariant("all-open", "{box} is open: {box.open}, colour {shade}")
def all_open(box: Box, shade: Colour) -> bool:
    '''Test.'''
    return box.open or shade == Colour.RED
"""
RED, BLUE = 0, 1


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return program_of(tmp_path, MODEL)


def raised(program: Program, history: list[Transition]) -> Trace:
    """The trace of a history whose last transition raises a violation."""
    outcome = run(program, history[:-1]).take(history[-1])
    return trace_of(program, history, violation_of(outcome))


def violation_of(outcome: Outcome) -> Violation:
    assert outcome.position is not None
    return Violation(outcome.property or "", outcome.kind.value, outcome.position, (), outcome.message, ())


def closed(program: Program) -> Trace:
    (invariant,) = program.invariants
    violation = Violation(
        "all-open",
        "invariant",
        invariant.position,
        (("box", "box0"), ("shade", "BLUE")),
        "box0 is open: false, colour BLUE",
        (("box0.open", "False"),),
    )
    return trace_of(program, [Transition(None, "close", (2, 4))], violation)


def painted(program: Program, colour: int) -> Trace:
    choose = Transition(0, choices=(4,))
    return raised(program, [Transition(None, "begin", (2, colour)), *[Transition(0)] * 1, choose, *[Transition(0)] * 1])


def test_an_invariant_is_confirmed(program: Program) -> None:
    trace = closed(program)
    result = replay(program, trace)
    assert result.ok, result.reason
    assert result.reason == "all-open is violated after 1 step, as the trace says"
    assert trace.steps[0].arguments == (("box", "box0"), ("other", "box1"))
    assert trace.steps[0].changes == (Change("box0.open", "True", "False"),)
    assert trace.steps[0].column == "box0"


def test_a_check_is_confirmed(program: Program) -> None:
    trace = painted(program, BLUE)
    assert (trace.violation.kind, trace.violation.message) == ("check", "box0 is BLUE")
    assert trace.steps[2].choices == ("box1",)
    assert trace.steps[2].changes == (Change("box0.next", "None", "box1|1"),)
    assert replay(program, trace).ok, replay(program, trace).reason


def test_a_wild_pointer_is_confirmed(program: Program) -> None:
    trace = raised(
        program, [Transition(None, "begin", (2, RED)), Transition(0), Transition(0, choices=(4,)), *[Transition(0)] * 3]
    )
    assert trace.violation.message == "box1|1 is used as a pointer to Box, with its tag"
    assert replay(program, trace).ok, replay(program, trace).reason


def test_a_deadlock_is_confirmed_and_one_that_is_none_refused(program: Program) -> None:
    violation = Violation("no-deadlock", "deadlock", program.properties["no-deadlock"].position, (), "deadlock", ())
    both = [Transition(None, "close", (2, 4)), Transition(None, "close", (4, 2))]
    trace = trace_of(program, both, violation)
    assert [transition.action for transition, _ in transitions(program, both)] == ["reopen"]
    assert replay(program, trace).ok
    refused = replay(program, trace_of(program, both[:1], violation))
    assert not refused.ok
    assert refused.reason == "step 1: the trace says it ends in a deadlock, the replay finds that begin is possible"


def test_a_model_error_is_confirmed(tmp_path: Path) -> None:
    program = program_of(
        tmp_path,
        """
g: Small = 9
@action
def grow() -> None:
    global g
    g += 1
""",
    )
    trace = raised(program, [Transition(None, "grow")])
    assert trace.violation.kind == "model-error"
    assert replay(program, trace).ok
    elsewhere = replace(trace.violation, position=Position("other.py", 1, 1))
    assert not replay(program, replace(trace, violation=elsewhere)).ok


def edit_step(trace: Trace, number: int, **changes: object) -> Trace:
    steps = list(trace.steps)
    steps[number - 1] = replace(steps[number - 1], **changes)  # type: ignore[arg-type]
    return replace(trace, steps=tuple(steps))


def edit_end(trace: Trace, **changes: object) -> Trace:
    return replace(trace, violation=replace(trace.violation, **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (
            lambda t: replace(t, settings=(("SIZE", 3),)),
            "settings: the trace says {'SIZE': 3}, the replay finds {'SIZE': 2}",
        ),
        (lambda t: replace(t, events=()), "events: the trace says [], the replay finds ['late']"),
        (
            lambda t: replace(t, initial=(("box0.next", "box1"), *t.initial[1:])),
            "initial state: box0.next: the trace says box1, the replay finds None",
        ),
        (
            lambda t: replace(t, initial=t.initial[1:]),
            "initial state: box0.next: the trace says nothing, the replay finds None",
        ),
        (
            lambda t: edit_step(t, 3, changes=()),
            "step 3: changes: box0.next: the trace says nothing, the replay finds None -> box1|1",
        ),
        (
            lambda t: edit_step(t, 2, changes=(*t.steps[1].changes, Change("box1.open", "True", "False"))),
            "step 2: changes: box1.open: the trace says True -> False, the replay finds nothing",
        ),
        (
            lambda t: edit_step(t, 1, reads=(("box0.open", "False"),)),
            "step 1: reads: box0.open: the trace says False, the replay finds True",
        ),
        (lambda t: edit_step(t, 3, reads=(("a", "1"),)), "step 3: reads: a: the trace says 1, the replay finds nothing"),
        (lambda t: edit_step(t, 4, reads=()), "step 4: reads: box0.colour: the trace says nothing, the replay finds BLUE"),
        (
            lambda t: edit_step(t, 4, reads=t.steps[3].reads * 2),
            "step 4: order of the reads: the trace says box0.colour, box0.colour, the replay finds box0.colour",
        ),
        (
            lambda t: edit_step(t, 3, choices=("box0",)),
            "not possible: box0 is not among the options",
        ),
        (lambda t: edit_step(t, 3, choices=()), "a choice is open: no choice is given"),
        (lambda t: edit_step(t, 3, choices=("box1", "box1")), "step 3: choices: the trace says"),
        (lambda t: edit_step(t, 3, choices=("box7",)), "step 3: choice: `box7` is not a value of its type"),
        (lambda t: edit_step(t, 2, owner="box1"), "step 2: owner: the trace says box1, the replay finds box0"),
        (lambda t: edit_step(t, 2, processor="box1"), "step 2: owner: the trace says box0, the replay finds None"),
        (lambda t: edit_step(t, 2, processor="cpu0"), "step 2: `cpu0` is not a Box"),
        (lambda t: edit_step(t, 2, calls=t.steps[2].calls), "step 2: place: the trace says paint at"),
        (lambda t: edit_step(t, 2, name="main"), "step 2: routine: the trace says main, the replay finds paint"),
        (lambda t: edit_step(t, 2, at=t.steps[0].at), "step 2: access: the trace says"),
        (lambda t: edit_step(t, 2, ran=()), "step 2: routines and arguments: the trace says paint() at"),
        (
            lambda t: edit_step(t, 2, ran=(replace(t.steps[1].ran[0], arguments=(("colour", "RED"),)),)),
            "step 2: routines and arguments: the trace says paint(colour=RED) at",
        ),
        (lambda t: edit_end(t, reads=(("box0.colour", "RED"),)), "step 4: box0.colour: the trace says RED"),
        (lambda t: edit_step(t, 1, name="open"), "step 1: the model has no action `open`"),
        (lambda t: edit_step(t, 1, arguments=t.steps[0].arguments[:1]), "step 1: parameters: the trace says ('box',)"),
        (
            lambda t: edit_step(t, 1, arguments=(("box", "box0"), ("colour", "GREEN"))),
            "step 1: `GREEN` is not a value of its type",
        ),
        (lambda t: replace(t, steps=t.steps[:1] * 2), "step 2: the trace says begin takes place, the replay finds"),
        (lambda t: replace(t, steps=(*t.steps, t.steps[0])), "step 5: the trace goes on, but step 4 ends it: "),
        (
            lambda t: replace(t, steps=t.steps[:-1]),
            "step 3: the trace says it ends in a check, the replay finds that it is",
        ),
        (lambda t: edit_end(t, kind="deadlock"), "step 4: end: the trace says deadlock, the replay finds check"),
        (
            lambda t: edit_end(t, property="all-open"),
            "step 4: property: the trace says all-open, the replay finds rule",
        ),
        (
            lambda t: edit_end(t, message="box0 is RED"),
            "step 4: message: the trace says box0 is RED, the replay finds box0",
        ),
        (lambda t: edit_end(t, position=t.steps[0].at), "step 4: position of the violation: the trace says"),
    ],
)
def test_what_is_not_so_is_refused(program: Program, edit: Callable[[Trace], Trace], reason: str) -> None:
    result = replay(program, edit(painted(program, BLUE)))
    assert not result.ok
    assert reason in result.reason
    assert "\n" not in result.reason


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (lambda t: edit_end(t, binding=(("box", "box1"), ("shade", "BLUE"))), "says all_open is false for box = box1"),
        (lambda t: edit_end(t, binding=(("box", "box0|1"), ("shade", "BLUE"))), "step 1: all_open is not demanded for"),
        (lambda t: edit_end(t, binding=()), "step 1: parameters of all_open: the trace says"),
        (lambda t: edit_end(t, reads=(("box0.open", "True"),)), "step 1: box0.open: the trace says True"),
        (lambda t: edit_end(t, property="rule"), "the model has no invariant for rule at"),
        (lambda t: edit_end(t, message="?"), "step 1: message: the trace says ?"),
    ],
)
def test_an_invariant_that_is_not_so_is_refused(program: Program, edit: Callable[[Trace], Trace], reason: str) -> None:
    result = replay(program, edit(closed(program)))
    assert not result.ok
    assert reason in result.reason


def test_printed_values_are_parsed_back(program: Program) -> None:
    box = program.records["Box"]
    for field in box.fields:
        for value in range(6 if field.name == "next" else 2):
            assert parse_value(program, field.type, format_value(program, field.type, value)) == value
    assert parse_instance(program, "Box", "box1") == 1
    for text in ("box2", "box0|0", "box0|2", "0x2", "none", ""):
        with pytest.raises(ValueError, match="is not a value"):
            parse_value(program, box.fields[0].type, text)


def first_violation(program: Program, seed: int) -> Trace | None:
    """The trace of a random walk up to the first state or step that violates something."""
    history, outcome = random_walk(program, seed, 150)
    machine = Machine(program)
    for length, transition in enumerate(history, 1):
        if machine.take(transition).kind is not Kind.DONE:
            break
        for invariant in program.invariants:
            for values in machine.bindings(invariant):
                pairs = list(zip(invariant.parameters, values, strict=True))
                binding = {parameter.local.name: value for parameter, value in pairs}
                if not machine.evaluate_invariant(invariant, binding):
                    printed = [(p.local.name, format_value(program, p.local.type, value)) for p, value in pairs]
                    message = machine.invariant_message(invariant, binding)
                    violation = Violation(invariant.property, "invariant", invariant.position, tuple(printed), message, ())
                    return trace_of(program, history[:length], violation)
    if outcome is None or outcome.kind not in (Kind.CHECK, Kind.WILD_POINTER):
        return None
    return trace_of(program, history, violation_of(outcome))


@pytest.mark.parametrize("seeds", [range(3), pytest.param(range(12), marks=pytest.mark.slow)], ids=["few", "many"])
def test_violations_of_the_rfc_are_confirmed(seeds: range) -> None:
    program = load_program(PROJECT / "models/rfc_v1.py", {"CPUS": 2, "TASKS": 2}, ["touch", "late-fault", "oom"])
    traces = [trace for seed in seeds if (trace := first_violation(program, seed))]
    assert len({trace.violation.property for trace in traces}) > 1
    for trace in traces:
        result = replay(program, trace)
        assert result.ok, result.reason
