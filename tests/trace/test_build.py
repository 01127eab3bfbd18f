# SPDX-License-Identifier: GPL-2.0-only
"""Traces from an engine's integers: what the machine finds is told, what it does not find is a disagreement."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.language.front.load import load_program
from checker.language.tree import Position, Program
from checker.project import PROJECT
from checker.trace.confirmation.build import Built, Claim, Disagreement, build_trace
from checker.trace.confirmation.replay import replay
from checker.trace.data import Activation, Change
from checker.trace.machine import Machine, Transition
from checker.trace.state import Kind
from checker.trace.store import dump_trace, parse_trace
from tests.trace.small_models import TWO_CPUS, program_of, random_walk

MODEL = """
class Colour(Enum):
    RED = 1
    BLUE = 2
@record(count=2, frames=2, alignment=2)
class Box:
    next: "Box | None" = None
    colour: Colour = Colour.RED
    open: bool = True
@executes
def nothing(box: Box) -> Box | None:
    return None
level: Small = 0
@routine(noinline=True)
def tint(colour: Colour) -> None:
    processor(Box).colour = colour
@routine
def paint(colour: Colour) -> None:
    box = processor(Box)
    tint(colour)
    link = choose(other for other in every(Box) if other is not box)
    box.next = reference(Box, address(link) | 1)
    with atomic("test"):
        box.open = False
        check(box.open or box.colour == Colour.RED, rule, "{box} is {box.colour}")
    box.open = box.next.open
    require(level == 9)
@action
def begin(colour: Colour, box: Box) -> None:
    require(not has_frames(box))
    enter(box, paint, colour)
@action
def close(box: Box) -> None:
    require(box.open)
    box.open = False
@action
def raise_level(box: Box) -> None:
    global level
    require(not box.open)
    level += 5
@action(interrupt=True)
def tick() -> None:
    pass
@invariant("all-open", "{box} is open: {box.open}, colour {shade}")
def all_open(box: Box, shade: Colour) -> bool:
    '''Test.'''
    if shade == Colour.RED:
        return True
    return all(other.open or level > 0 for other in every(Box)) and (level < 5 or box.next is not None)
@invariant("level-fits", "level {level}")
def level_fits() -> bool:
    '''Test.'''
    return level < 5 or half(level * 2 - 1) > 0
@function
def half(number: Small) -> Small:
    return number // 2
