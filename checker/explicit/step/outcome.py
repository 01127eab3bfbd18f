# SPDX-License-Identifier: GPL-2.0-only
"""What a transition can do other than lead to a new state. Generated code raises these; see docs/reference/language.md."""

from __future__ import annotations

from enum import Enum

from checker.ir.tape import Tape as Tape
from checker.language.tree import Position


class Raised(Exception):
    """A transition that does not end in a new state."""


class How(Enum):
    """How a step violates a property; the values are kinds of trace/data.py."""

    CHECK = "check"
    WILD_POINTER = "wild-pointer"
    OUT_OF_RANGE = "out-of-range"


class Violated(Raised):
    """A step violates a property."""

    def __init__(self, property_: str, position: Position, how: How) -> None:
        super().__init__(property_)
        self.property = property_
        self.position = position
        self.how = how


class OutOfRange(Raised):
    """A model error: a value outside its declared range, in a condition or in a model without the property no-out-of-range; or a
    wild pointer in a model without the property no-wild-pointer."""

    def __init__(self, position: Position, message: str, wild: bool = False) -> None:
        super().__init__(message)
        self.position = position
        self.message = message
        self.wild = wild


def out_of_range(target: str, low: int, high: int, position: Position) -> OutOfRange:
    """That a value is not in its range. target: what gets it."""
    return OutOfRange(position, f"{target} gets a value that is not from {low} to {high}; widen its range, or fix the model")


ARENA = "arena"
"""The reason of a cut where all instances of a record are allocated."""


class Cut(Raised):
    """The path ends for want of room: "arena" or "frames"."""

    def __init__(self, reason: str, position: Position, message: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.position = position
        self.message = message


class Outside(Cut):
    """The path ends in a state outside the constraint of that name; its reason is "constraint NAME"."""

    def __init__(self, constraint: str, position: Position) -> None:
        super().__init__(f"constraint {constraint}", position, "no transition is taken from a state outside it")
