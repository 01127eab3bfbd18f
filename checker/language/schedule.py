# SPDX-License-Identifier: GPL-2.0-only
"""What an engine hands to the replayer: where in the code a frame stands, and what a transition chose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from checker.language.tree import Position


@dataclass(frozen=True)
class Allocated:
    """Among the choices of a transition: the free instance, as a reference, that an allocation returned where it could have been
    another one. number: how many allocations of the record came before in the transition that found several free instances."""

    record: str
    reference: int
    number: int


Choice: TypeAlias = int | Allocated
"""A choice of a transition: the value that a `choose` chose, or the instance that an allocation returned."""


@dataclass(frozen=True)
class Call:
    """A place in the code: a routine and where in it. A step's calls go from the frame's own routine inwards."""

    routine: str
    position: Position