"""
RED, BLUE = 0, 1
BOX0, BOX1 = 2, 4


def begin(box: int, colour: int) -> Transition:
    return Transition(None, "begin", (colour, box))


def close(box: int) -> Transition:
    return Transition(None, "close", (box,))


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return program_of(tmp_path, MODEL)


def place(program: Program, text: str) -> Position:
    """The only place in the model where this text stands."""
    (found,) = [
        Position(file, number, line.index(text) + 1)
        for file, source in program.sources.items()
        for number, line in enumerate(source.splitlines(), 1)
        if text in line
    ]
    return found


def confirmed(program: Program, schedule: list[Transition], claim: Claim) -> Built:
    built = build_trace(program, schedule, claim)
    result = replay(program, built.trace)
    assert result.ok, result.reason
    assert parse_trace(dump_trace(built.trace)) == built.trace
    assert built.trace.initial == tuple(built.states[0].cells.items())
    assert len(built.states) == len(schedule) + 1
    for before, step, after in zip(built.states, built.trace.steps, built.states[1:], strict=False):
        assert before.cells | {change.cell: change.after for change in step.changes} == after.cells
    return built


def refused(program: Program, schedule: list[Transition], claim: Claim) -> str:
    with pytest.raises(Disagreement) as caught:
        build_trace(program, schedule, claim)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def invariant(program: Program, **binding: int) -> Claim:
    found = next(i for i in program.invariants if i.property == "all-open")
    return Claim("invariant", "all-open", found.position, binding)


# --- what is so ------------------------------------------------------------------------------------------------------


def test_an_invariant_is_told_with_what_it_read(program: Program) -> None:
    built = confirmed(program, [close(BOX1)], invariant(program, box=BOX0, shade=BLUE))
    violation = built.trace.violation
    assert violation.binding == (("box", "box0"), ("shade", "BLUE"))
    assert violation.message == "box0 is open: true, colour BLUE"
    # Not box0.open, which was right, nor box0.next, which was not asked for.
    assert violation.reads == (("box1.open", "False"), ("level", "0"))
    (step,) = built.trace.steps
    assert (step.name, step.at, step.column) == ("close", place(program, "def close"), "box1")
    assert step.changes == (Change("box1.open", "True", "False"),)
    assert built.states[1].cells["box1.open"] == "False"
    assert built.states[1].frames == {}


def test_a_check_is_told_with_the_values_it_saw(program: Program) -> None:
    position = place(program, "check(box.open")
    schedule = [begin(BOX0, BLUE), *[Transition(0)] * 2, Transition(0, choices=(BOX1,)), Transition(0), Transition(0)]
    built = confirmed(program, schedule, Claim("check", "rule", position))
    assert built.trace.violation.message == "box0 is BLUE"
    assert built.trace.violation.reads == (("box0.open", "False"), ("box0.colour", "BLUE"))
    assert built.states[-1] == built.states[-2]
    assert built.states[-1].cells["box0.open"] == "True"
    assert built.trace.steps[0].column == "box0"
    assert built.trace.steps[3].choices == ("box1",)


def test_steps_tell_where_they_begin_and_what_they_ran(program: Program) -> None:
    schedule = [begin(BOX0, RED), *[Transition(0)] * 2, Transition(0, choices=(BOX1,))]
    schedule += [Transition(0), Transition(0), Transition(0), Transition(0)]
    position = place(program, "box.next.open")
    built = confirmed(program, schedule, Claim("wild-pointer", "no-wild-pointer", position))
    assert built.trace.violation.message == "box1|1 is used as a pointer to Box, with its tag"
    assert built.trace.violation.reads == ()
    pushes, stores, chooses, *_ = built.trace.steps[1:]
    assert (pushes.calls[-1].position, pushes.at) == (place(program, "def paint"), place(program, "tint(colour)"))
    assert pushes.ran == (Activation("paint", pushes.at, (("colour", "RED"),)),)
    assert stores.ran == (Activation("tint", stores.at, (("colour", "RED"),)),)
    assert chooses.ran == (Activation("paint", chooses.at),)
    assert stores.calls[-1].position == place(program, "def tint")
    assert (stores.name, stores.at) == ("tint", place(program, "processor(Box).colour"))
    assert chooses.calls[-1].position == place(program, "tint(colour)")
    assert chooses.at == place(program, "choose(other")
    frames = built.states[2].frames["box0"]
    assert [[call.routine for call in calls] for calls in frames] == [["paint"], ["tint"]]
    assert [calls[-1].position for calls in frames] == [place(program, "tint(colour)"), place(program, "def tint")]
    assert list(built.states[3].frames) == ["box0"]


def test_a_step_without_an_access_stands_at_the_last_statement_that_it_ran(tmp_path: Path) -> None:
    text = """
g: Small = 0
@routine(noinline=True)
def refuses(shade: Small) -> bool:
    if shade > 0:
        return False
    return g == 0
@routine
def helper(shade: Small) -> bool:
    found = shade > 1
    return found or refuses(shade)
@routine
def main() -> None:
    global g
    if not helper(1):
        g = 1
@invariant("all-open", "g is {g}")
def unset() -> bool:
    '''Test.'''
    return g == 0
