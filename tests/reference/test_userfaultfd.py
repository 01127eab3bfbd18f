# SPDX-License-Identifier: GPL-2.0-only
"""The userfaultfd primitives: what is mapped is what the kernel then shows, every error is told, and nobody waits forever."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import random
import threading
from collections.abc import Iterator

import pytest

from spec.reference.real import real_faults, system_calls, userfaultfd
from spec.reference.real.pagemap import PageMap
from spec.reference.real.real_faults import PageFaults, Stuck
from spec.reference.real.system_calls import PAGE_SIZE
from spec.reference.real.userfaultfd import AlreadyMapped, Unavailable, Userfault, open_userfault

PAGES = 8


@pytest.fixture
def area(userfault: Userfault) -> Iterator[int]:
    """PAGES pages, registered, none of them there."""
    address = system_calls.map_anonymous(PAGES * PAGE_SIZE)
    userfault.register(address, PAGES * PAGE_SIZE)
    yield address
    userfault.close()
    system_calls.unmap(address, PAGES * PAGE_SIZE)


@pytest.fixture
def source(time_limit: None) -> Iterator[int]:
    """A page that is there, full of the byte 7."""
    address = system_calls.map_anonymous(PAGE_SIZE)
    ctypes.memset(address, 7, PAGE_SIZE)
    yield address
    system_calls.unmap(address, PAGE_SIZE)


def test_a_missing_page_faults_and_the_write_goes_to_the_page_that_is_mapped(
    userfault: Userfault, area: int, source: int
) -> None:
    with PageFaults(userfault) as faults:
        access = faults.begin(area + 2 * PAGE_SIZE + 5, value=9)
        assert access.fault is not None
        assert access.fault.address == area + 2 * PAGE_SIZE
        assert access.fault.write
        assert access.fault.thread != threading.get_native_id()
        userfault.copy(access.fault.address, source)
        assert access.resume() is None
        assert ctypes.string_at(area + 2 * PAGE_SIZE, 8) == bytes([7, 7, 7, 7, 7, 9, 7, 7])
        assert faults.begin(area + 2 * PAGE_SIZE).fault is None


def test_a_page_that_is_mapped_without_waking_lets_nobody_go_on(userfault: Userfault, area: int, source: int) -> None:
    with PageFaults(userfault) as faults:
        access = faults.begin(area + 3)
        userfault.copy(area, source)
        assert ctypes.string_at(area + 3, 1) == b"\7"  # the write has not been made yet
        assert access.resume() is None
        assert ctypes.string_at(area + 3, 1) == b"\1"


def test_a_moved_page_is_at_one_place(userfault: Userfault, area: int, source: int) -> None:
    if not userfault.can_move:
        pytest.skip("UFFDIO_MOVE needs Linux 6.8")
    userfault.move(area, source)
    with PageFaults(userfault), (pages := PageMap()):
        assert pages.mapped(area, 1) == (True,)
        assert pages.mapped(source, 1) == (False,)
    assert ctypes.string_at(area, PAGE_SIZE) == b"\7" * PAGE_SIZE


def test_to_move_what_is_not_there_is_an_error(userfault: Userfault, area: int) -> None:
    if not userfault.can_move:
        pytest.skip("UFFDIO_MOVE needs Linux 6.8")
    with pytest.raises(OSError, match="No such file") as error:
        userfault.move(area, area + PAGE_SIZE)
    assert error.value.errno == errno.ENOENT


def test_nothing_is_mapped_over_a_page(userfault: Userfault, area: int, source: int) -> None:
    userfault.copy(area, source)
    with pytest.raises(AlreadyMapped, match=f"{area:#x}"):
        userfault.copy(area, source)
    if userfault.can_move:
        with pytest.raises(AlreadyMapped):
            userfault.move(area, source)


@pytest.mark.parametrize("mincore", [False, True])
def test_the_kernel_shows_exactly_what_was_mapped(userfault: Userfault, area: int, source: int, mincore: bool) -> None:
    pages = PageMap()
    if mincore:
        pages.close()
        pages.source = "mincore"
    elif pages.source == "mincore":
        pytest.skip("/proc/self/pagemap cannot be read")
    chooser = random.Random(0)
    there: set[int] = set()
    with pages:
        for _ in range(200):
            page = chooser.randrange(PAGES)
            if page in there:
                system_calls.advise(area + page * PAGE_SIZE, PAGE_SIZE, system_calls.MADV_DONTNEED)
            else:
                userfault.copy(area + page * PAGE_SIZE, source)
            there ^= {page}
            assert pages.mapped(area, PAGES) == tuple(number in there for number in range(PAGES))


def test_an_access_that_is_refused_ends_without_a_trace(userfault: Userfault, area: int) -> None:
    with PageFaults(userfault) as faults, PageMap() as pages:
        for _ in range(20):
            access = faults.begin(area)
            assert access.fault is not None
            access.refuse()
            assert access.fault is None
            assert not any(pages.mapped(area, PAGES))
        assert len(faults.threads()) == 1  # it has ended each time, or another one would have been needed
        with pytest.raises(RuntimeError, match="has ended"):
            access.refuse()


def test_an_access_whose_page_is_still_missing_faults_again(userfault: Userfault, area: int, source: int) -> None:
    with PageFaults(userfault) as faults:
        access = faults.begin(area)
        for _ in range(5):
            again = access.resume()
            assert again is not None
            assert again.address == area
        userfault.copy(area, source)
        assert access.resume() is None


def test_several_faults_sleep_at_once_and_end_in_any_order(userfault: Userfault, area: int, source: int) -> None:
    chooser = random.Random(1)
    with PageFaults(userfault) as faults, PageMap() as pages:
        for _ in range(30):
            accesses = [(page, faults.begin(area + page * PAGE_SIZE)) for page in range(PAGES)]
            chooser.shuffle(accesses)
            for number, (page, access) in enumerate(accesses):
                assert access.fault is not None
                userfault.copy(area + page * PAGE_SIZE, source)
                assert access.resume() is None
                assert sum(pages.mapped(area, PAGES)) == number + 1
            system_calls.advise(area, PAGES * PAGE_SIZE, system_calls.MADV_DONTNEED)


def test_two_accesses_to_one_page_both_reach_the_page_that_is_mapped(userfault: Userfault, area: int, source: int) -> None:
    with PageFaults(userfault) as faults:
        first, second = faults.begin(area + 1), faults.begin(area + 2)
        assert first.resume() is not None  # wakes both, for nothing
        first.refuse()  # lets the second one go onto the stand-in
        userfault.copy(area, source)
        assert second.resume() is None
        assert ctypes.string_at(area, 4) == bytes([7, 7, 1, 7])
        first, second = faults.begin(area + PAGE_SIZE + 1), faults.begin(area + PAGE_SIZE + 2)
        userfault.copy(area + PAGE_SIZE, source)
        assert first.resume() is None
        second.refuse()
        assert first.fault is second.fault is None


def test_closing_lets_everybody_go(userfault: Userfault, area: int) -> None:
    faults = PageFaults(userfault)
    for page in range(PAGES):
        faults.begin(area + page * PAGE_SIZE)
    threads = faults.threads()
    assert all(thread.is_alive() for thread in threads) and len(threads) == PAGES
    faults.close()
    faults.close()
    assert not any(thread.is_alive() for thread in threads)
    with pytest.raises(Stuck):
        faults.begin(area)


def test_a_fault_that_is_never_told_is_no_endless_wait(userfault: Userfault, area: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(real_faults, "LIMIT", 0.3)
    monkeypatch.setattr(userfault, "read", lambda: None)
    faults = PageFaults(userfault)
    with pytest.raises(Stuck, match="neither ended nor faulted"):
        faults.begin(area)
    assert not any(thread.is_alive() for thread in faults.threads())


def test_a_touch_by_a_stranger_is_an_error_and_no_endless_wait(userfault: Userfault, area: int) -> None:
    stranger = threading.Thread(target=lambda: ctypes.memset(area, 1, 1), daemon=True)
    with PageFaults(userfault) as faults:
        stranger.start()

        def go_on() -> None:
            for _ in range(10_000):
                faults.begin(area + PAGE_SIZE).refuse()

        with pytest.raises(Stuck, match="not an access of ours"):
            go_on()
    stranger.join(10)
    assert not stranger.is_alive()


class Failing:
    """Stands in for fcntl.ioctl: the first `times` calls with that request fail."""

    def __init__(self, request: int, number: int, times: int) -> None:
        self.request, self.number, self.left = request, number, times
        self.real = fcntl.ioctl

    def __call__(self, descriptor: int, request: int, argument: bytearray | int = 0) -> int:
        if request == self.request and self.left:
            self.left -= 1
            raise OSError(self.number, os.strerror(self.number))
        return self.real(descriptor, request, argument)  # type: ignore[call-overload,no-any-return]


@pytest.mark.parametrize("number", [errno.EAGAIN, errno.EBUSY])
def test_what_cannot_be_mapped_just_now_is_tried_again(
    userfault: Userfault, area: int, source: int, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    failing = Failing(userfaultfd.IOCTL_COPY, number, 50)
    monkeypatch.setattr(fcntl, "ioctl", failing)
    userfault.copy(area, source)
    assert failing.left == 0
    assert ctypes.string_at(area, 1) == b"\7"


def test_but_not_for_ever(userfault: Userfault, area: int, source: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(userfaultfd, "PATIENCE", 0.05)
    monkeypatch.setattr(fcntl, "ioctl", Failing(userfaultfd.IOCTL_COPY, errno.EAGAIN, 10**9))
    with pytest.raises(OSError, match="temporarily unavailable"):
        userfault.copy(area, source)


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (errno.EPERM, "not permitted"),
        (errno.ENOSYS, "is not there"),
        (errno.EMFILE, "Too many open files"),
    ],
)
def test_where_it_is_refused_the_reason_is_one_line(monkeypatch: pytest.MonkeyPatch, number: int, reason: str) -> None:
    def refused(flags: int) -> int:
        raise OSError(number, os.strerror(number))

    def no_device(*_: object) -> int:
        raise FileNotFoundError(errno.ENOENT, "no such device")

    monkeypatch.setattr(system_calls, "userfaultfd", refused)
    monkeypatch.setattr(os, "open", no_device)
    with pytest.raises(Unavailable, match=reason) as error:
        open_userfault()
    assert "\n" not in str(error.value)


def test_the_device_serves_where_the_system_call_is_refused(
    time_limit: None, source: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    try:
        os.close(os.open("/dev/userfaultfd", os.O_RDWR))
    except OSError as error:
        pytest.skip(f"/dev/userfaultfd: {error.strerror}")

    def refused(flags: int) -> int:
        raise OSError(errno.EPERM, "refused")

    monkeypatch.setattr(system_calls, "userfaultfd", refused)
    userfault = open_userfault()
    address = system_calls.map_anonymous(PAGE_SIZE)
    userfault.register(address, PAGE_SIZE)
    userfault.copy(address, source)
    userfault.close()
    assert ctypes.string_at(address, 1) == b"\7"
    system_calls.unmap(address, PAGE_SIZE)


def test_no_descriptor_is_left_open(time_limit: None, userfault: Userfault) -> None:
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        with PageFaults(open_userfault()), PageMap():
            pass
    assert len(os.listdir("/proc/self/fd")) == before
