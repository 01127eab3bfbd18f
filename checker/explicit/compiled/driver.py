# SPDX-License-Identifier: GPL-2.0-only
"""The compiled engine: drives a search in generated C (c/generate.py, c/search.c), level by level.

It counts and stores states; telling.py tells what it found.
"""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable, Iterator
from typing import BinaryIO

import psutil

from checker.counting import counted
from checker.explicit.compiled import resuming
from checker.explicit.compiled.c.generate import Generated
from checker.explicit.compiled.c.shared import MOST_CHOICES, NO_ROW, Failure, Figure, Level
from checker.explicit.compiled.checkpoint import CheckpointError
from checker.explicit.compiled.checkpoint_check import MOST_ROWS
from checker.explicit.compiled.library import check_shape, declared
from checker.explicit.compiled.on_disk import Disk, DiskFigures
from checker.explicit.compiled.passing import Passing
from checker.explicit.compiled.telling import Telling
from checker.explicit.compiled.thread_pool import ThreadPool
from checker.explicit.reduction.canonical import Distinguished
from checker.explicit.search.interrupts import Interrupts
from checker.explicit.search.real_paths import RealPaths
from checker.explicit.search.results import Finding, Limits, Progress, Result, Statistics, omission
from checker.explicit.step.paths import NoSuchPath
from checker.stopping import INTERRUPTED, OUT_OF_MEMORY, Stop, Why, memory_limit

SLICE = 100_000_000
"""Nanoseconds that the C code runs between two looks at limits and signals."""

ALONE = 200_000
"""States that one thread finds before others join it: so far, the order of the search is always the same."""

TOO_MANY = Stop(
    Why.ENGINE, f"a step makes more than {MOST_CHOICES} choices, which the compiled engine cannot follow (--engine portable)"
)
TABLE_BYTES = 18
"""Bytes of table a state may need while the table grows."""
FEWEST_ROWS = 2048
"""States for which there is room in any case."""