"""
    program = program_of(tmp_path, TWO_CPUS + text)
    position = next(i for i in program.invariants if i.property == "all-open").position
    built = confirmed(program, [Transition(0)] * 3, Claim("invariant", "all-open", position))
    pushes, returns, stores = built.trace.steps
    assert [(call.routine, call.arguments) for call in pushes.ran] == [("main", ()), ("helper", (("shade", "1"),))]
    assert pushes.at == place(program, "refuses(shade)")
    assert (returns.name, returns.at) == ("refuses", place(program, "return False"))
    assert (stores.name, stores.at, stores.activations[0].arguments) == ("main", place(program, "g = 1"), ())


def test_a_deadlock_is_told_with_where_everybody_waits(tmp_path: Path) -> None:
    text = """
g: Small = 0
@routine
def main() -> None:
    require(g == 1)
"""
    program = program_of(tmp_path, TWO_CPUS + text)
    built = confirmed(program, [], Claim("deadlock", "no-deadlock"))
    assert built.trace.violation.position == program.properties["no-deadlock"].position
    line = place(program, "def main").line
    waits = f"waits in main, line {line}"
    assert built.trace.violation.message == f"nothing can happen: cpu0 {waits}, cpu1 {waits}"


def test_a_model_error_in_a_step(program: Program) -> None:
    lift = Transition(None, "raise_level", (BOX0,))
    claim = Claim("model-error", position=place(program, "level += 5"))
    built = confirmed(program, [close(BOX0), lift, lift], claim)
    assert (built.trace.violation.property, built.trace.violation.message) == (
        "",
        "the value 10 is outside its range 0..9; widen the range, or fix the model",
    )


def test_a_model_error_in_an_invariant(tmp_path: Path) -> None:
    program = program_of(tmp_path, MODEL.replace("2 - 1", "2"))
    schedule = [close(BOX0), Transition(None, "raise_level", (BOX0,))]
    built = confirmed(program, schedule, Claim("model-error", position=place(program, "level * 2")))
    assert built.trace.violation.message == "the value 10 is outside its range 0..9; widen the range, or fix the model"


def test_a_model_error_in_the_initial_state(tmp_path: Path) -> None:
    text = """
g: Small = 9
@initial
def start() -> None:
    global g
    g += 1
