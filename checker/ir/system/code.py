# SPDX-License-Identifier: GPL-2.0-only
"""The code of a transition: structured, with bounded loops only. Locals are registers of one transition; those that live on are
saved into the frame by Goto and Call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from checker.ir.system.expressions import (
    Expression,
)
from checker.language.tree import Position, Type


@dataclass(frozen=True)
class Set:
    local: str
    value: Expression


@dataclass(frozen=True)
class Store:
    """Evaluates the indices after the value."""

    variable: str
    indices: tuple[Expression, ...]
    value: Expression


@dataclass(frozen=True)
class If:
    test: Expression
    then: Block
    otherwise: Block


@dataclass(frozen=True)
class Loop:
    """The body for local = low, low + step, ... below high; the bounds are evaluated once. Leave and Next name it by
    its label."""

    label: str
    local: str
    low: Expression
    high: Expression
    step: int
    body: Block


@dataclass(frozen=True)
class Turn:
    """The body, and again whenever Next names the label. Every way through it ends the step or takes Next, which happens
    only as often as the model's own bounded loop goes round: rounds in which the loop meets no access point."""

    label: str
    body: Block


@dataclass(frozen=True)
class Region:
    """The body once; Leave jumps to its end."""

    label: str
    body: Block


@dataclass(frozen=True)
class Leave:
    label: str


@dataclass(frozen=True)
class Next:
    """The next round of the loop."""

    label: str


@dataclass(frozen=True)
class Choose:
    """Any of `values`, or of low, low + step, ... below high where values is None, for which the condition holds with the local
    bound to it. Not possible if there is none."""

    local: str
    type: Type
    values: tuple[Expression, ...] | None
    low: Expression
    high: Expression
    step: int
    condition: Expression | None
    position: Position


@dataclass(frozen=True)
class Require:
    test: Expression
    position: Position


@dataclass(frozen=True)
class Check:
    test: Expression
    property: str
    position: Position


@dataclass(frozen=True)
class Halt:
    position: Position


@dataclass(frozen=True)
class Outside:
    """The path ends: it has come to a state outside the constraint of that name."""

    constraint: str
    position: Position


@dataclass(frozen=True)
class Allocate:
    """A free instance, as a reference; it becomes allocated, and its variables get the values of `resets`. Cut if there is none.

    held: the references that the transition still has in its locals. They and System.names say which of several free instances
    it may be (naming.py). None: the lowest, as nothing can tell free instances apart, or in `initial`. more: what to do where
    there is none."""

    local: str
    record: str
    resets: tuple[tuple[str, int], ...]
    position: Position
    held: tuple[Expression, ...] | None = None
    more: str = ""


@dataclass(frozen=True)
class Push:
    """A new frame of the procedure on the owner's frames. Cut if the owner has as many as it can."""

    record: str
    owner: Expression
    procedure: str
    arguments: tuple[Expression, ...]
    position: Position


@dataclass(frozen=True)
class Cover:
    """Notes that this place in the source was reached."""

    position: Position


@dataclass(frozen=True)
class Called:
    """Notes that the step calls this routine. Only where a condition on runs asks for that routine, and only in a system
    that was lowered for liveness."""

    routine: str


@dataclass(frozen=True)
class Stand:
    """From here on the frame stands at the location: a step that began with local computation has come to its access point."""

    location: int


@dataclass(frozen=True)
class Goto:
    """The step ends; the frame stands at the location."""

    location: int


@dataclass(frozen=True)
class Call:
    """The step ends; the frame stands at `location`, and a new frame of the procedure is on top of it. The result
    will be in the frame's result slot."""

    procedure: str
    arguments: tuple[Expression, ...]
    location: int
    position: Position


@dataclass(frozen=True)
class Return:
    """The step ends; the frame is gone, and the value, if any, is in the result slot of the frame below."""

    value: Expression | None


Instruction: TypeAlias = (
    Set
    | Store
    | If
    | Loop
    | Region
    | Turn
    | Leave
    | Next
    | Choose
    | Require
    | Check
    | Halt
    | Outside
    | Allocate
    | Push
    | Cover
    | Called
    | Stand
    | Goto
    | Call
    | Return
)
Block: TypeAlias = tuple[Instruction, ...]
