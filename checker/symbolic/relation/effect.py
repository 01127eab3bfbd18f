# SPDX-License-Identifier: GPL-2.0-only
"""What a body of code does to a state, as data: its ways to end, the frames that it leaves, the inputs that choose."""

from __future__ import annotations

from dataclasses import dataclass, field

from checker.symbolic.relation.expressions import Flow
from checker.symbolic.relation.fields import Fields
from checker.symbolic.terms.terms import Term

HALTED = "halted"
CUT_ARENA = "arena"
CUT_FRAMES = "frames"
CUT_CONSTRAINT = "constraint "
VIOLATES = "violates "
"""Outcomes of instructions; the last is followed by the property."""


@dataclass
class Inputs:
    """The variables that stand for choices, shared by bodies of which only one runs in a step."""

    fields: Fields
    made: dict[str, Term] = field(default_factory=dict)

    def variable(self, number: int, width: int) -> Term:
        """The variable for the choice of this number in a body."""
        name = f"|input {number} of {width}|"
        return self.made.setdefault(name, self.fields.terms.variable(name, width))


@dataclass(frozen=True)
class Frame:
    """What a step leaves in one place of a stack of frames: a location's number, and what is in each slot."""

    location: Term
    slots: tuple[Term, ...]


@dataclass(frozen=True)
class End:
    """The end of a step of a frame. own: what its frame is then. above: the frame that was called. result: what the frame
    below gets in its result slot; None: nothing."""

    flow: Flow
    own: Frame
    above: Frame
    result: Term | None


@dataclass(frozen=True)
class Effect:
    """What a body does. ended: when it comes to its end. state: of each field that it may change, the term then. outcomes: how
    else it may end, and when. own, above, returns, result: of a step, as in End; returns says when there is a result.
    inputs: the variables in it that choose. may_fail: whether something in it may keep it from being possible at all."""

    ended: Term
    state: dict[int, Term]
    outcomes: dict[str, Term]
    inputs: tuple[Term, ...]
    may_fail: bool
    own: Frame
    above: Frame
    returns: Term
    result: Term
