# SPDX-License-Identifier: GPL-2.0-only
"""The machine: repeatable, copyable, logged; and it says what is not possible."""

from __future__ import annotations

import ast
import random
from pathlib import Path

import pytest

import spec.reference
from spec.reference.audit import audit
from spec.reference.kernel.failures import DoubleCharge, Ended, Exhausted, Failure, Halted, WildPointer
from spec.reference.kernel.kernel import EVENTS, Sizes
from spec.reference.kernel.objects import Pages, TaskState
from spec.reference.log import Event, Move, event_from_json, event_to_json
from spec.reference.machine import Machine


def test_implementation_knows_nothing_of_the_checker() -> None:
    for path in Path(spec.reference.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert not [name for name in names if name.startswith(("checker", "models", "spec.kernel", "spec.properties"))], path


def run(machine: Machine, seed: int, steps: int) -> list[Move]:
    """Random moves, until the machine ends."""
    chance = random.Random(seed)
    taken = []
    for _ in range(steps):
        possible = [move for move in machine.moves() if move.event != "remote_read"]
        overflow = machine.kernel.stack_pages
        move = chance.choice([m for m in possible if m.event != "touch" or m.arguments[1] != overflow] or possible)
        taken.append(move)
        try:
            machine.take(move)
        except Ended:
            break
    return taken


@pytest.mark.parametrize("protocol", ["rfc_v1", "hardened"])
def test_same_moves_same_run(protocol: str) -> None:
    logs: list[list[Event]] = [[], []]
    first = Machine(protocol, Sizes(2, 2, 3), EVENTS, log=logs[0].append)
    second = Machine(protocol, Sizes(2, 2, 3), EVENTS, log=logs[1].append)
    for move in run(first, 1, 300):
        try:
            second.take(move)
        except Ended:
            break
    assert len(logs[0]) > 20
    assert logs[0] == logs[1]
    assert [event_from_json(event_to_json(event)) for event in logs[0]] == logs[0]


@pytest.mark.parametrize("protocol", ["rfc_v1", "hardened"])
def test_saved_state_can_be_left_another_way(protocol: str) -> None:
    """From a state that was saved, everything goes as on a machine that has only just come there."""
    machine = Machine(protocol, Sizes(2, 2, 3), ("touch", "migrate", "nmi", "sleep"))
    chance = random.Random(2)
    way: list[Move] = []
    for _ in range(120):
        here = machine.save()
        ways = machine.moves()
        for move in ways:
            machine.restore(here)
            try:
                machine.take(move)
            except Ended:
                continue
            one = machine.places(), machine.moves()
            fresh = Machine(protocol, Sizes(2, 2, 3), ("touch", "migrate", "nmi", "sleep"))
            for earlier in (*way, move):
                fresh.take(earlier)
            assert one == (fresh.places(), fresh.moves())
            assert machine.save()[4:] == fresh.save()[4:]
        machine.restore(here)
        safe = [m for m in ways if m.event == "" or m.arguments[-1] == 1]
        chosen = chance.choice(safe or ways)
        try:
            machine.take(chosen)
        except Ended:
            machine.restore(here)
            continue
        way.append(chosen)
        if len(way) > 30 and len(way) % 10:
            continue
    assert len(way) > 60


def test_impossible_moves_are_refused() -> None:
    machine = Machine("rfc_v1", Sizes(1, 1, 2), ("touch",))
    for move in (Move(1), Move(0, choice=True), Move(None, "touch", (0, 1)), Move(None, "nmi", (0, 1)), Move(None, "storm")):
        with pytest.raises(ValueError, match=r"not possible|there is no"):
            machine.take(move)
    assert machine.moves() == [Move(0)]
    with pytest.raises(ValueError, match="no event rain"):
        Machine("rfc_v1", events=("rain",))


def test_the_end_is_the_end() -> None:
    events: list[Event] = []
    machine = Machine("rfc_v1", Sizes(1, 1, 2), ("touch",), log=events.append)
    for choice in (None, None, None, 0, None, None, None):
        machine.take(Move(0, choice=choice))
    machine.take(Move(None, "touch", (0, 2)))
    for _ in range(2):
        machine.take(Move(0))
    with pytest.raises(Halted, match="stack overflow"):
        machine.take(Move(0))
    assert isinstance(machine.ended, Halted)
    assert machine.moves() == []
    assert events[-1].failure == "Halted: stack overflow, reported as such"
    with pytest.raises(ValueError, match="has ended"):
        machine.take(Move(0))


def test_hardened_survives_what_the_rfc_does_not() -> None:
    """Random runs with all events that one of the protocols has to resolve: none ends in a failure of the hardened protocol."""
    failed = {"rfc_v1": 0, "hardened": 0}
    for protocol in failed:
        for seed in range(25):
            machine = Machine(protocol, Sizes(2, 3, 3), [event for event in EVENTS if event != "remote-read"])
            run(machine, seed, 250)
            failed[protocol] += isinstance(machine.ended, Failure | Exhausted) or bool(audit(machine))
    assert failed["hardened"] == 0
    assert failed["rfc_v1"] > 10


def test_an_oops_kills_a_task_between_two_rounds() -> None:
    """Where schedule() has returned, and the next round has not begun. The other task lives on."""
    machine = Machine("hardened", Sizes(1, 2, 2), ("touch", "oops-continues"))
    cpu, task, other = machine.cpus[0], *machine.tasks[:2]
    chance = random.Random(1)

    def go_on() -> None:
        machine.take(chance.choice([move for move in machine.moves() if move.event != "touch"]))

    while cpu.current is not task or task.context.inside:
        go_on()
    machine.take(Move(None, "touch", (0, machine.kernel.stack_pages)))
    while cpu.handlers:
        go_on()
    assert task.killed
    while task.stack_vm_area is not None:
        go_on()
    while cpu.current is not other or "plain_work" not in other.context.inside:
        go_on()
    assert task.state is TaskState.TASK_DEAD


def test_example_in_the_documents(capsys: pytest.CaptureFixture[str]) -> None:
    text = (Path(__file__).parents[2] / "docs" / "internals" / "implementation.md").read_text(encoding="utf-8")
    example = text.split("```python\n")[1].split("```")[0]
    exec(example, {})
    told = capsys.readouterr().out.splitlines()
    assert told[-2].endswith("the repeated access")
    assert "task0's stack counts 2 pages, and page1 is at level 2" in told[-1]


def test_pointers_are_looked_at() -> None:
    pages = Pages(2)
    page = pages.allocate()
    assert pages.at(page.pointer) is page
    for wild in (0, 1, page.pointer | 1, page.pointer + 2, page.pointer + 4):
        with pytest.raises(WildPointer):
            pages.at(wild)
    pages.allocate()
    with pytest.raises(Exhausted):
        pages.allocate()


def test_a_page_is_charged_once() -> None:
    """The RFC's refill sleeps, is entered again, and charges the same page a second time."""
    machine = Machine("rfc_v1", Sizes(1, 1, 2), ("touch", "sleep"))
    found: Ended | None = None
    for seed in range(200):
        machine = Machine("rfc_v1", Sizes(1, 1, 2), ("touch", "sleep"))
        run(machine, seed, 120)
        if isinstance(machine.ended, DoubleCharge):
            found = machine.ended
            break
    assert str(found) == "page0 is charged to task0 already, now again to task0"