"""
    program = program_of(tmp_path, text)
    built = build_trace(program, [], Claim("model-error", position=place(program, "g += 1")))
    assert (built.states, built.trace.initial, built.trace.steps) == ((), (), ())
    assert replay(program, built.trace).ok
    assert refused(program, [], Claim("deadlock", "no-deadlock")).startswith("initial state: the engine claims that it ends in")


# --- what is not so --------------------------------------------------------------------------------------------------


def test_a_transition_that_does_not_take_place(program: Program) -> None:
    claim = invariant(program, box=BOX0, shade=BLUE)
    said = refused(program, [close(BOX1), close(BOX1)], claim)
    assert said.startswith("step 2: the engine claims that close(box=box1) takes place, the replayer finds ")
    assert said.endswith(": not possible: a requirement does not hold")
    assert refused(program, [Transition(1)], claim) == (
        "step 1: the engine claims that a step of box1 takes place, the replayer finds not possible: there is no frame to step"
    )


@pytest.mark.parametrize(
    ("transition", "reason"),
    [
        (Transition(2), "processor 2 steps, the replayer finds no such processor"),
        (Transition(-1), "processor -1 steps, the replayer finds no such processor"),
        (Transition(None, "open"), "`open` takes place with [], the replayer finds no such action"),
        (Transition(None, "close"), "`close` takes place with [], the replayer finds no such action"),
        (Transition(None, "begin", (7, 2)), "`begin` takes place with [7, 2], the replayer finds no such arguments"),
        (Transition(None, "close", (3,)), "close(box=box0|1) takes place, the replayer finds"),
        (Transition(None, "close", (2,), (1,)), "close(box=box0) chooses [1], the replayer finds the choices []"),
    ],
)
def test_what_is_no_transition(program: Program, transition: Transition, reason: str) -> None:
    said = refused(program, [transition], invariant(program, box=BOX0, shade=BLUE))
    assert said.startswith(f"step 1: the engine claims that {reason}")


def test_choices_that_the_machine_does_not_make(program: Program) -> None:
    begun = [begin(BOX0, RED), *[Transition(0)] * 2]
    claim = invariant(program, box=BOX0, shade=BLUE)
    assert "a choice is open" in refused(program, [*begun, Transition(0)], claim)
    assert "box0 is not among the options" in refused(program, [*begun, Transition(0, choices=(BOX0,))], claim)
    said = refused(program, [*begun, Transition(0, choices=(BOX1, BOX0))], claim)
    assert said == "step 4: the engine claims that a step of box0 chooses [4, 2], the replayer finds the choices [4]"


def test_claims_that_are_not_so(program: Program) -> None:
    shut = [close(BOX1)]
    good = invariant(program, box=BOX0, shade=BLUE)
    assert refused(program, [], good) == (
        f"initial state: the engine claims that it ends in invariant all-open at {good.position} for box = 2, shade = 1, "
        "the replayer finds that it holds"
    )
    assert "the replayer finds that it holds" in refused(program, shut, invariant(program, box=BOX0, shade=RED))
    assert "all_open is not demanded for" in refused(program, shut, invariant(program, box=BOX0 + 1, shade=BLUE))
    assert "finds other parameters" in refused(program, shut, invariant(program, box=BOX0))
    assert "no such invariant" in refused(program, shut, Claim("invariant", "rule", good.position, good.binding))
    assert "finds that begin is possible" in refused(program, shut, Claim("deadlock", "no-deadlock"))
    assert "finds none there" in refused(program, shut, Claim("model-error", position=good.position))
    assert "finds that it takes place" in refused(program, shut, Claim("check", "rule", good.position))
    with pytest.raises(ValueError, match="unknown kind"):
        build_trace(program, shut, Claim("crash"))


def test_a_raised_violation_of_another_kind_or_place(program: Program) -> None:
    position = place(program, "check(box.open")
    schedule = [begin(BOX0, BLUE), *[Transition(0)] * 2, Transition(0, choices=(BOX1,)), Transition(0), Transition(0)]
    for claim in (
        Claim("wild-pointer", "rule", position),
        Claim("check", "all-open", position),
        Claim("check", "rule", place(program, "box.next.open")),
        invariant(program, box=BOX0, shade=BLUE),
    ):
        said = refused(program, schedule, claim)
        assert said.startswith(f"step 6: the engine claims that it ends in {claim.kind} {claim.property} at ")
        assert said.endswith(f"the replayer finds rule {position}: check: box0 is BLUE")
    said = refused(program, [*schedule, close(BOX1)], Claim("check", "rule", position))
    assert said.startswith("step 7: the engine claims that the path goes on, the replayer finds that step 6 ends it: ")


# --- the real models -------------------------------------------------------------------------------------------------


def first_claim(program: Program, history: list[Transition]) -> tuple[int, Claim] | None:
    """The first violation of an invariant along a history: after how many transitions, and the claim of it."""
    machine = Machine(program)
    for length, transition in enumerate(history, 1):
        if machine.take(transition).kind is not Kind.DONE:
            return None
        for found in program.invariants:
            for values in machine.bindings(found):
                names = [parameter.local.name for parameter in found.parameters]
                binding = dict(zip(names, values, strict=True))
                if not machine.evaluate_invariant(found, binding):
                    return length, Claim("invariant", found.property, found.position, binding)
    return None


@pytest.mark.parametrize("seeds", [range(2), pytest.param(range(2, 8), marks=pytest.mark.slow)], ids=["few", "many"])
def test_violations_of_the_rfc_are_told(seeds: range) -> None:
    program = load_program(PROJECT / "models/rfc_v1.py", {"CPUS": 2, "TASKS": 2})
    told = 0
    for seed in seeds:
        history, _ = random_walk(program, seed, 120)
        first = first_claim(program, history)
        if first is not None:
            length, claim = first
            built = confirmed(program, history[:length], claim)
            assert built.trace.violation.reads
            assert all(step.column for step in built.trace.steps)
            told += 1
    assert told >= len(seeds) // 2
