# SPDX-License-Identifier: GPL-2.0-only
"""What has a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from checker.language.tree.declarations import Local, Variable
from checker.language.tree.position import Position
from checker.language.tree.types import ReferenceType, Type


@dataclass(frozen=True)
class Expression:
    position: Position
    type: Type


@dataclass(frozen=True)
class Constant(Expression):
    value: int


@dataclass(frozen=True)
class LocalRead(Expression):
    name: str


@dataclass(frozen=True)
class Place:
    """Where a value of the shared state is: a module variable (base is None), or a field of the instance `base` points
    to; `indices` select the element of an array or of a `Per` variable, one for each part of its shape."""

    position: Position
    variable: Variable
    record: str | None = None
    base: Expression | None = None
    indices: tuple[Expression, ...] = ()

    @property
    def operands(self) -> tuple[Expression, ...]:
        """What is evaluated to find the place, in order."""
        return self.indices if self.base is None else (self.base, *self.indices)


@dataclass(frozen=True)
class Read(Expression):
    place: Place


@dataclass(frozen=True)
class Unary(Expression):
    """not (of booleans), - (integers), ~ (of integers: -x - 1; of flags: the complement within the type's mask)."""

    operator: Literal["not", "-", "~"]
    operand: Expression


@dataclass(frozen=True)
class Binary(Expression):
    """Integer arithmetic as Python has it; & | ^ also on flags."""

    operator: Literal["+", "-", "*", "//", "%", "&", "|", "^", "<<", ">>"]
    left: Expression
    right: Expression


@dataclass(frozen=True)
class Compare(Expression):
    operator: Literal["==", "!=", "<", "<=", ">", ">="]
    left: Expression
    right: Expression


@dataclass(frozen=True)
class Logical(Expression):
    """`and`/`or` of booleans, evaluated from the left and no further than needed."""

    operator: Literal["and", "or"]
    operands: tuple[Expression, ...]


@dataclass(frozen=True)
class Conditional(Expression):
    test: Expression
    then: Expression
    otherwise: Expression


@dataclass(frozen=True)
class RangeDomain:
    """The integers from low up to, not including, high."""

    low: Expression
    high: Expression


@dataclass(frozen=True)
class ArenaDomain:
    """All instances of a record."""

    record: str


@dataclass(frozen=True)
class ValuesDomain:
    """The values listed."""

    values: tuple[Expression, ...]


Domain: TypeAlias = RangeDomain | ArenaDomain | ValuesDomain


@dataclass(frozen=True)
class Binding:
    """`for local in domain`; the domain may mention locals bound before it."""

    local: Local
    domain: Domain


@dataclass(frozen=True)
class Quantifier(Expression):
    """all, any (short-circuit, in the order of the bindings) or sum of `body`, where `condition` holds (None: always). Over a
    symmetric record, all and any evaluate every instance. first: the first instance of a record for which `condition` holds,
    NULL if there is none; it has one binding, which is its `body`."""

    kind: Literal["all", "any", "sum", "first"]
    bindings: tuple[Binding, ...]
    condition: Expression | None
    body: Expression


@dataclass(frozen=True)
class Call(Expression):
    """The result of a function or of a routine that returns one."""

    callee: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True)
class Choose(Expression):
    """Any value of the domain for which `condition`, which may mention the binding's local, holds."""

    binding: Binding
    condition: Expression | None


@dataclass(frozen=True)
class Cast(Expression):
    """The same integer under another type: address(), reference(), int(), and enumerations by value. Truth of a number
    or reference is written as a comparison with 0 instead. what: the value, as an error names it."""

    operand: Expression
    what: str = "the value"


@dataclass(frozen=True)
class Allocate(Expression):
    """A free instance of the record's arena, which becomes allocated. None left: the path is cut."""

    record: str


@dataclass(frozen=True)
class IsAllocated(Expression):
    record: str
    operand: Expression


@dataclass(frozen=True)
class Processor(Expression):
    """The instance of the processor record that executes this step."""


@dataclass(frozen=True)
class FrameOwner(Expression):
    """The owner of the frame that runs, NULL if it is of another record than the type's. Only while a model is read; a program
    has a parameter in its place (frame_owners.py)."""

    type: ReferenceType


@dataclass(frozen=True)
class InRoutine(Expression):
    """Whether a frame of `owner` is inside one of the routines (a hook: inside its implementation)."""

    record: str
    owner: Expression
    routine: str


@dataclass(frozen=True)
class HasFrames(Expression):
    record: str
    owner: Expression


@dataclass(frozen=True)
class Calls(Expression):
    """Whether the transition that comes next is a step of the processor that calls the routine (a hook: its
    implementation), inline or with a frame. Only @eventually, @bounded and @fair conditions can ask it."""

    processor: Expression
    routine: str
