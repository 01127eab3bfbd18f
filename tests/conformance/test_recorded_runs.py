# SPDX-License-Identifier: GPL-2.0-only
"""Recorded runs: what is accepted, and what is told of what is not."""

from __future__ import annotations

import dataclasses
import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from checker.cli.main import run as stackproof
from checker.conformance.recording import load_run, save_run, walk
from checker.project import PROJECT
from spec.reference.kernel.kernel import Sizes
from spec.reference.log import Event, Move
from spec.reference.machine import Machine
from spec.reference.real.real_memory import RealMemory
from spec.reference.real.userfaultfd import Unavailable
from spec.reference.real.watched import Watched, random_run
from tests.support.sampling import some

SIZES = Sizes(cpus=2, tasks=2, stack_pages=3)
EVENTS = ("touch", "oom", "late-fault")


def random_events(protocol: str, seed: int, steps: int, sizes: Sizes = SIZES, events: tuple[str, ...] = EVENTS) -> list[Event]:
    """A random run that says what it does; it knows nothing of any model."""
    found: list[Event] = []
    walk(Machine(protocol, sizes, events, log=found.append), steps, seed)
    return found


def model(name: str) -> str:
    return str(PROJECT / f"models/{name}.py")


@pytest.mark.parametrize(("protocol", "seed"), some([("rfc_v1", 1), ("rfc_v1", 2), ("hardened", 3), ("hardened", 4)], 2))
def test_random_runs_are_runs_of_the_model(protocol: str, seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    events = random_events(protocol, seed, 400)
    save_run(tmp_path / "run.json", protocol, SIZES, EVENTS, events)
    assert load_run(tmp_path / "run.json").events == tuple(events)
    assert stackproof(["conform", model(protocol), "--run", str(tmp_path / "run.json")]) == 0
    out = capsys.readouterr().out
    assert "accepted" in out
    values = int(out.rpartition("; ")[2].split()[0].replace(",", ""))
    assert values > len(events) // 6


def growth(protocol: str, level: int = 1) -> list[Event]:
    """cpu0 picks task0, which goes as deep as that, and then runs idle again."""
    found: list[Event] = []
    machine = Machine(protocol, Sizes(stack_pages=3), ("touch",), log=found.append)
    deep = Move(None, "touch", (0, level))
    while deep not in machine.moves():
        machine.take(machine.moves()[0])
    machine.take(deep)
    while machine.cpus[0].handlers or machine.cpus[0].current.index == 0:
        moves = [move for move in machine.moves() if move.cpu == 0]
        machine.take(moves[-1])
    return found


Edit = Callable[[list[Event]], list[Event]]


def _without(part: str) -> Edit:
    return lambda events: [event for event in events if part not in event.what]


def _other_value(part: str, value: str) -> Edit:
    return lambda events: [
        dataclasses.replace(event, values=(("value", value),)) if part in event.what else event for event in events
    ]


REFUSED: list[tuple[str, Edit, str]] = [
    ("a store that is recorded with another value", _other_value("store vm_area0.nr_pages", "3"), "vm_area0.nr_pages is 2 in the model"),
    ("a load that is recorded with another value", _other_value("load cpu0.pool[0]", "page9"), "cpu0.pool[0] is "),
    ("a fault without its touch", _without("touch"), "The model can:"),
    ("a touch of what is mapped", lambda events: [dataclasses.replace(e, move=Move(None, "touch", (0, 0))) if e.what == "touch" else e for e in events], "is_unmapped(task, level)"),
    ("an idle task that schedules for nobody", lambda events: [dataclasses.replace(events[0], move=Move(0, choice=True))], "choices there"),
    ("a run that is said to fail", lambda events: [*events[:5], dataclasses.replace(events[5], failure="DoubleCharge: twice")], "violates charge-once in the record, and goes on in the model"),
    ("a value of what the machine has not", lambda events: [dataclasses.replace(e, what=e.what.replace("cpu0.pool", "cpu7.pool")) for e in events], "the model has no cpu7.pool[0]"),
    ("an event that this machine has not", lambda events: [dataclasses.replace(events[0], move=Move(None, "nmi", (0, 1)))], "no action nmi"),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "told"), some([case[1:] for case in REFUSED], 3), ids=[case[0] for case in REFUSED])
