# SPDX-License-Identifier: GPL-2.0-only
"""The protocols on real page faults: thousands of growths, the kernel's page table looked at after each, the same as simulated."""

from __future__ import annotations

import dataclasses
import random
import threading
from collections.abc import Iterator

import pytest

from spec.reference.kernel.failures import Failure
from spec.reference.kernel.kernel import EVENTS, Sizes
from spec.reference.kernel.memory import SimulatedMemory
from spec.reference.log import Move
from spec.reference.machine import Machine
from spec.reference.real.real_memory import Inconsistent, RealMemory
from spec.reference.real.userfaultfd import Unavailable
from spec.reference.real.watched import Hole, RandomRun, Watched, random_run
from spec.reference.workload.depths import Depths
from spec.reference.workload.workload import Parameters, run


@pytest.fixture
def real(time_limit: None) -> Iterator[list[RealMemory]]:
    """Real memories for stacks of 3 and of 4 pages."""
    try:
        with RealMemory(3) as three, RealMemory(4) as four:
            yield [three, four]
    except Unavailable as reason:
        pytest.skip(str(reason))


def grow(real: list[RealMemory], replaced: int) -> int:
    parameters = Parameters("hardened", 2, 16, Depths((0, 0, 1, 4)), replaced=replaced, failing=0.02, seed=replaced)
    result = run(parameters, real[1])
    assert result.ended is None
    assert result.counts.refused == 0
    assert result.counts.looked == result.counts.growths
    assert real[1].faults == result.counts.growths
    assert result.pages == sum(sum(real[1].mapped_levels(area)) for area in range(16 + 2 * 2 + 3)) - result.idle_pages
    return result.counts.growths


def test_a_thousand_real_growths_leave_no_hole(real: list[RealMemory]) -> None:
    assert grow(real, 950) > 1000


@pytest.mark.slow
def test_ten_thousand_real_growths_leave_no_hole(real: list[RealMemory]) -> None:
    assert grow(real, 9000) > 10_000


TASKS_COME_AND_GO = ("touch", "fork", "exit", "oops-continues", "oom", "charge-fail", "migrate")
ALL = tuple(event for event in EVENTS if event not in ("sleep", "remote-read", "hotplug"))


def runs(protocol: str, events: tuple[str, ...], real: RealMemory, growths: int, seed: int) -> list[RandomRun]:
    found = []
    for memory in (None, real):
        machine = Machine(protocol, Sizes(2, 3, 3), events, memory)
        found.append(random_run(Watched(machine), random.Random(seed), growths, 40_000))
    return found


@pytest.mark.parametrize(("events", "growths"), [(TASKS_COME_AND_GO, 100), (ALL, 7)])
def test_random_runs_are_the_same_on_real_faults(real: list[RealMemory], events: tuple[str, ...], growths: int) -> None:
    simulated, with_faults = runs("hardened", events, real[0], growths, seed=1)
    assert simulated == with_faults
    assert with_faults.ended is None
    assert with_faults.counts.growths == growths
    assert real[0].faults >= growths + with_faults.counts.refused  # more: two accesses can wait for one page


def test_the_posted_protocol_fails_the_same_way_on_real_faults(real: list[RealMemory]) -> None:
    simulated, with_faults = runs("rfc_v1", ("touch", "fork", "exit", "oops-continues"), real[0], 1000, seed=2)
    assert isinstance(simulated.ended, Failure)
    assert type(with_faults.ended) is type(simulated.ended)
    assert str(with_faults.ended) == str(simulated.ended)
    assert (with_faults.counts, with_faults.steps) == (simulated.counts, simulated.steps)


class Skips(SimulatedMemory):
    """Maps each page one level deeper than it should."""

    def map(self, area: int, level: int, frame: int) -> None:
        super().map(area, min(level + 1, 3) if level else level, frame)


class Forgets(SimulatedMemory):
    """Maps the second level, and then the first one is gone."""

    def map(self, area: int, level: int, frame: int) -> None:
        super().map(area, level, frame)
        if level == 2:
            super().unmap(area, 1)


def step_until_handled(watched: Watched) -> None:
    for _ in range(200):
        if not watched.machine.cpus[0].handlers:
            return
        watched.take(Move(0))
    raise AssertionError("the fault does not end")


def machine_at_work(memory: SimulatedMemory | RealMemory) -> Watched:
    """One task, on its CPU, about to do its plain work."""
    watched = Watched(Machine("hardened", Sizes(1, 1, 4), ("touch",), memory))
    for _ in range(100):
        moves = watched.machine.moves()
        if any(move.event == "touch" for move in moves):
            return watched
        watched.take(next(move for move in moves if move.choice in (None, 0)))
    raise AssertionError("the task does not run")


def test_a_hole_is_seen() -> None:
    watched = machine_at_work(Forgets(1, 4))
    watched.take(Move(None, "touch", (0, 2)))
    with pytest.raises(Hole, match="level 2 is mapped below a hole at level 1"):
        step_until_handled(watched)


def test_a_hole_is_seen_in_real_memory(real: list[RealMemory], monkeypatch: pytest.MonkeyPatch) -> None:
    watched = machine_at_work(real[1])

    def forget(area: int, level: int, frame: int) -> None:
        RealMemory.map(real[1], area, level, frame)
        if level == 2:
            real[1].unmap(area, 1)

    monkeypatch.setattr(real[1], "map", forget)
    watched.take(Move(None, "touch", (0, 2)))
    with pytest.raises(Hole, match="level 2 is mapped below a hole at level 1"):
        step_until_handled(watched)


def test_a_fault_that_maps_nothing_where_it_should_is_unresolved() -> None:
    watched = machine_at_work(Skips(1, 4))
    watched.take(Move(None, "touch", (0, 1)))
    with pytest.raises(Failure, match="still not mapped"):
        step_until_handled(watched)


def test_no_fault_where_the_machine_has_one_is_told(real: list[RealMemory], monkeypatch: pytest.MonkeyPatch) -> None:
    watched = machine_at_work(real[1])
    monkeypatch.setattr(real[1], "access", lambda area, level: True)
    with pytest.raises(Inconsistent, match="goes through"):
        watched.take(Move(None, "touch", (0, 1)))


def test_a_refused_fault_ends_the_access_and_leaves_nothing(real: list[RealMemory]) -> None:
    watched = machine_at_work(real[1])
    for slot in range(3):
        watched.machine.cpus[0].pool[slot] = 0
    watched.take(Move(None, "touch", (0, 1)))
    with pytest.raises(Exception, match="stack overflow"):
        step_until_handled(watched)
    assert watched.counts == dataclasses.replace(watched.counts, growths=0, refused=1)
    area = watched.machine.tasks[0].stack_vm_area
    assert area is not None
    assert watched.levels(area.index) == (True, False, False, False, False)
    assert real[1].sleeping() == 0


def test_an_error_in_the_fault_routine_leaves_nobody_asleep(real: list[RealMemory], monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(area: int, level: int, frame: int) -> None:
        raise ZeroDivisionError

    watched = machine_at_work(real[1])
    watched.take(Move(None, "touch", (0, 3)))
    asleep = [thread for thread in threading.enumerate() if thread.name == "access"]
    assert len(asleep) == real[1].sleeping() == 1
    monkeypatch.setattr(real[1], "map", break_down)
    with pytest.raises(ZeroDivisionError):
        step_until_handled(watched)
    real[1].close()
    assert not asleep[0].is_alive()
