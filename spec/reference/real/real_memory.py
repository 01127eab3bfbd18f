# SPDX-License-Identifier: GPL-2.0-only
"""The memory back end whose stacks are real: areas of this process, real page faults, and the kernel's own page table.

An area is an mmap of STACK_PAGES and a guard page below, made when it is first used and registered with userfaultfd, so
that no page is in it but those that `map` puts there. A page frame is a page of another such mapping, its home: `map` moves
it into the stack (UFFDIO_MOVE, Linux 6.8), and `unmap` moves it home; an older kernel copies it and drops the original.
Each page that is mapped carries the number of its frame in its first bytes, so that `frame_at` tells what the memory itself
says: the kernel, whether a page is there, and the page, which one it is.

The kernel can move a page, but not show one at two places. Where a faulty protocol maps one frame twice, the second
mapping is a copy of it.
"""

from __future__ import annotations

import ctypes

from spec.reference.real import system_calls
from spec.reference.real.pagemap import PageMap
from spec.reference.real.real_faults import Access, PageFaults
from spec.reference.real.system_calls import MADV_DONTFORK, MADV_DONTNEED, MADV_NOHUGEPAGE, PAGE_SIZE
from spec.reference.real.userfaultfd import Userfault, open_userfault

_FRAMES_AT_ONCE = 256
_SCRIBBLE = 0x5A
_NUMBER = ctypes.c_uint64
HEADER = 64
"""Bytes at the beginning of a page in a stack that are the back end's own. An access writes the byte behind them."""


class Inconsistent(Exception):
    """The kernel's page table is not what this back end has made of it: an error of the back end, not of a protocol."""