def test_a_run_that_is_none_is_refused(edit: Edit, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    events = edit(growth("rfc_v1"))
    save_run(tmp_path / "run.json", "rfc_v1", Sizes(stack_pages=3), ("touch",), events)
    assert stackproof(["conform", model("rfc_v1"), "--run", str(tmp_path / "run.json")]) == 1
    out = capsys.readouterr().out
    assert " rejected at event " in out.splitlines()[0]
    assert "The model can:" in out
    assert told in out


def test_what_a_protocol_adds_is_compared_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    events = _other_value("store task0.stack_grown", "False")(growth("hardened"))
    save_run(tmp_path / "run.json", "hardened", Sizes(stack_pages=3), ("touch",), events)
    assert stackproof(["conform", model("hardened"), "--run", str(tmp_path / "run.json")]) == 1
    assert "stack_grown[task0] is True in the model then, and False was recorded" in capsys.readouterr().out


def test_a_run_that_needs_more_room_than_the_machine_has_is_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    events = growth("rfc_v1")
    events[-1] = dataclasses.replace(events[-1], failure="Exhausted: no page frame is left")
    save_run(tmp_path / "run.json", "rfc_v1", Sizes(stack_pages=3), ("touch",), events)
    assert stackproof(["conform", model("rfc_v1"), "--run", str(tmp_path / "run.json")]) == 0
    assert "accepted: " in capsys.readouterr().out


def test_the_longest_beginning_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    events = growth("rfc_v1")
    at = next(n for n, event in enumerate(events) if event.what == "touch")
    events[at] = dataclasses.replace(events[at], move=Move(None, "touch", (0, 0)))
    save_run(tmp_path / "run.json", "rfc_v1", Sizes(stack_pages=3), ("touch",), events)
    assert stackproof(["conform", model("rfc_v1"), "--run", str(tmp_path / "run.json")]) == 1
    out = capsys.readouterr().out
    assert f"rejected at event {at}:" in out
    assert f"The first {at} steps are a run of the model" in out
    assert "touch(cpu=cpu0, level=1)" in out


def test_a_run_of_one_protocol_is_none_of_the_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save_run(tmp_path / "run.json", "rfc_v1", Sizes(stack_pages=3), ("touch",), growth("rfc_v1"))
    assert stackproof(["conform", model("hardened"), "--run", str(tmp_path / "run.json")]) == 2
    assert stackproof(["conform", model("hardened"), "--protocol", "rfc_v1", "--run", str(tmp_path / "run.json")]) == 1
    assert "run of rfc_v1, not of hardened" in capsys.readouterr().err


@pytest.mark.parametrize(
    "change",
    [
        {"schema": "stackproof-trace"},
        {"version": 2},
        {"sizes": {"cpus": 1}},
        {"sizes": {"cpus": 99, "tasks": 1, "stack_pages": 3, "spare_pages": 0, "exception_stacks": 2}},
        {"possible": "touch"},
        {"possible": ["tuch"]},
        {"events": [{}]},
        {"events": None},
        {"protocol": 3},
    ],
    ids=str,
)
def test_a_file_that_is_no_run_is_one_line(change: dict[str, object], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "run.json"
    save_run(file, "rfc_v1", Sizes(stack_pages=3), ("touch",), growth("rfc_v1"))
    file.write_text(json.dumps(json.loads(file.read_text()) | change))
    assert stackproof(["conform", model("rfc_v1"), "--run", str(file)]) == 2
    error = capsys.readouterr().err
    assert len(error.splitlines()) == 1
    assert "error: " in error


def test_a_run_can_be_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(tmp_path / "run.json")
    assert stackproof(["conform", model("hardened"), "--record", file, "--steps", "60", "--seed", "5", "--events", "touch"]) == 0
    assert "60 events of hardened" in capsys.readouterr().out
    assert stackproof(["conform", model("hardened"), "--run", file]) == 0
    assert "accepted: 60 steps" in capsys.readouterr().out


@pytest.mark.parametrize("protocol", ["rfc_v1", "hardened"])
def test_a_run_with_real_page_faults_is_a_run_of_the_model(
    protocol: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    possible = ("touch", "oom", "fork", "exit", "oops-continues")
    events: list[Event] = []
    try:
        with RealMemory(3) as memory:
            machine = Machine(protocol, SIZES, possible, memory, log=events.append)
            made = random_run(Watched(machine), random.Random(1), 30, 1500)
    except Unavailable as reason:
        pytest.skip(str(reason))
    assert made.counts.growths > 1
    save_run(tmp_path / "run.json", protocol, SIZES, possible, events)
    status = stackproof(["conform", model(protocol), "--run", str(tmp_path / "run.json")])
    assert status == 0, capsys.readouterr().out[-1500:]
