# SPDX-License-Identifier: GPL-2.0-only
"""A member of a distributed search: a process with a part of the states, in the compiled engine (c/exchange.c).

The driver (search.py) gives the orders, one after the other. All states are here: the driver sees counts, and rows of what was
found.
"""

from __future__ import annotations

import ctypes
import socket
import time
from collections.abc import Iterator, Sequence

import psutil

from checker.cluster.messages import ROW_BITS, Order, Part, Place, Report, place_here
from checker.explicit.compiled.c.shared import NO_ROW, Figure, Level
from checker.explicit.compiled.checkpoint_check import MOST_ROWS
from checker.explicit.compiled.compiler import Build, CompilerError
from checker.explicit.compiled.driver import FEWEST_ROWS, TABLE_BYTES
from checker.explicit.compiled.library import check_shape, declared

MOST_WAITING = 32 << 20
"""Bytes of parcels after which a member pauses, so that they are sent."""


class Member:
    """One member. It stays for further searches: each begins with `begin`."""

    def __init__(self) -> None:
        self.build: Build | None = None
        self.library: ctypes.CDLL | None = None
        self.search: int | None = None
        self.words = 0
        self.properties = 0

    def place(self, node: str) -> Place:
        """Where it is. node: what Ray calls its machine."""
        return place_here(node)

    # -- a search --

    def compile(self, source: str) -> str | None:
        """Get the library for this source ready; why that is not possible, in one line."""
        try:
            self.build = Build(source)
            self.library = declared(self.build.library())
        except CompilerError as error:
            return f"{socket.gethostname()}: {error}"
        return None

    def begin(self, part: Part) -> Report | None:
        """Begin a search, with those initial states that are its own. None: there is no memory."""
        self.end()
        library = self._library()
        check_shape(library.search_shape, part.shape)
        self.part = part
        self.words, self.properties = part.shape[:2]
        self.parcel = library.exchange_parcel_bytes()
        rows = self._most_rows(part)
        self.search = library.search_new(1, part.wanted, rows)
        if not self.search or not library.exchange_begin(self.search, part.number, part.members, MOST_WAITING // self.parcel):
            self.end()
            return None
        while not library.search_start(self.search) and not self._figures()[Figure.FAILURE]:
            self._grow()
        return self._report(0, True, ())

    def advance(self, order: Order, senders: Sequence[int], *parcels: bytes) -> tuple[Report | bytes, ...]:
        """Insert what the senders have sent, and do what is ordered: the report, and what goes to each other member."""
        library, search = self._library(), self.search
        for number in order.closed:
            library.exchange_close(search, number)
        for sender, content in zip(senders, parcels, strict=True):
            self._receive(sender, content)
        level = 0
        if order.next_level and not self._figures()[Figure.FAILURE]:
            level = library.search_next_level(search)
        done = self._expand(order.nanoseconds) if order.expand else True
        sent = [self._parcels(number) for number in range(self.part.members) if number != self.part.number]
        library.exchange_sent(search)
        return self._report(level, done, [len(content) // self.parcel for content in sent]), *sent

    def back(self, row: int) -> tuple[list[int], int | None]:
        """What is stored of the states from a row's back to the first one that another member's led to, and that one's row of the
        whole search; None behind an initial state."""
        library = self._library()
        words = (ctypes.c_uint64 * self.words)()
        found: list[int] = []
        while True:
            source = library.search_row(self.search, row, words)
            found.append(int.from_bytes(bytes(words), "little"))
            if source == NO_ROW:
                return found, None
            sender = library.exchange_from(self.search, row)
            if sender != self.part.number:
                return found, sender << ROW_BITS | source
            if len(found) > MOST_ROWS:
                raise AssertionError("states that lead to each other")
            row = source

    def hash_of(self, stored: int) -> int:
        """What is stored of a state with hash compaction."""
        return int(self._library().search_hash(stored.to_bytes(self.words * 8, "little")))

    def marks(self) -> tuple[bytes, bytes]:
        """Which raisers cut a path here, and which places were covered, by their numbers."""
        cuts = (ctypes.c_ubyte * self.part.shape[2])()
        covered = (ctypes.c_ubyte * self.part.shape[3])()
        self._library().search_marks(self.search, cuts, covered)
        return bytes(cuts), bytes(covered)

    def end(self) -> None:
        """Let go of the states."""
        if self.search:
            self._library().search_free(self.search)
        self.search = None

    # -- the C code --

    def _library(self) -> ctypes.CDLL:
        assert self.library is not None
        return self.library

    def _most_rows(self, part: Part) -> int:
        """How many states fit into the memory that is left. A parcel is no smaller than a row with its links."""
        left = part.memory - psutil.Process().memory_info().rss
        return int(max(FEWEST_ROWS, min(MOST_ROWS, left // (self.parcel + TABLE_BYTES))))

    def _figures(self) -> list[int]:
        figures = (ctypes.c_uint64 * len(Figure))()
        self._library().search_figures(self.search, figures)
        return list(figures)

    def _grow(self) -> None:
        library, old, slots = self._library(), ctypes.c_void_p(), ctypes.c_uint64()
        if library.search_grow(self.search, ctypes.byref(old), ctypes.byref(slots)):
            library.search_rehash(self.search, 0, old, slots)
            library.search_grown(self.search, old, slots)

    def _receive(self, sender: int, content: bytes) -> None:
        """Insert parcels. What finds no room is lost: then the search has failed."""
        count, rest = divmod(len(content), self.parcel)
        if rest:
            raise AssertionError("a parcel that is not whole")
        address = ctypes.cast(ctypes.c_char_p(content), ctypes.c_void_p).value or 0
        done = 0
        while done < count and not self._figures()[Figure.FAILURE]:
            if self._figures()[Figure.GROW]:
                self._grow()
            at = address + done * self.parcel
            done += self._library().exchange_receive(self.search, sender, at, count - done)
        if self._figures()[Figure.GROW]:
            self._grow()

    def _expand(self, nanoseconds: int) -> bool:
        """Expand states for so long, or until there are many parcels; whether all of the level are expanded."""
        until = time.monotonic_ns() + nanoseconds
        while not self._figures()[Figure.FAILURE]:
            outcome = self._library().search_run(self.search, 0, max(0, until - time.monotonic_ns()))
            if not self._figures()[Figure.GROW]:
                return bool(outcome == Level.LEVEL_DONE)
            self._grow()
        return False

    def _parcels(self, number: int) -> bytes:
        items = ctypes.c_void_p()
        count = self._library().exchange_parcels(self.search, number, ctypes.byref(items))
        return ctypes.string_at(items, count * self.parcel) if count else b""

    def _report(self, level: int, done: bool, parcels: Sequence[int]) -> Report:
        figures = self._figures()
        return Report(
            figures[Figure.STATES],
            figures[Figure.TRANSITIONS],
            figures[Figure.EXPANDED],
            figures[Figure.FAILURE],
            level,
            done,
            tuple(parcels),
            tuple(self._findings()),
            psutil.Process().memory_info().rss,
        )

    def _findings(self) -> Iterator[tuple[int, int, int, int]]:
        found = (ctypes.c_uint64 * 3)()
        for number in range(self.properties + 2):
            self._library().search_finding(self.search, number, found)
            if found[0]:
                yield number, found[0], self.part.number << ROW_BITS | found[1], found[2]
