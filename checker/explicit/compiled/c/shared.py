# SPDX-License-Identifier: GPL-2.0-only
"""Numbers that the C of a search and its driver tell each other. The C gets them from here."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum


class Level(IntEnum):
    """How a worker's part of a level ended."""

    LEVEL_DONE = 0
    PAUSED = 1


class Failure(IntEnum):
    """What a search cannot go on for."""

    NO_FAILURE = 0
    OUT_OF_MEMORY = 1
    FULL = 2
    TOO_MANY_CHOICES = 3
    DISTINGUISHED = 4


class Found(IntEnum):
    """What was found of a property. CLAIMED: a worker is about to say what."""

    NO_FINDING = 0
    INVARIANT = 1
    STEP = 2
    DEADLOCK = 3
    CLAIMED = 4


class Figure(IntEnum):
    """How far a search is: places in what search_figures fills."""

    STATES = 0
    TRANSITIONS = 1
    EXPANDED = 2
    BYTES = 3
    GROW = 4
    FAILURE = 5


class RaisedKind(IntEnum):
    """raised_kind of what is not a violation of a property."""

    MODEL_ERROR = -1
    CUT = -2
    WILD_MODEL_ERROR = -3


class Rows(IntEnum):
    """The lists of ranges of rows in a checkpoint: of earlier levels and this one; found for the next level; to expand; to
    expand again."""

    OLD_ROWS = 0
    NEW_ROWS = 1
    TO_EXPAND = 2
    AGAIN = 3


ENUMS: tuple[type[IntEnum], ...] = (Level, Failure, Found, Figure, RaisedKind, Rows)
BATCH = 128
"""Successors that a worker looks up together."""
TOGETHER = 64
"""Random walks of a batch: after each one what was found is told."""
MOST_WORKERS = 64
MOST_CHOICES = 64
"""Choices of one transition."""
NO_ROW = 2**32 - 1


def declarations() -> Iterator[str]:
    """The same in C."""
    for numbers in ENUMS:
        yield f"enum {{ {', '.join(f'{number.name} = {number.value}' for number in numbers)} }};"
    yield f"enum {{ FIGURES = {len(Figure)}, CHOICES = {MOST_CHOICES} }};"
    yield f"#define BATCH {BATCH}"
    yield f"#define TOGETHER {TOGETHER}"
    yield f"#define NO_ROW {NO_ROW}U"
