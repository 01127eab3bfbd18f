# SPDX-License-Identifier: GPL-2.0-only
"""The representative of a packed state: the same for all states that differ by an exchange of interchangeable instances.

A state is unpacked into an array of fields: cells in the order of the layout, then whole frames. Each listed permutation of the
tabled records (ir/symmetry.py) moves fields and changes references; then unordered records are numbered in the order in which the
moved fields refer to them first, those that nothing refers to last and sorted by their own fields; the least packed result is
the representative. Permutations that cannot be the chosen ones by what they leave alone are not tried.
docs/internals/soundness/symmetry.md, "Symmetry", says why that is exact. Everything here is tables over field numbers, so that a
C version can loop over the same.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

from checker.explicit.reduction.canonical_tables import Cell, Field, Frame, Move, Page, check_tables
from checker.explicit.step.outcome import Raised
from checker.explicit.step.python_code import FunctionMaker
from checker.ir import system as ir
from checker.ir.layout import Layout
from checker.ir.lowering.expression_code import allocator
from checker.ir.simplify import Specialiser
from checker.ir.symmetry import permutations
from checker.ir.system import Candidates

EXCHANGES = ("pages", "symmetry")
"""The reductions by exchange. pages: unordered records are numbered anew. symmetry: the listed permutations of tabled records
are tried."""

Permutation = tuple[tuple[int, ...], ...]


class Canonical:
    """Representatives of one system's states. reductions: which of EXCHANGES to use."""

    def __init__(self, system: ir.System, layout: Layout, reductions: frozenset[str]) -> None:
        symmetry = system.symmetry
        assert symmetry is not None
        self.system = system
        self.layout = layout
        self.symmetry = symmetry
        self.tabled = symmetry.tabled if "symmetry" in reductions else ()
        self.unordered = symmetry.unordered if "pages" in reductions else ()
        self.fields = self._fields()
        self.locals = self._locals()
        self.first_frame = sum(isinstance(field.place, Cell) for field in self.fields)
        self.numbers = {field.place: number for number, field in enumerate(self.fields)}
        self.instances = [(record, index) for record in self.tabled for index in range(system.arenas[record].instances)]
        found = permutations(system, self.tabled)
        assert found is not None, "find_symmetry lists no more than can be"
        self.moves = [self._move(permutation) for permutation in found]
        self.signatures = [self._signature(record, index) for record, index in self.instances]
        self.pages = {record: self._pages(record) for record in self.unordered}
        self.scanned = self._scanned()
        self.plans = [self._plan(move) for move in self.moves]
        check_tables(self)

    # -- tables --

    def _fields(self) -> list[Field]:
        """The fields in order, without those that have no bits: several of these can have one offset. Records that are not
        reduced are nobody's."""
        reduced = {*self.tabled, *self.unordered}
        found: list[Field] = []
        for name, cells in self.layout.cells.items():
            variable = self.system.variables[name]
            keys = self.symmetry.keys[name]
            target = self.symmetry.references.get(name)
            for number, indices in enumerate(itertools.product(*map(range, variable.dimensions))):
                owners = tuple((key, index) for key, index in zip(keys, indices, strict=True) if key in reduced)
                offset = cells.offset + number * cells.width
                record = target if target in reduced else None
                found.append(Field(Cell(name, indices), offset, cells.width, record, owners))
        for record, frames in self.layout.frames.items():
            for index in range(self.system.owners[record].count):
                for depth in range(frames.frames):
                    owners = ((record, index),) if record in reduced else ()
                    found.append(Field(Frame(record, index, depth), frames.base(index, depth), frames.width, None, owners))
        return [field for field in found if field.width]

    def _locals(self) -> dict[int, tuple[tuple[int, int, str], ...]]:
        """For each location the references in its frames: offset in the frame, mask, record."""
        reduced = {*self.tabled, *self.unordered}
        found: dict[int, list[tuple[int, int, str]]] = {}
        for (number, local), record in self.symmetry.locals.items():
            if record in reduced:
                procedure = self.system.location(number).procedure
                offset, width, low = self.layout.result if local == ir.RESULT else self.layout.locals[procedure, local]
                assert low == 0, "references begin at NULL"
                found.setdefault(number, []).append((offset, (1 << width) - 1, record))
        return {number: tuple(sorted(entries)) for number, entries in found.items()}

    def _moved_to(self, place: Cell | Frame, images: dict[tuple[str, int], int]) -> Cell | Frame:
        """The place to which a permutation moves what is in this one."""
        if isinstance(place, Frame):
            return Frame(place.record, images.get((place.record, place.index), place.index), place.depth)
        keys = self.symmetry.keys[place.variable]
        moved = (i if key is None else images.get((key, i), i) for key, i in zip(keys, place.indices, strict=True))
        return Cell(place.variable, tuple(moved))

    def _move(self, permutation: Permutation) -> Move:
        images = {
            (record, index): image
            for record, moved in zip(self.tabled, permutation, strict=True)
            for index, image in enumerate(moved)
        }
        sources = [0] * len(self.fields)
        for number, field in enumerate(self.fields):
            sources[self.numbers[self._moved_to(field.place, images)]] = number
        maps = {record: self._map(record, moved) for record, moved in zip(self.tabled, permutation, strict=True)}
        places = {instance: number for number, instance in enumerate(self.instances)}
        order = [0] * len(self.instances)
        for number, (record, index) in enumerate(self.instances):
            order[places[record, images[record, index]]] = number
        return Move(tuple(sources), maps, tuple(order))

    def _map(self, record: str, images: tuple[int, ...]) -> tuple[int, ...]:
        """What references to the record become; tags stay."""
        count, alignment, _ = self.system.arenas[record]
        tags = range(alignment)
        return (*tags, *((images[index] + 1) * alignment + tag for index in range(count) for tag in tags))

    def _plan(self, move: Move) -> tuple[tuple[int, tuple[int, ...] | None], ...]:
        """For each field its source and what maps its value, None for as it is."""
        return tuple(
            (source, move.maps.get(field.record) if field.record is not None else None)
            for source, field in zip(move.sources, self.fields, strict=True)
        )

    def _pages(self, record: str) -> tuple[Page, ...]:
        count = self.system.arenas[record].instances
        rows: list[list[int]] = [[] for _ in range(count)]
        for number, field in enumerate(self.fields):
            for owner, index in field.owners:
                if owner == record:
                    rows[index].append(number)
        return tuple(Page(tuple(row)) for row in rows)

    def _scanned(self) -> tuple[tuple[int, str, int], ...]:
        """The cells that refer to pages: number, record, alignment."""
        return tuple(
            (number, field.record, self.system.arenas[field.record].alignment)
            for number, field in enumerate(self.fields)
            if field.record in self.unordered and field.record is not None
        )

    def _signature(self, record: str, index: int) -> tuple[tuple[int, int], ...]:
        """What of a tabled instance no exchange changes, as (field, kind): plain values whole (0), of references whether
        they are NULL and their tag (the alignment), of frames where they stand (-1)."""
        found: list[tuple[int, int]] = []
        for number, field in enumerate(self.fields):
            if field.owners == ((record, index),):
                alignment = 0 if field.record is None else self.system.arenas[field.record].alignment
                found.append((number, -1 if field.variable is None else alignment))
        return tuple(found)

    # -- states --

    def unpack(self, state: int) -> list[int]:
        """The values of the fields, without the mark; what is dead in free instances has its reset value."""
        values = [state >> field.offset & (1 << field.width) - 1 for field in self.fields]
        for record, pages in self.pages.items():
            if self.system.arenas[record].allocated:
                self._clear(record, pages, values)
        return values

    def _clear(self, record: str, pages: tuple[Page, ...], values: list[int]) -> None:
        allocated = allocator(record)
        for page in pages:
            if any(self.fields[n].variable == allocated and not values[n] for n in page.row):
                for n in page.row:
                    name = self.fields[n].variable
                    if name is not None and name in self.symmetry.dead and name.startswith(f"{record}."):
                        values[n] = self.symmetry.dead[name] - self.system.variables[name].low

    def pack(self, values: list[int]) -> int:
        state = 0
        for field, value in zip(self.fields, values, strict=True):
            state |= value << field.offset
        return state

    def representative(self, state: int) -> int:
        """The representative of a state; a mark stays."""
        mark = state >> self.layout.mark
        values = self.unpack(state)
        best = min(self.pack(self._numbered(self._moved(values, number))) for number in self._likely(values))
        return best | mark << self.layout.mark

    def orbit(self, state: int) -> set[int]:
        """The state moved by every listed permutation, for tests: pages stay as they are."""
        mark = state >> self.layout.mark
        values = self.unpack(state)
        return {self.pack(self._moved(values, number)) | mark << self.layout.mark for number in range(len(self.moves))}

    def _likely(self, values: list[int]) -> list[int]:
        """The permutations after which the signatures are least: any others need not be tried."""
        if len(self.moves) == 1:
            return [0]
        locations = (1 << self.layout.location_width) - 1
        signatures = []
        for signature in self.signatures:
            found = []
            for number, kind in signature:
                value = values[number]
                if kind == -1:
                    value &= locations
                elif kind:
                    value = value % kind if value < kind else kind + value % kind
                found.append(value)
            signatures.append(tuple(found))
        arranged = [tuple(signatures[place] for place in move.order) for move in self.moves]
        least = min(arranged)
        return [number for number, signature in enumerate(arranged) if signature == least]

    def _moved(self, values: list[int], number: int) -> list[int]:
        """The fields after a permutation."""
        moved = [values[source] if map_ is None else map_[values[source]] for source, map_ in self.plans[number]]
        maps = self.moves[number].maps
        if maps and self.locals:
            self._map_frames(moved, maps)
        return moved

    def _map_frames(self, values: list[int], maps: dict[str, tuple[int, ...]]) -> None:
        locations = (1 << self.layout.location_width) - 1
        for number in range(self.first_frame, len(values)):
            frame = values[number]
            for offset, mask, record in self.locals.get(frame & locations, ()):
                map_ = maps.get(record)
                if map_ is not None:
                    value = frame >> offset & mask
                    frame ^= (value ^ map_[value]) << offset
            values[number] = frame

    def _numbered(self, values: list[int]) -> list[int]:
        """The fields with unordered records numbered anew."""
        if not self.unordered:
            return values
        met = self._met(values)
        maps: dict[str, tuple[int, ...]] = {}
        result = list(values)
        for record, pages in self.pages.items():
            order = met[record]
            others = [index for index in range(len(pages)) if index not in order]
            others.sort(key=lambda index, pages=pages: [values[n] for n in pages[index].row])  # type: ignore[misc]
            images = [0] * len(pages)
            for image, index in enumerate([*order, *others]):
                images[index] = image
                for there, here in zip(pages[image].row, pages[index].row, strict=True):
                    result[there] = values[here]
            maps[record] = self._map(record, tuple(images))
        for number, record, _ in self.scanned:
            result[number] = maps[record][result[number]]
        if self.locals:
            self._map_frames(result, maps)
        return result

    def _met(self, values: list[int]) -> dict[str, dict[int, None]]:
        """The pages that fields refer to, in the order of the first reference."""
        met: dict[str, dict[int, None]] = {record: {} for record in self.unordered}
        for number, record, alignment in self.scanned:
            value = values[number]
            if value >= alignment:
                met[record][value // alignment - 1] = None
        if self.locals:
            locations = (1 << self.layout.location_width) - 1
            for number in range(self.first_frame, len(values)):
                frame = values[number]
                for offset, mask, record in self.locals.get(frame & locations, ()):
                    if record in met:
                        alignment = self.system.arenas[record].alignment
                        value = frame >> offset & mask
                        if value >= alignment:
                            met[record][value // alignment - 1] = None
        return met


class Distinguished(Exception):
    """Pages that the reduction takes for alike are not. The text says which and why."""


class CandidateCheck:
    """Looks whether instances of which a step takes the lowest could be distinguished: what the reduction of pages rests on."""

    def __init__(self, canonical: Canonical, maker: FunctionMaker) -> None:
        self.canonical = canonical
        self.tests: list[tuple[Candidates, list[Callable[[int], object]], list[tuple[int, ...]]]] = []
        for candidates in canonical.symmetry.candidates:
            if candidates.record in canonical.unordered:
                count, alignment, _ = canonical.system.arenas[candidates.record]
                references = [(index + 1) * alignment for index in range(count)]
                conditions = [
                    maker.predicate(
                        Specialiser(maker.system.variables, maker.system.arenas, {candidates.local: reference}).expression(
                            candidates.condition
                        )
                    )
                    for reference in references
                ]
                rows = [page.row for page in canonical.pages[candidates.record]]
                self.tests.append((candidates, conditions, rows))

    def failure(self, state: int) -> str | None:
        """Why pages must not be exchanged, None if in this state they can be. Terminal states are not states to look at."""
        if not self.tests:
            return None
        values = self.canonical.unpack(state)
        met = self.canonical._met(values)
        for candidates, conditions, rows in self.tests:
            name = f"{candidates.position}: the instances of {candidates.record} of which this takes the lowest"
            try:
                found = [index for index, holds in enumerate(conditions) if holds(state)]
            except Raised:
                continue  # every instance is looked at, so that the step raises too, whichever comes first
            if len(found) < 2:
                continue
            if any(index in met[candidates.record] for index in found):
                return f"{name} are not all alike: something still refers to one of them"
            if len({tuple(values[n] for n in rows[index]) for index in found}) > 1:
                return f"{name} are not all alike: their fields differ"
        return None
