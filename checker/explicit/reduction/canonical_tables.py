# SPDX-License-Identifier: GPL-2.0-only
"""The tables of canonical.py, and what they have to be for a representative to be a state of the same orbit.

The fields are all bits below the mark, each once; a permutation moves fields and references one to one, none of them to a
place that is too narrow. So a representative is the state with its parts exchanged, and no bit of it reaches the mark. An error
in a table would make two states one, and a violation could be missed in silence; here it stops the program.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from checker.ir import system as ir
from checker.ir.layout import Layout


@dataclass(frozen=True)
class Cell:
    """The cell of a variable at these indices."""

    variable: str
    indices: tuple[int, ...]


@dataclass(frozen=True)
class Frame:
    """The frame of an owner at this depth."""

    record: str
    index: int
    depth: int


@dataclass(frozen=True)
class Field:
    """A cell, or a whole frame, that has bits. offset, width: in the packed state. record: of the instance that a cell refers to,
    if that is reduced. owners: (record, index) of the reduced instances that the field belongs to."""

    place: Cell | Frame
    offset: int
    width: int
    record: str | None
    owners: tuple[tuple[str, int], ...]

    @property
    def variable(self) -> str | None:
        """The variable of a cell, None for a frame."""
        return self.place.variable if isinstance(self.place, Cell) else None


@dataclass(frozen=True)
class Page:
    """One instance of an unordered record. row: the numbers of its fields, the same order for all instances."""

    row: tuple[int, ...]


@dataclass(frozen=True)
class Move:
    """What one permutation does. sources: for each field the number of the field whose value it gets. maps: for each tabled
    record what each reference becomes. order: for each tabled instance, in order, the position of what takes its place."""

    sources: tuple[int, ...]
    maps: dict[str, tuple[int, ...]]
    order: tuple[int, ...]


class Tables(Protocol):
    """What a representative is computed by. numbers: of the fields. locals: for each location the references in its frames:
    offset in the frame, mask, record. instances: of the tabled records. pages: of each unordered record."""

    system: ir.System
    layout: Layout
    fields: list[Field]
    numbers: dict[Cell | Frame, int]
    locals: dict[int, tuple[tuple[int, int, str], ...]]
    instances: list[tuple[str, int]]
    moves: list[Move]
    pages: dict[str, tuple[Page, ...]]


def check_tables(tables: Tables) -> None:
    """AssertionError where a table is wrong."""
    _check_fields(tables)
    _check_references(tables)
    for move in tables.moves:
        _check_move(tables, move)
    _check_pages(tables)


def _demand(holds: bool, what: str) -> None:
    if not holds:
        raise AssertionError(f"the tables of the symmetry are wrong: {what}")


def _check_fields(tables: Tables) -> None:
    end = 0
    for field in tables.fields:
        _demand(field.offset == end and field.width > 0, f"{field.place} does not begin where the field before it ends")
        end += field.width
    _demand(end == tables.layout.mark, "the last field does not end at the mark")
    _demand(len(tables.numbers) == len(tables.fields), "two fields are the same place")


def _references(tables: Tables, record: str) -> int:
    """How many values a reference can have: NULL and each instance, with each tag."""
    count, alignment, _ = tables.system.arenas[record]
    return (count + 1) * alignment


def _check_references(tables: Tables) -> None:
    """What a map gives fits where it is put, and a map has an entry for whatever is found there."""
    layout, system = tables.layout, tables.system
    for field in tables.fields:
        if field.record is not None and field.variable is not None:
            variable = system.variables[field.variable]
            whole = (0, _references(tables, field.record) - 1)
            _demand((variable.low, variable.high) == whole, f"{field.place} cannot hold every reference to {field.record}")
    for number, entries in tables.locals.items():
        end = layout.location_width
        for offset, mask, record in entries:
            _demand(offset >= end, f"two locals at location {number} have the same bits")
            _demand(mask >= _references(tables, record) - 1, f"a local at location {number} cannot hold every reference")
            end = offset + mask.bit_length()
        _demand(all(end <= frames.width for frames in layout.frames.values()), f"a local at location {number} is outside")


def _check_move(tables: Tables, move: Move) -> None:
    fields = tables.fields
    _demand(_is_bijection(move.sources, len(fields)), "a permutation takes some field twice")
    for field, source in zip(fields, move.sources, strict=True):
        alike = (field.variable, field.width, field.record) == (
            fields[source].variable,
            fields[source].width,
            fields[source].record,
        )
        _demand(alike, f"a permutation puts {fields[source].place} where {field.place} was")
    for record, moved in move.maps.items():
        _demand(_is_bijection(moved, _references(tables, record)), f"a permutation makes one of two references to {record}")
    _demand(_is_bijection(move.order, len(tables.instances)), "a permutation takes some instance twice")


def _check_pages(tables: Tables) -> None:
    for record, pages in tables.pages.items():
        numbers = [number for page in pages for number in page.row]
        _demand(len(set(numbers)) == len(numbers), f"two instances of {record} share a field")
        shapes = {tuple(_shape(tables, number) for number in page.row) for page in pages}
        _demand(len(shapes) == 1, f"the instances of {record} have different fields")


def _shape(tables: Tables, number: int) -> tuple[object, ...]:
    field = tables.fields[number]
    return field.variable, field.width, field.record


def _is_bijection(images: Iterable[int], count: int) -> bool:
    return sorted(images) == list(range(count))
