# SPDX-License-Identifier: GPL-2.0-only
"""Where an implementation differs from its model, as data."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum

from checker.conformance.specification import Specification, Way
from checker.conformance.subject import End, Ended
from checker.trace.machine import Transition


class Kind(Enum):
    """What differs. MISSING: the model can do something that the implementation cannot. EXTRA: the other way round. CELLS: both
    do it, and other values come of it. PLACES: it leaves the code at places that do not belong together. END: one of them ends
    the run there, or both do, in another way."""

    MISSING = "missing"
    EXTRA = "extra"
    CELLS = "cells"
    PLACES = "places"
    END = "end"


@dataclass(frozen=True)
class CellDifference:
    """A cell as printed: its value before the step, after it in the model, and after it in the implementation."""

    cell: str
    before: str
    model: str
    implementation: str


@dataclass(frozen=True)
class Difference:
    """path: what both did alike, from the initial state on. move: what comes out differently then; None: the initial state itself
    differs. model, implementation: what each of them does, in one line. alike: what both can do in place of it, for MISSING and
    EXTRA."""

    kind: Kind
    path: tuple[Transition, ...]
    move: Transition | None
    model: str
    implementation: str
    cells: tuple[CellDifference, ...] = ()
    alike: tuple[Transition, ...] = ()


@dataclass(frozen=True)
class Mismatch:
    """A difference without the way that leads to it."""

    kind: Kind
    move: Transition | None
    model: str
    implementation: str
    cells: tuple[CellDifference, ...] = ()
    alike: tuple[Transition, ...] = ()

    def after(self, path: Sequence[Transition]) -> Difference:
        return Difference(self.kind, tuple(path), self.move, self.model, self.implementation, self.cells, self.alike)


def compare_moves(ways: Sequence[Way], offered: Collection[Transition]) -> Mismatch | None:
    """Whether both can do the same. What the model cuts may be there or not."""
    cut = {way.move for way in ways if isinstance(way.outcome, Ended) and way.outcome.end is End.CUT}
    possible = {way.move for way in ways} - cut
    others = set(offered) - cut
    if possible == others:
        return None
    alike = tuple(way.move for way in ways if way.move in others)
    for way in ways:
        if way.move in possible - others:
            return Mismatch(Kind.MISSING, way.move, "it is possible", "it is not possible", alike=alike)
    extra = next(move for move in offered if move not in possible and move not in cut)
    return Mismatch(Kind.EXTRA, extra, "it is not possible", "it is possible", alike=alike)


def compare_end(move: Transition, outcome: int | Ended, ended: Ended | None) -> Mismatch | None:
    """Whether a move ended the run on both sides in the same way, or on neither."""
    if isinstance(outcome, Ended):
        if outcome.like(ended):
            return None
        return Mismatch(Kind.END, move, str(outcome), "the run goes on" if ended is None else str(ended))
    if ended is None:
        return None
    return Mismatch(Kind.END, move, "the run goes on", str(ended))


def compare_cells(
    specification: Specification,
    places: Sequence[int],
    before: int | None,
    move: Transition | None,
    state: int,
    found: Sequence[int],
) -> Mismatch:
    """How the implementation's cells differ from those of a model's state. places: where the cells that the implementation has
    stand in the model's. before: the model's state before the move, if there is one."""
    wanted = specification.cells(state)
    old = None if before is None else specification.cells(before)
    cells = []
    for place, value in zip(places, found, strict=True):
        if wanted[place] != value:
            show = specification.shown
            cells.append(
                CellDifference(
                    specification.names[place],
                    "" if old is None else show(place, old[place]),
                    show(place, wanted[place]),
                    show(place, value),
                )
            )
    names = ", ".join(cell.cell for cell in cells)
    return Mismatch(Kind.CELLS, move, "see the cells", f"other values in {names}", tuple(cells))