class RealMemory:
    """StackMemory on userfaultfd. To be used from one thread, and closed; a context manager that does.

    Raises Unavailable when it is made where userfaultfd is not permitted; later OSError, Stuck (an access does not go on)
    and Inconsistent, after each of which it can only be closed.
    """

    def __init__(self, stack_pages: int) -> None:
        self.stack_pages = stack_pages
        self._userfault: Userfault = open_userfault()
        self._faults = PageFaults(self._userfault)
        self._page_map = PageMap()
        self._mappings: list[tuple[int, int]] = []
        self._areas: dict[int, int] = {}
        self._homes: list[int] = []
        self._place: dict[int, int] = {}  # frame -> the address in a stack where it is, if it is not at home
        self._asleep: dict[int, Access] = {}  # address of the page -> the access that waits for it
        self.faults = 0
        """Page faults so far, each of them the kernel's."""
        try:
            self._zeros = self._new_mapping(1, registered=False)
        except BaseException:
            self.close()
            raise

    # -- StackMemory --

    def map(self, area: int, level: int, frame: int) -> None:
        address = self.address(area, level)
        self._empty(address)
        self._populate(frame)
        elsewhere = self._place.get(frame)
        home = self._homes[frame]
        if elsewhere is not None:
            self._userfault.copy(address, elsewhere)
        elif self._userfault.can_move:
            self._userfault.move(address, home)
            self._place[frame] = address
        else:
            self._userfault.copy(address, home)
            system_calls.advise(home, PAGE_SIZE, MADV_DONTNEED)
            self._place[frame] = address
        self._number(address).value = frame + 1

    def unmap(self, area: int, level: int) -> None:
        self._empty(self.address(area, level))

    def frame_at(self, area: int, level: int) -> int | None:
        address = self.address(area, level)
        if not self._is_mapped(address):
            return None
        frame = self._number(address).value - 1
        if not 0 <= frame < len(self._homes):
            raise Inconsistent(f"area {area}, level {level}: a page is mapped that is not a page frame ({frame + 1:#x})")
        return frame

    def access(self, area: int, level: int) -> bool:
        """A real write by a thread of its own; after a fault, the same write goes on when this is called again."""
        address = self.address(area, level)
        sleeper = self._asleep.pop(address, None)
        if sleeper is None:
            sleeper = self._faults.begin(address + HEADER)
            fault = sleeper.fault
        else:
            fault = sleeper.resume()
        if fault is None:
            return True
        if fault.address != address:
            raise Inconsistent(f"a write at {address:#x} faults at {fault.address:#x}")
        self.faults += 1
        self._asleep[address] = sleeper
        return False

    def zero(self, frame: int) -> None:
        self._fill(frame, 0)

    def scribble(self, frame: int) -> None:
        self._fill(frame, _SCRIBBLE)

    # -- what else there is to know --

    def address(self, area: int, level: int) -> int:
        """Where the page of this level begins. Raises ValueError if the stack has no such level."""
        if not 0 <= level <= self.stack_pages:
            raise ValueError(f"level {level}: a stack has {self.stack_pages}, and one for its guard page")
        start = self._areas.get(area)
        if start is None:
            start = self._areas[area] = self._new_mapping(self.stack_pages + 1)
        return start + (self.stack_pages - level) * PAGE_SIZE

    def mapped_levels(self, area: int) -> tuple[bool, ...]:
        """For each level, from the top of the stack to the guard page below it, whether the kernel has a page there."""
        start = self.address(area, self.stack_pages)
        return self._page_map.mapped(start, self.stack_pages + 1)[::-1]

    def contents(self, area: int, level: int) -> bytes:
        """What the page at this level holds; the first HEADER bytes are the back end's own. Raises ValueError if there is
        none."""
        address = self.address(area, level)
        if not self._is_mapped(address):
            raise ValueError(f"nothing is mapped at level {level} of area {area}")
        return ctypes.string_at(address, PAGE_SIZE)

    def resident_pages(self) -> int:
        """How many pages this memory takes now, in stacks and at home, as the kernel counts them."""
        return sum(sum(self._page_map.mapped(address, pages)) for address, pages in self._mappings)

    def refuse(self, area: int, level: int) -> None:
        """The fault of an access was refused: if one waits for a page at this level, it ends without effect."""
        access = self._asleep.pop(self.address(area, level), None)
        if access is not None:
            access.refuse()

    def sleeping(self) -> int:
        """How many accesses wait for a page."""
        return len(self._asleep)

    def description(self) -> str:
        """What it stands on, in a few words."""
        how = "moved" if self._userfault.can_move else "copied"
        return f"userfaultfd, pages {how}, read back from {self._page_map.source}"

    def close(self) -> None:
        """Gives everything back, once or more often. Whoever waits for a page is let go."""
        self._faults.close()
        self._userfault.close()
        self._page_map.close()
        while self._mappings:
            address, pages = self._mappings.pop()
            system_calls.unmap(address, pages * PAGE_SIZE)

    def __enter__(self) -> RealMemory:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- pages --

    def _new_mapping(self, pages: int, registered: bool = True) -> int:
        address = system_calls.map_anonymous(pages * PAGE_SIZE)
        try:
            # No huge pages: a page is what is mapped at a time. A child of this process gets none of it: a page that is
            # shared cannot be moved.
            system_calls.advise(address, pages * PAGE_SIZE, MADV_NOHUGEPAGE)
            system_calls.advise(address, pages * PAGE_SIZE, MADV_DONTFORK)
            if registered:
                self._userfault.register(address, pages * PAGE_SIZE)
        except BaseException:
            system_calls.unmap(address, pages * PAGE_SIZE)
            raise
        self._mappings.append((address, pages))
        return address

    def _populate(self, frame: int) -> int:
        while frame >= len(self._homes):
            start = self._new_mapping(_FRAMES_AT_ONCE)
            self._homes += range(start, start + _FRAMES_AT_ONCE * PAGE_SIZE, PAGE_SIZE)
        address = self._place.get(frame, self._homes[frame])
        if not self._is_mapped(address):
            if frame in self._place:
                raise Inconsistent(f"frame {frame} has gone from {address:#x}")
            self._userfault.copy(address, self._zeros)
        return address

    def _fill(self, frame: int, value: int) -> None:
        address = self._populate(frame)
        ctypes.memset(address, value, PAGE_SIZE)
        if frame in self._place:
            self._number(address).value = frame + 1

    def _empty(self, address: int) -> None:
        if not self._is_mapped(address):
            return
        frame = self._number(address).value - 1
        if self._place.get(frame) == address:
            home = self._homes[frame]
            if self._userfault.can_move:
                self._userfault.move(home, address)
            else:
                self._userfault.copy(home, address)
            del self._place[frame]
        system_calls.advise(address, PAGE_SIZE, MADV_DONTNEED)

    def _is_mapped(self, address: int) -> bool:
        return self._page_map.mapped(address, 1)[0]

    def _number(self, address: int) -> ctypes.c_uint64:
        # Only of a page that is mapped: this thread serves the faults, so that a fault of its own would never end.
        return _NUMBER.from_address(address)


def hole_in(levels: tuple[bool, ...]) -> str | None:
    """What is wrong with the mapped levels of a stack (`mapped_levels`): they must be one run from the top, without the
    guard page. None: nothing is."""
    count = sum(levels)
    if levels[-1]:
        return "the guard page is mapped"
    if not all(levels[:count]):
        hole = levels.index(False)
        below = next(level for level in range(hole, len(levels)) if levels[level])
        return f"level {below} is mapped below a hole at level {hole}"
    return None
