# SPDX-License-Identifier: GPL-2.0-only
"""What a failing condition that asks about frames is told to have seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from checker.language.schedule import Call
from checker.language.tree import Position, Program
from checker.report.text.trace_text import text_report
from checker.trace.confirmation.build import Claim, build_trace
from checker.trace.confirmation.replay import replay
from checker.trace.data import Stack, Trace
from checker.trace.machine import Transition
from checker.trace.store import TraceError, dump_trace, parse_trace
from tests.trace.small_models import program_of

MODEL = """
@record(count=3, frames=2)
class Cpu:
    own: Small = 0
@executes
def nothing(cpu: Cpu) -> Cpu | None:
    return None
@routine
def inner(cpu: Cpu) -> None:
    cpu.own += 1
    cpu.own += 2
@routine(noinline=True)
def outer(cpu: Cpu) -> None:
    inner(cpu)
    cpu.own = 0
@routine
def main() -> None:
    outer(processor(Cpu))
@routine
def looks() -> None:
    with atomic("test"):
        check(not in_routine(instance(Cpu, 0), inner), rule, "somebody is inside")
@action
def begin(cpu: Cpu) -> None:
    require(not has_frames(cpu))
    enter(cpu, main)
@action
def look(cpu: Cpu) -> None:
    require(not has_frames(cpu))
    enter(cpu, looks)
@invariant("stays-out", "a processor is inside")
def stays_out() -> bool:
    '''Test.'''
    return not any(in_routine(cpu, inner) for cpu in every(Cpu))
@invariant("two-at-work", "{cpu} alone")
def two_at_work(cpu: Cpu) -> bool:
    '''Test.'''
    return not has_frames(cpu) or any(has_frames(other) and other is not cpu for other in every(Cpu))
@invariant("adds-up", "too much")
def adds_up() -> bool:
    '''Test.'''
    return instance(Cpu, 0).own < 1
"""
CPU0, CPU1 = 1, 2


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return program_of(tmp_path, MODEL)


def at(program: Program, text: str) -> Position:
    """The only place in the model where this text stands."""
    (found,) = [
        Position(file, number, line.index(text) + 1)
        for file, source in program.sources.items()
        for number, line in enumerate(source.splitlines(), 1)
        if text in line
    ]
    return found


def begin(cpu: int) -> Transition:
    return Transition(None, "begin", (cpu,))


def invariant_of(program: Program, name: str, schedule: list[Transition], **binding: int) -> Trace:
    position = next(invariant.position for invariant in program.invariants if invariant.property == name)
    trace = build_trace(program, schedule, Claim("invariant", name, position, binding)).trace
    result = replay(program, trace)
    assert result.ok, result.reason
    assert parse_trace(dump_trace(trace)) == trace
    return trace


def inside(program: Program) -> Trace:
    """Processor 1 has pushed `outer`, whose inlined `inner` has begun."""
    return invariant_of(program, "stays-out", [begin(CPU0), begin(CPU1), Transition(1), Transition(1)])


def test_only_the_owner_that_decides_is_named(program: Program) -> None:
    trace = inside(program)
    assert trace.violation.reads == ()
    call = Call("main", at(program, "outer(processor"))
    rest = (Call("outer", at(program, "inner(cpu)")), Call("inner", at(program, "cpu.own += 1")))
    assert trace.violation.stacks == (Stack("cpu1", ((call,), rest)),)


def test_the_report_names_each_frame(program: Program) -> None:
    text = text_report(inside(program), width=400)
    name = program.model
    lines = [at(program, place).line for place in ("outer(processor", "inner(cpu)", "cpu.own += 1")]
    assert text.endswith(
        "\n  It reads:\n"
        f"    cpu1 frame 0 is in main at {name}:{lines[0]}\n"
        f"    cpu1 frame 1 is in outer at {name}:{lines[1]}, in inner at {name}:{lines[2]}\n"
    )


def test_an_owner_without_frames_is_told(program: Program) -> None:
    trace = invariant_of(program, "two-at-work", [begin(CPU0)], cpu=CPU0)
    assert [stack.owner for stack in trace.violation.stacks] == ["cpu0", "cpu1", "cpu2"]
    text = text_report(trace, width=400)
    assert "    cpu0 frame 0 is in main at " in text
    assert text.endswith("    cpu1 has no frame\n    cpu2 has no frame\n")


def test_a_condition_on_cells_alone_names_no_frames(program: Program) -> None:
    trace = invariant_of(program, "adds-up", [begin(CPU0), *[Transition(0)] * 3])
    assert trace.violation.stacks == ()
    assert '"stacks"' not in dump_trace(trace)
    assert "frame" not in text_report(trace).partition("It reads:")[2]


def test_a_check_names_them(program: Program) -> None:
    schedule = [begin(CPU0), Transition(0), Transition(0), Transition(None, "look", (CPU1,)), Transition(1)]
    trace = build_trace(program, schedule, Claim("check", "rule", at(program, "check(not in_routine"))).trace
    assert replay(program, trace).ok
    (stack,) = trace.violation.stacks
    assert stack.owner == "cpu0"
    assert [call.routine for call in stack.frames[-1]] == ["outer", "inner"]
    assert "    cpu0 frame 1 is in outer at " in text_report(trace)


def edited(change: Callable[[Stack], Stack]) -> Callable[[Trace], Trace]:
    def edit(trace: Trace) -> Trace:
        (stack,) = trace.violation.stacks
        return replace(trace, violation=replace(trace.violation, stacks=(change(stack),)))

    return edit


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (edited(lambda stack: replace(stack, frames=stack.frames[:1])), "frames of cpu1: the trace says main at "),
        (edited(lambda stack: replace(stack, frames=())), "frames of cpu1: the trace says none, the replay finds main at "),
        (edited(lambda stack: replace(stack, owner="cpu2")), "frames of cpu2: the trace says main at "),
        (edited(lambda stack: replace(stack, owner="cpu9")), "the replay finds no such owner"),
    ],
)
def test_the_replay_compares_them(program: Program, edit: Callable[[Trace], Trace], reason: str) -> None:
    result = replay(program, edit(inside(program)))
    assert not result.ok
    assert reason in str(result.reason)


def test_their_lines_may_move(tmp_path: Path, program: Program) -> None:
    trace = inside(program)
    moved = program_of(tmp_path, MODEL.replace("    cpu.own += 2", "    # said\n    cpu.own += 2"))
    assert replay(moved, trace).ok


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('"owner": "cpu1"', '"owner": 1', "violation.stacks[0].owner must be a string"),
        ('"frames": [', '"frames": [[], ', "violation.stacks[0].frames[0] must not be empty"),
    ],
)
def test_a_file_is_checked(program: Program, before: str, after: str, message: str) -> None:
    start, stacks, rest = dump_trace(inside(program)).partition('"stacks"')
    with pytest.raises(TraceError) as error:
        parse_trace(start + stacks + rest.replace(before, after, 1))
    assert message in str(error.value)
