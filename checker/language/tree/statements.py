# SPDX-License-Identifier: GPL-2.0-only
"""What code does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from checker.language.tree.expressions import Binding, Expression, Place
from checker.language.tree.position import Position


@dataclass(frozen=True)
class Statement:
    position: Position


@dataclass(frozen=True)
class Assign(Statement):
    """`operator` is that of `target op= value` (load, compute, store), None for a plain assignment."""

    target: str | Place
    value: Expression
    operator: Literal["+", "-", "*", "//", "%", "&", "|", "^", "<<", ">>"] | None = None


@dataclass(frozen=True)
class Evaluate(Statement):
    """A call or allocation whose result, if it has one, is dropped. `call.type` is meaningless for no result."""

    value: Expression


@dataclass(frozen=True)
class If(Statement):
    test: Expression
    then: tuple[Statement, ...]
    otherwise: tuple[Statement, ...]


@dataclass(frozen=True)
class While(Statement):
    test: Expression
    body: tuple[Statement, ...]


@dataclass(frozen=True)
class For(Statement):
    """The domain is evaluated once, before the first round. The local cannot be assigned, nor read after the loop."""

    binding: Binding
    body: tuple[Statement, ...]


@dataclass(frozen=True)
class Break(Statement):
    pass


@dataclass(frozen=True)
class Continue(Statement):
    pass


@dataclass(frozen=True)
class Return(Statement):
    value: Expression | None


@dataclass(frozen=True)
class Atomic(Statement):
    reason: str
    body: tuple[Statement, ...]


@dataclass(frozen=True)
class Require(Statement):
    condition: Expression


@dataclass(frozen=True)
class Alternative:
    """One of two texts of a message."""

    test: Expression
    then: Message
    otherwise: Message


Message: TypeAlias = tuple[str | Expression | Alternative, ...]
"""Text with expressions in it, which are evaluated and printed when the message is shown."""


@dataclass(frozen=True)
class Check(Statement):
    condition: Expression
    property: str
    message: Message


@dataclass(frozen=True)
class Halt(Statement):
    reason: str


@dataclass(frozen=True)
class Free(Statement):
    record: str
    pointer: Expression


@dataclass(frozen=True)
class Enter(Statement):
    """Push a frame of `routine` on the frames of `owner`."""

    record: str
    owner: Expression
    routine: str
    arguments: tuple[Expression, ...]
