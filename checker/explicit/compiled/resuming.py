# SPDX-License-Identifier: GPL-2.0-only
"""A search of the compiled engine, into a checkpoint and back; checkpoint.c has the other side.

Between two calls of search_run a search is its rows, what is still to be expanded, and counts. The same rows, taken up again
in the same level, lead to the same search; so a resumed one ends as one without a pause does.
"""

from __future__ import annotations

import ctypes
from array import array
from collections.abc import Callable, Iterator, MutableSequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from checker.explicit.compiled.c.generate import Generated
from checker.explicit.compiled.c.shared import Rows
from checker.explicit.compiled.checkpoint import CheckpointError, Reader, key_of, writer_to
from checker.explicit.compiled.checkpoint_check import Header, Shape, Wrong, check_header, check_lists
from checker.explicit.search.real_paths import RealPaths
from checker.explicit.step.outcome import Violated
from checker.ir import system as ir
from checker.language.raised import NO_DEADLOCK


class Resumable(Protocol):
    """A search of the compiled engine, as far as a checkpoint needs it. search: what the library calls it. earlier: the
    seconds that went by before the checkpoint that it began with."""

    library: ctypes.CDLL
    search: int | None
    generated: Generated
    system: ir.System
    properties: frozenset[str]
    portable: RealPaths
    depth: int
    earlier: float

    def counts(self) -> tuple[int, int, int]: ...
    def marks(self) -> tuple[bytearray, bytearray]: ...
    def finding(self, number: int) -> tuple[int, int, int]: ...
    def seconds(self) -> float: ...


@dataclass(frozen=True)
class Checkpoints:
    """file: where to write checkpoints. every: seconds between two of them. resume: the one to begin with. tell: told of what
    was written or could not be, in one line."""

    file: Path | None
    every: float
    resume: Path | None
    tell: Callable[[str], None]


def header_of(path: Path) -> Header:
    """The header of a checkpoint. CheckpointError if it is none or damaged."""
    with Reader(path) as reader:
        return reader.header()


def _key(search: Resumable) -> str:
    return key_of((search.generated.source, *sorted(search.properties)))


def save(search: Resumable, path: Path) -> None:
    """Write a checkpoint. OSError if that fails; what was there is then still there."""
    library, handle = search.library, search.search
    lists = [_ranges(search, number) for number in Rows]
    states, transitions, expanded = search.counts()
    cuts, covered = search.marks()
    findings = [(number, *search.finding(number)) for number in range(len(search.system.properties))]
    with writer_to(path) as writer:
        writer.header(
            Header(
                key=_key(search),
                words=search.generated.words,
                rows=library.checkpoint_rows(handle),
                lists=tuple(len(ranges) // 2 for ranges in lists),
                states=states,
                transitions=transitions,
                expanded=expanded,
                findings=tuple(finding for finding in findings if finding[1]),
                covers=len(covered),
                raisers=len(cuts),
                depth=search.depth,
                seconds=search.seconds(),
                dropped=search.portable.dropped,
            )
        )
        for content in (*lists, cuts, covered):
            writer.part(_bytes(content))
        for memory in _rows(search, library.checkpoint_rows(handle)):
            writer.part(memory)


def _bytes(content: MutableSequence[int]) -> memoryview:
    assert isinstance(content, array | bytearray)
    return memoryview(content).cast("B") if content else memoryview(b"")


def _ranges(search: Resumable, number: int) -> array[int]:
    count = search.library.checkpoint_ranges(search.search, number, None)
    ranges = array("I", bytes(8 * count))
    search.library.checkpoint_ranges(search.search, number, ranges.buffer_info()[0])
    return ranges


def _rows(search: Resumable, rows: int) -> Iterator[memoryview]:
    """The memory of the first rows, block by block: states, sources."""
    library = search.library
    room = library.checkpoint_block_rows()
    for number in range(-(-rows // room)):
        used = min(room, rows - number * room)
        yield _memory(library.checkpoint_states(search.search, number), used * search.generated.words * 8)
        yield _memory(library.checkpoint_sources(search.search, number), used * 4)


def _memory(address: int, size: int) -> memoryview:
    return memoryview((ctypes.c_ubyte * size).from_address(address)).cast("B")


def _shape(search: Resumable) -> Shape:
    generated, properties = search.generated, search.system.properties
    judged = tuple(properties.index(predicate.property) for predicate, _ in generated.invariants)
    raised = tuple(properties.index(r.property) if isinstance(r, Violated) else None for r in generated.raisers)
    deadlock = properties.index(NO_DEADLOCK) if NO_DEADLOCK in properties else None
    *_, raisers, covers = generated.shape(len(properties))
    return Shape(generated.words, raisers, covers, judged, raised, deadlock)


def restore(search: Resumable, path: Path) -> None:
    """Make an empty search one that has come as far as a checkpoint. CheckpointError if that is damaged, or that of another
    search; MemoryError if it does not fit. In both cases the search must not be used."""
    with Reader(path) as reader:
        header = reader.header()
        if header.key != _key(search):
            raise CheckpointError(
                f"{path} is a checkpoint of another search: model, settings, events, properties, reductions and version "
                "of stackproof have to be the same"
            )
        try:
            check_header(header, _shape(search), reader.body_size())
            lists = [array("I", bytes(8 * count)) for count in header.lists]
            cuts, covered = bytearray(header.raisers), bytearray(header.covers)
            for content in (*lists, cuts, covered):
                reader.part(_bytes(content))
            used = check_lists(header, lists)
            if max(cuts + covered) > 1:
                raise Wrong("it has marks that are none")
            library, handle = search.library, search.search
            if not library.checkpoint_room(handle, header.rows):
                raise MemoryError
            for memory in _rows(search, header.rows):
                reader.part(memory)
            reader.finish()
            if not all(library.checkpoint_fits(handle, begin, end, header.rows) for begin, end in used):
                raise Wrong("it has states that this model does not have")
        except Wrong as wrong:
            raise reader.forged(str(wrong)) from None
    for number, ranges in enumerate(lists):
        if not library.checkpoint_put_ranges(handle, number, ranges.buffer_info()[0], len(ranges) // 2):
            raise MemoryError
    library.checkpoint_put_counts(handle, header.states, header.transitions, header.expanded)
    for finding in header.findings:
        library.checkpoint_put_finding(handle, *finding)
    library.checkpoint_put_marks(handle, (ctypes.c_ubyte * len(cuts))(*cuts), (ctypes.c_ubyte * len(covered))(*covered))
    search.depth = header.depth
    search.earlier = header.seconds
