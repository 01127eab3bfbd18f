# SPDX-License-Identifier: GPL-2.0-only
"""Numbers that the C of a graph and what drives it tell each other. The C gets them from here."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum


class Ending(IntEnum):
    """How work in C ended. STOPPED: what it asked whether to go on said no. WRONG: a condition cannot be evaluated in a state.
    NOTHING_MORE, FOUND: of a search for one more."""

    DONE = 0
    STOPPED = 1
    NO_MEMORY = 2
    WRONG = 3
    MANY_CHOICES = 4
    MANY_NODES = 5
    NOTHING_MORE = 6
    FOUND = 7


class Count(IntEnum):
    """Places in what graph_counts fills. TAKEN: transitions, those to terminal states too. NODE: the one of WRONG. PICKED: how
    many numbers the last answer has."""

    NODES = 0
    TAKEN = 1
    EDGES = 2
    LABELS = 3
    NODE = 4
    PICKED = 5
    REGION = 6
    SIZE = 7


NO_NODE = 2**32 - 1


def graph_declarations() -> Iterator[str]:
    """The same in C."""
    for numbers in (Ending, Count):
        yield f"enum {{ {', '.join(f'{number.name} = {number.value}' for number in numbers)} }};"
    yield f"enum {{ COUNTS = {len(Count)} }};"
    yield f"#define NO_NODE {NO_NODE}U"
