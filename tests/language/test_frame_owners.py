# SPDX-License-Identifier: GPL-2.0-only
"""`frame_owner` names whoever a frame was entered for, whatever the processor executes by then."""

from __future__ import annotations

import pytest

from checker.explicit.search.results import Limits
from checker.explicit.search.search import Search
from checker.ir.lowering.lower import lower
from checker.language import tree
from checker.language.walking import nodes
from tests.support.systems.small_programs import program_of

MODEL = """
same = demand("same", "the owner is who the frame was entered for")
@record(count=2, frames=3)
class Task:
    seen: bool = False
@record(count=2, frames=2)
class Cpu:
    current: Task | None = None
    struck: bool = False
@executes
def current(cpu: Cpu) -> Task | None:
    return cpu.current
@initial
def start() -> None:
    for task in every(Task):
        enter(task, main, task)
@action
def switch(cpu: Cpu, task: Task) -> None:
    require(all(other.current is not task for other in every(Cpu)))
    cpu.current = task
@action(interrupt=True)
def strike(cpu: Cpu) -> None:
    require(not cpu.struck)
    cpu.struck = True
    enter(cpu, handler, cpu)
@routine
def main(me: Task) -> None:
    check(frame_owner(Task) is me and frame_owner(Cpu) is None, same, "{me}")
    processor(Cpu).current = None
    check(frame_owner(Task) is me, same, "{me}")
    if outer(me) == 1:
        inlined(me, None)
    with atomic("test"):
        processor(Cpu).current = None
        check(frame_owner(Task) is me, same, "{me}")
        inlined(frame_owner(Task), None)
@routine(noinline=True)
def outer(me: Task) -> Small:
    processor(Cpu).current = None
    return inner(me)
@routine(noinline=True)
def inner(me: Task) -> Small:
    inlined(me, None)
    owner = frame_owner(Task)
    owner.seen = True
    return 1
@routine
def inlined(task: Task | None, cpu: Cpu | None) -> None:
    check(frame_owner(Task) is task and frame_owner(Cpu) is cpu, same, "{task} {cpu}")
@routine
def handler(cpu: Cpu) -> None:
    inlined(None, cpu)
    unasked()
    deeper(cpu)
@routine(noinline=True)
def deeper(cpu: Cpu) -> None:
    inlined(None, cpu)
@routine
def unasked() -> None:
    pass
@invariant("unseen", "test")
def unseen() -> bool:
    "Test."
    return not all(task.seen for task in every(Task))
"""


def test_it_is_who_the_frame_was_entered_for() -> None:
    program = program_of(MODEL)
    result = Search(lower(program)).run(Limits())
    assert set(result.findings) == {"unseen"} and result.stopped is None and not result.cuts and result.error is None
    assert not [place for place in result.unreached if "check" in str(place)]


@pytest.mark.parametrize(
    "change",
    [
        ("inlined(None, cpu)\n    unasked", "inlined(None, null(Cpu))\n    unasked"),
        ("    return inner(me)", "    return inner(null(Task))"),
        ("enter(task, main, task)", "enter(instance(Task, 0), main, task)"),
    ],
)
def test_the_checks_of_the_model_can_fail(change: tuple[str, str]) -> None:
    assert change[0] in MODEL
    assert "same" in Search(lower(program_of(MODEL.replace(*change)))).run(Limits()).findings


def test_only_routines_that_need_it_carry_it() -> None:
    program = program_of(MODEL)
    carried = {name: [local.name for local in routine.parameters][-2:] for name, routine in program.routines.items()}
    both = ["frame.owner.Cpu", "frame.owner.Task"]
    assert all(carried[name] == both for name in ("main", "outer", "inner", "inlined", "handler", "deeper"))
    assert carried["unasked"] == []
    assert not [node for node in nodes((program.routines, program.actions)) if isinstance(node, tree.FrameOwner)]
