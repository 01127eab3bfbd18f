# SPDX-License-Identifier: GPL-2.0-only
"""Numbers that the C of a search and its driver tell each other. The C gets them from here."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum

from checker.explicit.reduction.partial_order import MOST_PASSED
from checker.explicit.reduction.visibility import SPLIT_CELLS, SPLIT_VALUES


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
    BROKEN = 5
    NO_ANSWER = 6
    NO_DISK = 7


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


class Asked(IntEnum):
    """What partial order asks about a state, and what the answer is.

    CLAIMS: of each agent its cells, those of them that only it may read, those of others that it may not write, those of others
    that it may not read, the instances that it claims, those that it owns, and a number for these two; then, for who is no agent,
    the cells that it may not write, and not read.
    SUFFICIENT: how many changes an agent's transitions make if they suffice, 0 if they do not; and the changes.
    TOUCHED: the bits that a candidate reads, those that it reads directly, and those that it writes.
    FORGET: nothing; a property was found violated."""

    ASK_CLAIMS = 0
    ASK_SUFFICIENT = 1
    ASK_TOUCHED = 2
    ASK_FORGET = 3


class Node(IntEnum):
    """Kinds of nodes of an expression that comparer.c goes through."""

    NODE_CONSTANT = 0
    NODE_LOCAL = 1
    NODE_LOAD = 2
    NODE_INDEX = 3
    NODE_ELEMENT = 4
    NODE_IN_RANGE = 5
    NODE_OPERATION = 6
    NODE_LOGICAL = 7
    NODE_CONDITIONAL = 8
    NODE_LET = 9
    NODE_FRAMES = 10


class Operator(IntEnum):
    """Operators of such a node."""

    OP_ADD = 0
    OP_SUB = 1
    OP_MUL = 2
    OP_DIV = 3
    OP_MOD = 4
    OP_AND = 5
    OP_OR = 6
    OP_XOR = 7
    OP_SHL = 8
    OP_SHR = 9
    OP_EQ = 10
    OP_NE = 11
    OP_LT = 12
    OP_LE = 13
    OP_GT = 14
    OP_GE = 15
    OP_NOT = 16
    OP_NEG = 17


ENUMS: tuple[type[IntEnum], ...] = (Level, Failure, Found, Figure, RaisedKind, Rows, Asked, Node, Operator)
BATCH = 128
"""Successors that a worker looks up together."""
TOGETHER = 64
"""Random walks of a batch: after each one what was found is told."""
MOST_WORKERS = 64
ANSWER_WORDS = 2**15
"""Words of the longest answer."""
NEVER_VALUES = 1024
"""Values of a cell that are listed where it cannot have them, from 0 up; of others it is not known."""
MOST_DIMENSIONS = 8
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
    yield f"#define ANSWER_WORDS {ANSWER_WORDS}"
    yield f"#define MOST_PASSED {MOST_PASSED}"
    yield f"enum {{ NEVER_VALUES = {NEVER_VALUES}, MOST_DIMENSIONS = {MOST_DIMENSIONS} }};"
    yield f"enum {{ SPLIT_VALUES = {SPLIT_VALUES}, SPLIT_CELLS = {SPLIT_CELLS} }};"
    yield f"#define NO_ROW {NO_ROW}U"
