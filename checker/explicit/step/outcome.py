# SPDX-License-Identifier: GPL-2.0-only
"""What a transition can do other than lead to a new state. Generated code raises these; see docs/language.md."""

from __future__ import annotations

from checker.ir.tape import Tape as Tape
from checker.language.tree import Position


class Raised(Exception):
    """A transition that does not end in a new state."""


class Violated(Raised):
    """A step violates a property. wild: it followed a wild pointer or index."""

    def __init__(self, property_: str, position: Position, wild: bool) -> None:
        super().__init__(property_)
        self.property = property_
        self.position = position
        self.wild = wild


class OutOfRange(Raised):
    """A model error: a value outside its declared range, or a wild pointer in a model without the property no-wild-pointer."""

    def __init__(self, position: Position, message: str, wild: bool = False) -> None:
        super().__init__(message)
        self.position = position
        self.message = message
        self.wild = wild


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
