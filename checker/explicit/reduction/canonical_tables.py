# SPDX-License-Identifier: GPL-2.0-only
"""What the tables of canonical.py have to be for a representative to be a state of the same orbit.

The fields are all bits below the mark, each once; a permutation moves fields and references one to one, none of them to a
place that is too narrow. So a representative is the state with its parts exchanged, and no bit of it reaches the mark. An error
in a table would make two states one, and a violation could be missed in silence; here it stops the program.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checker.explicit.reduction.canonical import Canonical, Move


def check_tables(canonical: Canonical) -> None:
    """AssertionError where a table is wrong."""
    _check_fields(canonical)
    _check_references(canonical)
    for move in canonical.moves:
        _check_move(canonical, move)
    _check_pages(canonical)


def _demand(holds: bool, what: str) -> None:
    if not holds:
        raise AssertionError(f"the tables of the symmetry are wrong: {what}")


def _check_fields(canonical: Canonical) -> None:
    end = 0
    for field in canonical.fields:
        _demand(field.offset == end and field.width > 0, f"{field.place} does not begin where the field before it ends")
        end += field.width
    _demand(end == canonical.layout.mark, "the last field does not end at the mark")
    _demand(len(canonical.numbers) == len(canonical.fields), "two fields are the same place")


def _references(canonical: Canonical, record: str) -> int:
    """How many values a reference can have: NULL and each instance, with each tag."""
    count, alignment, _ = canonical.system.arenas[record]
    return (count + 1) * alignment


def _check_references(canonical: Canonical) -> None:
    """What a map gives fits where it is put, and a map has an entry for whatever is found there."""
    layout, system = canonical.layout, canonical.system
    for field in canonical.fields:
        if field.record is not None and field.variable is not None:
            variable = system.variables[field.variable]
            whole = (0, _references(canonical, field.record) - 1)
            _demand((variable.low, variable.high) == whole, f"{field.place} cannot hold every reference to {field.record}")
    for number, entries in canonical.locals.items():
        end = layout.location_width
        for offset, mask, record in entries:
            _demand(offset >= end, f"two locals at location {number} have the same bits")
            _demand(mask >= _references(canonical, record) - 1, f"a local at location {number} cannot hold every reference")
            end = offset + mask.bit_length()
        _demand(all(end <= frames.width for frames in layout.frames.values()), f"a local at location {number} is outside")


def _check_move(canonical: Canonical, move: Move) -> None:
    fields = canonical.fields
    _demand(_is_bijection(move.sources, len(fields)), "a permutation takes some field twice")
    for field, source in zip(fields, move.sources, strict=True):
        alike = (field.variable, field.width, field.record) == (
            fields[source].variable,
            fields[source].width,
            fields[source].record,
        )
        _demand(alike, f"a permutation puts {fields[source].place} where {field.place} was")
    for record, moved in move.maps.items():
        _demand(_is_bijection(moved, _references(canonical, record)), f"a permutation makes one of two references to {record}")
    _demand(_is_bijection(move.order, len(canonical.instances)), "a permutation takes some instance twice")


def _check_pages(canonical: Canonical) -> None:
    for record, pages in canonical.pages.items():
        numbers = [number for page in pages for number in page.row]
        _demand(len(set(numbers)) == len(numbers), f"two instances of {record} share a field")
        shapes = {tuple(_shape(canonical, number) for number in page.row) for page in pages}
        _demand(len(shapes) == 1, f"the instances of {record} have different fields")


def _shape(canonical: Canonical, number: int) -> tuple[object, ...]:
    field = canonical.fields[number]
    return field.variable, field.width, field.record


def _is_bijection(images: Iterable[int], count: int) -> bool:
    return sorted(images) == list(range(count))
