# SPDX-License-Identifier: GPL-2.0-only
"""Real stacks: what the back end says of them is what a table would say, and what the kernel says."""

from __future__ import annotations

import ctypes
import errno
import os
import random
from collections.abc import Iterator

import pytest

from spec.reference.kernel.memory import SimulatedMemory, StackMemory
from spec.reference.real import real_memory, system_calls
from spec.reference.real.pagemap import PageMap
from spec.reference.real.real_memory import Inconsistent, RealMemory, hole_in
from spec.reference.real.userfaultfd import Unavailable, Userfault

AREAS, STACK_PAGES, FRAMES = 6, 4, 300


@pytest.fixture(params=["move", "copy", "mincore"])
def memory(request: pytest.FixtureRequest, time_limit: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[RealMemory]:
    """Empty; as this kernel has it, as one before Linux 6.8, and where /proc/self/pagemap cannot be read."""
    if request.param == "mincore":
        monkeypatch.setattr(PageMap, "PATH", "/proc/self/no such file")
    if request.param == "copy":

        def register_without_move(self: Userfault, address: int, length: int) -> None:
            register(self, address, length)
            self.can_move = False

        register = Userfault.register
        monkeypatch.setattr(Userfault, "register", register_without_move)
    try:
        found = RealMemory(STACK_PAGES)
    except Unavailable as reason:
        pytest.skip(str(reason))
    if request.param == "move" and "moved" not in found.description():
        found.close()
        pytest.skip("UFFDIO_MOVE needs Linux 6.8")
    assert ("mincore" in found.description()) == (request.param == "mincore")
    yield found
    found.close()


def test_it_does_what_the_table_does(memory: RealMemory) -> None:
    """Random calls, each frame at one place at most, with areas that are emptied and used again."""
    both: tuple[StackMemory, StackMemory] = (memory, SimulatedMemory(AREAS, STACK_PAGES))
    chooser = random.Random(3)
    at: dict[tuple[int, int], int] = {}
    faulted = 0
    for _ in range(3000):
        area, level = chooser.randrange(AREAS), chooser.randrange(STACK_PAGES)
        what = chooser.choice(["map", "map", "unmap", "access", "access", "zero", "scribble"])
        if what == "map":
            frame = chooser.choice([f for f in range(FRAMES) if f not in at.values() or at.get((area, level)) == f])
            at[area, level] = frame
            for one in both:
                one.map(area, level, frame)
        elif what == "unmap":
            at.pop((area, level), None)
            for one in both:
                one.unmap(area, level)
        elif what == "access":
            level = chooser.randrange(STACK_PAGES + 1)
            went_through = memory.access(area, level)
            assert went_through == both[1].access(area, level)
            faulted += not went_through
        else:
            for one in both:
                getattr(one, what)(chooser.randrange(FRAMES))
        seen = tuple(memory.frame_at(area, k) for k in range(STACK_PAGES))
        assert seen == tuple(both[1].frame_at(area, k) for k in range(STACK_PAGES))
        assert memory.mapped_levels(area) == (*(frame is not None for frame in seen), False)
    assert memory.faults == faulted > 300
    for area in range(AREAS):
        for level in range(STACK_PAGES + 1):
            memory.refuse(area, level)
        assert memory.mapped_levels(area) == (*((area, k) in at for k in range(STACK_PAGES)), False)


def test_a_growth_is_one_fault_and_a_page_that_moves(memory: RealMemory) -> None:
    for frame in range(STACK_PAGES):
        memory.zero(frame)
    before = memory.resident_pages()
    for level in range(STACK_PAGES):
        assert not memory.access(0, level)
        memory.map(0, level, level)
        assert memory.access(0, level)
        assert hole_in(memory.mapped_levels(0)) is None
    assert memory.faults == STACK_PAGES
    assert memory.resident_pages() == before  # no page was made of nothing
    assert [memory.frame_at(0, level) for level in range(STACK_PAGES)] == list(range(STACK_PAGES))


def test_what_is_in_a_page_goes_with_it(memory: RealMemory) -> None:
    memory.scribble(5)
    memory.map(0, 0, 5)
    assert memory.contents(0, 0)[real_memory.HEADER :].count(0) == 0
    assert memory.access(0, 0)
    memory.unmap(0, 0)
    memory.map(1, 3, 5)
    written = memory.contents(1, 3)
    assert written[real_memory.HEADER] == 1 and 0 not in written[real_memory.HEADER :]
    memory.zero(5)
    assert not any(memory.contents(1, 3)[real_memory.HEADER :])
    assert memory.frame_at(1, 3) == 5
    with pytest.raises(ValueError, match="nothing is mapped"):
        memory.contents(1, 2)


def test_the_guard_page_and_a_refused_level_end_without_effect(memory: RealMemory) -> None:
    memory.map(0, 0, 0)
    assert not memory.access(0, STACK_PAGES)
    assert not memory.access(0, 2)
    memory.refuse(0, 2)
    memory.refuse(0, STACK_PAGES)
    assert memory.mapped_levels(0) == (True, False, False, False, False)
    assert not memory.access(0, 2)  # and it can be tried again
    memory.map(0, 2, 1)
    assert memory.access(0, 2)
    assert hole_in(memory.mapped_levels(0)) == "level 2 is mapped below a hole at level 1"
    with pytest.raises(ValueError, match="level 5"):
        memory.access(0, STACK_PAGES + 1)


def test_a_frame_at_two_places(memory: RealMemory) -> None:
    """As a faulty protocol does it: both say the frame's number, and what follows is not an error of the back end."""
    memory.map(0, 0, 7)
    memory.map(1, 0, 7)
    assert memory.frame_at(0, 0) == memory.frame_at(1, 0) == 7
    memory.unmap(0, 0)
    assert (memory.frame_at(0, 0), memory.frame_at(1, 0)) == (None, 7)
    memory.map(2, 0, 7)
    memory.unmap(1, 0)
    memory.unmap(2, 0)
    memory.map(0, 0, 7)
    assert memory.frame_at(0, 0) == 7


def test_a_page_that_nobody_has_mapped_is_told(memory: RealMemory) -> None:
    memory.map(0, 0, 0)
    address = memory.address(0, 0)
    assert memory.mapped_levels(0)[0]
    ctypes.memset(address, 0xFF, 8)
    with pytest.raises(Inconsistent, match="not a page frame"):
        memory.frame_at(0, 0)


@pytest.mark.parametrize(
    ("levels", "reason"),
    [
        ((False, False, False), None),
        ((True, False, False), None),
        ((True, True, False), None),
        ((False, True, False), "level 1 is mapped below a hole at level 0"),
        ((True, False, True), "the guard page is mapped"),
        ((True, True, True), "the guard page is mapped"),
    ],
)
def test_holes(levels: tuple[bool, ...], reason: str | None) -> None:
    assert hole_in(levels) == reason


def test_an_area_that_cannot_be_registered_is_given_back(memory: RealMemory, monkeypatch: pytest.MonkeyPatch) -> None:
    memory.map(0, 0, 0)

    def refused(*_: object) -> None:
        raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))

    given_back = []
    unmap = system_calls.unmap

    def unmap_and_note(address: int, length: int) -> None:
        given_back.append(length)
        unmap(address, length)

    monkeypatch.setattr(Userfault, "register", refused)
    monkeypatch.setattr(system_calls, "unmap", unmap_and_note)
    with pytest.raises(OSError, match="Cannot allocate"):
        memory.map(1, 0, 1)
    assert given_back == [(STACK_PAGES + 1) * system_calls.PAGE_SIZE]
    assert memory.frame_at(0, 0) == 0


def test_nothing_is_left_when_it_is_closed(memory: RealMemory, monkeypatch: pytest.MonkeyPatch) -> None:
    memory.close()
    held: dict[int, int] = {}
    map_anonymous, unmap = system_calls.map_anonymous, system_calls.unmap

    def map_and_note(length: int) -> int:
        address = map_anonymous(length)
        held[address] = length
        return address

    def unmap_and_note(address: int, length: int) -> None:
        unmap(address, length)
        assert held.pop(address) == length

    monkeypatch.setattr(system_calls, "map_anonymous", map_and_note)
    monkeypatch.setattr(system_calls, "unmap", unmap_and_note)
    descriptors = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        with RealMemory(STACK_PAGES) as other:
            for area in range(20):
                other.map(area, 0, area)
                assert not other.access(area, 1)
            assert len(held) > 20
        assert not held
    assert len(os.listdir("/proc/self/fd")) == descriptors