class CompiledSearch:
    """The compiled engine on one system. portable: the same system for the portable engine, which tells the paths. alone:
    the states that one thread finds before the others join it. keep: the states stay here when the search is over, with one
    thread. disk: where the states go that find no room in memory. runs: how often they did."""

    def __init__(
        self,
        portable: RealPaths,
        generated: Generated,
        library: ctypes.CDLL,
        properties: frozenset[str],
        threads: int = 1,
        alone: int = ALONE,
        checkpoints: resuming.Checkpoints | None = None,
        keep: bool = False,
        disk: Disk | None = None,
    ) -> None:
        self.portable = portable
        self.system = portable.system
        self.generated = generated
        self.properties = properties
        self.threads = threads
        self.alone = alone
        self.checkpoints = checkpoints
        assert not keep or (threads == 1 and not generated.compact and disk is None)
        assert (disk is not None) == generated.disk
        assert disk is None or checkpoints is None
        self.disk = disk
        self.file: BinaryIO | None = None
        self.runs = 0
        self.keep = keep
        self.states: list[int] = []
        self.library = declared(library)
        self.telling = Telling(portable, generated, self)
        check_shape(library.search_shape, generated.shape(len(self.system.properties)))
        self.result = Result(Statistics(0, 0, 0, 0.0, 0, 0))
        self.passing: Passing | None = None
        self.depth = 0
        self.earlier = 0.0
        """Seconds that went by before the checkpoint that the search began with."""

    def run(
        self,
        limits: Limits | None = None,
        progress: Progress | None = None,
        announce: Callable[[Finding], None] | None = None,
    ) -> Result:
        """As Search.run. Raises Distinguished where the reduction of pages turns out not to be sound, Broken where partial order
        does, CheckpointError where the checkpoint to begin with cannot be used."""
        self.limits = limits or Limits()
        self.progress = progress
        self.announce = announce
        self.begun = self.saved = time.monotonic()
        self.process = psutil.Process()
        self.thread_pool = ThreadPool(self.threads)
        self.threads = self.thread_pool.size
        wanted = bytes(name in self.properties for name in self.system.properties)
        self.search = self.library.search_new(self.threads, wanted, self._most_rows())
        try:
            if not self.search or not self._ready_to_pass() or not self._disk_ready():
                self.result.stopped = self.result.stopped or OUT_OF_MEMORY
                return self.result
            with Interrupts(lambda: self.library.search_stop(self.search)) as self.interrupts:
                self._search()
        except NoSuchPath as wrong:
            if self.checkpoints is None or self.checkpoints.resume is None:
                raise
            raise CheckpointError(
                f"{self.checkpoints.resume} was not written by a search of this program: it has {wrong}; "
                "start over without --resume"
            ) from None
        finally:
            if self.search:
                self.library.search_stop(self.search)
            self.thread_pool.close()
            if self.search:
                self.library.search_free(self.search)
            self.search = None
            if self.file is not None:
                self.file.close()
        return self.result

    def _ready_to_pass(self) -> bool:
        """Let the search ask what partial order asks, if it has that. False: there is no memory for it."""
        reducer = self.portable.reducer
        assert (reducer is not None) == self.generated.partial_order
        if reducer is None:
            return True
        self.passing = Passing(reducer, self.generated.words)
        if self.limits.seconds is not None:
            self.passing.deadline = self.begun + self.limits.seconds - self.limits.spent
        return self.passing.begin(self.library, self.search)

    def _disk_ready(self) -> bool:
        """Give the search its file, if it is to have one. False: there is no memory for it, or no file."""
        if self.disk is None:
            return True
        try:
            self.file = self.disk.opened()
        except OSError as error:
            self.result.stopped = self.disk.failure(error.errno or 0)
            return False
        memory = self.limits.memory
        left = None if memory is None else memory - self.process.memory_info().rss
        rows = self.disk.table_rows(left, self.generated.words * 8 + TABLE_BYTES + 4, self.threads)
        return bool(self.library.disk_begin(self.search, self.file.fileno(), rows))

    def _search(self) -> None:
        whole = False
        try:
            whole = self._begin()
            self._explore()
        except MemoryError:
            self.thread_pool.settle()
            self.result.stopped = OUT_OF_MEMORY
        if self.disk is not None:  # what was found since the last level began may have been known
            self.library.disk_settle(self.search)
            self.runs = DiskFigures(self.library, self.search).runs
        self.result.statistics = self._statistics()
        if self.keep:
            self.states = [self._row(row)[0] for row in range(self.result.statistics.states)]
        if whole and self.result.stopped is not None:
            self._save("go on with --resume {file}")
        if self.generated.compact:
            self.result.omission = omission(self.result.statistics.states)
        self.telling.mark(self.result, *self.marks())

    def _most_rows(self) -> int:
        """How many states fit into the memory that is left."""
        if self.limits.memory is None or self.disk is not None:
            return MOST_ROWS
        left = self.limits.memory - self.process.memory_info().rss
        state = 4 + 2 * TABLE_BYTES if self.generated.compact else self.generated.words * 8 + TABLE_BYTES
        return max(FEWEST_ROWS, min(MOST_ROWS, left // (state + 4)))

    # -- searching --

    def _begin(self) -> bool:
        """Put the initial states into the search, or what is in a checkpoint. False: not all of them found room, and the search
        has failed."""
        checkpoints = self.checkpoints
        if checkpoints is None or checkpoints.resume is None:
            while not self.library.search_start(self.search):
                if not self._figures()[Figure.FAILURE]:
                    self._grow()
                if self._figures()[Figure.FAILURE]:
                    return False
            return True
        resuming.restore(self, checkpoints.resume)
        self.alone = 0
        self.thread_pool.each(lambda worker: self.library.search_rehash(self.search, worker, None, 0) or 0)
        self.saved = time.monotonic()
        return True

    def _explore(self) -> None:
        self.telling.collect(self.result, self.announce)
        if not self._has_to_stop():
            self._level()
        while not self._has_to_stop() and self.result.error is None:
            if self.disk is not None:
                self.library.disk_settle(self.search)
            states = self.library.search_next_level(self.search)
            figures = self._figures()
            if figures[Figure.FAILURE]:
                continue
            if not states or figures[Figure.STATES] == figures[Figure.EXPANDED]:  # all that this level has may have been known
                break
            self.depth += self._figures()[Figure.EXPANDED] > 0
            if self.limits.enough(self.result, self.depth - 1):
                break
            self._level()
        if self.progress is not None:
            self.progress(self._statistics())

    def _level(self) -> None:
        """Expand all states of one level, or until the search is over."""
        while True:
            outcomes = self._in_parallel(lambda worker: self.library.search_run(self.search, worker, SLICE))
            self.telling.collect(self.result, self.announce)
            if self._has_to_stop():
                return
            if self.checkpoints is not None and time.monotonic() - self.saved >= self.checkpoints.every:
                self._save(None)
            if self._figures()[Figure.GROW]:
                self._grow()
            elif all(outcome == Level.LEVEL_DONE for outcome in outcomes):
                return

    def _in_parallel(self, work: Callable[[int], int]) -> list[int]:
        return [work(0)] if self._figures()[Figure.STATES] < self.alone else self.thread_pool.each(work)

    def _grow(self) -> None:
        if self.disk is not None and self.library.disk_is_full(self.search):
            self.library.disk_spill(self.search)
            return
        old, slots = ctypes.c_void_p(), ctypes.c_uint64()
        if self.library.search_grow(self.search, ctypes.byref(old), ctypes.byref(slots)):
            self.thread_pool.each(lambda worker: self.library.search_rehash(self.search, worker, old, slots) or 0)
            self.library.search_grown(self.search, old, slots)

    def _save(self, how: str | None) -> None:
        """Write a checkpoint, if the user wants one and the search can go on. One that has met a model error ends with the level,
        and the checkpoint before that, if there is one, leads to the error again. how: what to do with it, to be told."""
        failure = self._figures()[Figure.FAILURE]
        if self.finding(len(self.system.properties))[0]:
            return
        if (
            self.checkpoints is None
            or self.checkpoints.file is None
            or failure not in (Failure.NO_FAILURE, Failure.OUT_OF_MEMORY, Failure.FULL)
        ):
            return
        file = self.checkpoints.file
        try:
            resuming.save(self, file)
            if how is not None:
                states = self._figures()[Figure.STATES]
                self.checkpoints.tell(
                    f"{file}: a checkpoint with {counted(states, 'state')} was written; {how.format(file=file)}"
                )
        except OSError as error:
            self.checkpoints.tell(f"warning: {file}: no checkpoint could be written: {error.strerror}")
        except MemoryError:
            self.checkpoints.tell(f"warning: {file}: no checkpoint could be written: out of memory")
        self.saved = time.monotonic()

    def counts(self) -> tuple[int, int, int]:
        """States, transitions, expanded states."""
        figures = self._figures()
        return figures[Figure.STATES], figures[Figure.TRANSITIONS], figures[Figure.EXPANDED]

    def seconds(self) -> float:
        """How long the search has taken, with what came before its checkpoint."""
        return time.monotonic() - self.begun + self.earlier

    def _figures(self) -> list[int]:
        figures = (ctypes.c_uint64 * len(Figure))()
        self.library.search_figures(self.search, figures)
        return list(figures)

    def held(self) -> int:
        """Bytes of memory that states, links and table take now."""
        return self._figures()[Figure.BYTES]

    def _statistics(self) -> Statistics:
        figures = self._figures()
        memory = self.process.memory_info().rss
        frontier = figures[Figure.STATES] - figures[Figure.EXPANDED]
        return Statistics(figures[Figure.STATES], figures[Figure.TRANSITIONS], self.depth, self.seconds(), frontier, memory)

    def _has_to_stop(self) -> bool:
        """Report progress; whether the search has to stop."""
        limits = self.limits
        statistics = self._statistics()
        if self.disk is not None and limits.memory is not None and statistics.memory >= limits.memory * 7 // 8:
            self.library.disk_release(self.search)
            statistics = self._statistics()
        if self.progress is not None:
            self.progress(statistics)
        failure = self._figures()[Figure.FAILURE]
        if failure == Failure.DISTINGUISHED:
            raise Distinguished(self.telling.why_distinguished())
        if failure == Failure.BROKEN:
            self._raise_broken()
        if self.passing is not None and self.passing.failed is not None:
            raise self.passing.failed
        if self.interrupts.arrived is not None:
            self.result.stopped = INTERRUPTED
        elif failure == Failure.TOO_MANY_CHOICES:
            self.result.stopped = TOO_MANY
        elif failure == Failure.NO_DISK:
            assert self.disk is not None
            self.result.stopped = self.disk.failure(DiskFigures(self.library, self.search).error)
        elif failure == Failure.OUT_OF_MEMORY:
            self.result.stopped = OUT_OF_MEMORY
        elif failure == Failure.FULL and limits.memory is None:
            self.result.stopped = Stop(Why.ENGINE, f"the engine's limit of {MOST_ROWS:,} states")
        else:
            stop = limits.reached(statistics.seconds - self.earlier, statistics.memory, statistics.states)
            if stop is None and failure == Failure.FULL and limits.memory is not None:
                stop = memory_limit(limits.memory)
            self.result.stopped = stop or self.result.stopped
        return self.result.stopped is not None or self.limits.enough(self.result, self.depth - 1)

    def marks(self) -> tuple[bytearray, bytearray]:
        """Which raisers cut a path, and which places were covered, by their numbers."""
        cuts, covered = self.generated.unmarked()
        kinds = (ctypes.c_ubyte * len(cuts)).from_buffer(cuts), (ctypes.c_ubyte * len(covered)).from_buffer(covered)
        self.library.search_marks(self.search, *kinds)
        return cuts, covered

    # -- what telling.py asks --

    def finding(self, number: int) -> tuple[int, int, int]:
        """What was found of a property: kind, row, number."""
        found = (ctypes.c_uint64 * 3)()
        self.library.search_finding(self.search, number, found)
        return found[0], found[1], found[2]

    def back_from(self, row: int) -> Iterator[int]:
        """What is stored of the states from a row's back to an initial one."""
        for _ in range(self.counts()[0]):
            if row == NO_ROW:
                return
            stored, row = self._row(row)
            yield stored
        if row != NO_ROW:
            raise NoSuchPath("states that lead to each other")

    def hash_of(self, stored: int) -> int:
        """What is stored of a state with hash compaction."""
        return int(self.library.search_hash(stored.to_bytes(self.generated.words * 8, "little")))

    def _row(self, row: int) -> tuple[int, int]:
        """What is stored of a row's state, and the row that led to it."""
        words = (ctypes.c_uint64 * self.generated.words)()
        source = self.library.search_row(self.search, row, words)
        return (words[0] if self.generated.compact else int.from_bytes(bytes(words), "little")), source

    def _raise_broken(self) -> None:
        """Raise what is broken of what partial order assumes."""
        words = (ctypes.c_uint64 * self.generated.words)()
        self.library.passing_told(self.search, words)
        assert self.portable.reducer is not None
        self.portable.reducer.check(int.from_bytes(bytes(words), "little"))
        raise AssertionError("an assumption that is broken for one engine is not for the other")
