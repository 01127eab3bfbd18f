# SPDX-License-Identifier: GPL-2.0-only
"""The tables by which checkpoint.c tells whether bits from a file are a state that the generated code can work on.

That code trusts its states: it takes values as indices and stores beside frames, without a look at what cannot be otherwise in a
state that it has made. A state from a file has to satisfy all of that first: every cell and live local is in its range, every
frame stands at a location, what is not in use is 0, and a frame that returns a value stands on one that waits for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checker.explicit.step.paths import FIRST_PROPERTY
from checker.ir import system as ir
from checker.ir.layout import Layout
from checker.ir.naming import results_awaited
from checker.language import tree
from checker.language.types import value_range

Piece = tuple[int, int, int, int]
"""Offset, width, least and greatest value of some bits."""

WORD = 64
WIDEST_GAP = 32


def checkpoint_tables(system: ir.System, layout: Layout, words: int) -> Iterator[str]:
    """C source for one system's states."""
    yield "/* What a state from a checkpoint has to be like. */"
    yield "struct piece { unsigned offset, width; word least, most; };"
    yield _pieces("state_pieces", list(_state_pieces(system, layout, words)))
    first, pieces = [0], list[Piece]()
    for below in (False, True):
        for number in range(len(system.locations) + 1):
            pieces += _frame_pieces(system, layout, number, below)
            first.append(len(pieces))
    yield _pieces("frame_pieces", pieces)
    yield f"#define LOCATIONS {len(system.locations)}"
    yield f"#define LOCATION_WIDTH {layout.location_width}"
    yield f"static const unsigned first_piece[] = {{{', '.join(map(str, first))}}};"
    names = list(system.procedures)
    waits = {location: names.index(name) + 1 for location, name in results_awaited(system).items()}
    returning = [0, *(_returning(system, names, location) for location in system.locations)]
    yield "/* Of each location: the procedure whose result it waits for, and its own procedure if that has one; 0 for none. */"
    yield f"static const unsigned short waits_for[] = {{{', '.join(str(waits.get(n, 0)) for n in range(len(returning)))}}};"
    yield f"static const unsigned short returns_of[] = {{{', '.join(map(str, returning))}}};"
    stacks = [
        f"{{{frames.base(index, 0)}, {frames.width}, {frames.frames}}}"
        for record, frames in layout.frames.items()
        for index in range(system.owners[record].count)
        if frames.frames
    ]
    yield f"#define STACKS {len(stacks)}"
    yield f"static const struct {{ unsigned base, width, frames; }} stacks[] = {{{', '.join(stacks) or '{0}'}}};"


def _pieces(name: str, pieces: Sequence[Piece]) -> str:
    rows = ", ".join(f"{{{offset}, {width}, {least}UL, {most}UL}}" for offset, width, least, most in pieces)
    return f"#define {name.upper()} {len(pieces)}\nstatic const struct piece {name}[] = {{{rows or '{0}'}}};"


def _state_pieces(system: ir.System, layout: Layout, words: int) -> Iterator[Piece]:
    """All but the frames."""
    for name, cells in layout.cells.items():
        variable = system.variables[name]
        for number in range(len(variable.initial)):
            yield from _checked(cells.offset + number * cells.width, cells.width, 0, variable.high - variable.low)
    yield from _checked(layout.mark, layout.bits - layout.mark, 0, FIRST_PROPERTY + len(system.properties) - 1)
    yield from _zero(layout.bits, words * WORD)


def _frame_pieces(system: ir.System, layout: Layout, number: int, below: bool) -> list[Piece]:
    """A frame at that location, beside its number. below: the frame of its call stands on it, so that there is no result yet."""
    width = max((frames.width for frames in layout.frames.values()), default=0)
    found: list[Piece] = []
    if number:
        location = system.location(number)
        procedure = system.procedures[location.procedure]
        for local in location.live:
            if local == ir.RESULT:
                if not below:
                    offset, bits, low = layout.result
                    least, most = _result_range(system, results_awaited(system)[number])
                    found.append((offset, bits, least - low, most - low))
                continue
            offset, bits, low = layout.locals[location.procedure, local]
            found.append((offset, bits, 0, procedure.locals[local][1] - low))
    pieces: list[Piece] = []
    free = layout.location_width
    for offset, bits, least, most in sorted(found):
        pieces += _zero(free, offset)
        pieces += _checked(offset, bits, least, most)
        free = max(free, offset + bits)
    return [*pieces, *_zero(free, width)]


def _result_range(system: ir.System, procedure: str) -> tuple[int, int]:
    """What a procedure returns."""
    result = system.procedures[procedure].result
    assert result is not None
    if isinstance(result, tree.ReferenceType) and result.record:
        count, alignment, _ = system.arenas[result.record]
        return 0, (count + 1) * alignment - 1
    return value_range(result, {})


def _returning(system: ir.System, names: Sequence[str], location: ir.Location) -> int:
    """The number of the location's procedure, if that returns a value."""
    return names.index(location.procedure) + 1 if system.procedures[location.procedure].result is not None else 0


def _checked(offset: int, width: int, least: int, most: int) -> Iterator[Piece]:
    """The piece, unless all its values are allowed."""
    if width and (least, most) != (0, (1 << width) - 1):
        yield offset, width, least, most


def _zero(begin: int, end: int) -> Iterator[Piece]:
    """Bits that are not in use."""
    for offset in range(begin, end, WIDEST_GAP):
        yield offset, min(WIDEST_GAP, end - offset), 0, 0
