# SPDX-License-Identifier: GPL-2.0-only
"""The syntax tree of a model: what every front end produces and everything after it reads.

The tree is resolved (each name is bound), typed (each expression carries its type) and concrete: it is built for one
setting of the parameters and one set of events, so that every size in it is a plain integer. No Python `ast` object
and no source language survives here. All values are integers: False/True are 0/1, an enumeration counts its members
from 0, flags are bit masks, NULL is 0 and instance i of a record is (i + 1) * alignment, plus tag bits.
"""

from __future__ import annotations

import enum
import itertools
from dataclasses import dataclass, field
from typing import Literal, TypeAlias


@dataclass(frozen=True, order=True)
class Position:
    """A place in a source file: line from 1, column from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


# --- types -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class BoolType:
    pass


@dataclass(frozen=True)
class IntType:
    """Integers from low to high, both included."""

    low: int
    high: int


@dataclass(frozen=True)
class EnumType:
    """One of the members; its value is its index in `members`, whatever number the source gives it."""

    name: str
    members: tuple[str, ...]


@dataclass(frozen=True)
class FlagsType:
    """A set of named bits: (name, mask) pairs."""

    name: str
    members: tuple[tuple[str, int], ...]

    @property
    def mask(self) -> int:
        return sum(mask for _, mask in self.members)


@dataclass(frozen=True)
class ReferenceType:
    """A pointer to an instance of a record, or NULL, with room for tag bits below the record's alignment."""

    record: str


Type: TypeAlias = BoolType | IntType | EnumType | FlagsType | ReferenceType

# --- declarations ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Variable:
    """A module variable, or a field of a record.

    shape: what each index of it takes: a length (an array, indexed from 0) or a record (one value for each of its instances).
    `[]` in the name, of a variable that is part of a struct, stands for the first index that is not filled in yet. `constant`:
    only `initial` writes it, so that reading it is no step. `ghost`: kept for the properties only, so that reading or writing
    it is no step either.
    """

    name: str
    type: Type
    position: Position
    shape: tuple[int | str, ...] = ()
    initial: int = 0
    ghost: bool = False
    constant: bool = False


@dataclass(frozen=True)
class Record:
    """A class whose instances live in an arena of fixed size.

    frames: how many frames an instance owns at most (0: it executes nothing). allocated: instances have an allocator
    state, which only Allocate and Free change; a free one must not be dereferenced. names: (prefix, how many) in the
    order of the arena, so that instances print as page3, task0, idle1. symmetric: instances are interchangeable, which
    checker/language/symmetry.py makes sure of.
    """

    name: str
    count: int
    alignment: int
    frames: int
    allocated: bool
    names: tuple[tuple[str, int], ...]
    fields: tuple[Variable, ...]
    position: Position
    doc: str = ""
    symmetric: bool = False


@dataclass(frozen=True)
class Local:
    """A parameter or local variable; its name is unique within its routine."""

    name: str
    type: Type


@dataclass(frozen=True)
class Property:
    """An entry of the property catalogue. `why` is the prose: what the demand is for. is_lemma: nothing that is demanded of the
    model, but what its author expects to hold and proofs may use."""

    identifier: str
    why: str
    position: Position
    is_lemma: bool = False


# --- expressions -----------------------------------------------------------------------------------------------------


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
    implementation), inline or with a frame. Only conditions on runs can ask it."""

    processor: Expression
    routine: str


# --- statements ------------------------------------------------------------------------------------------------------


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


Message: TypeAlias = tuple[str | Expression, ...]
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


# --- code ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Function:
    """A named expression without side effects."""

    name: str
    parameters: tuple[Local, ...]
    body: Expression
    position: Position


@dataclass(frozen=True)
class Routine:
    """noinline: a call pushes a frame; otherwise it runs within its caller's frame. protocol: it is the protocol's own
    text, not the kernel's. hook: the name of the hook it implements or is the default of, if any."""

    name: str
    parameters: tuple[Local, ...]
    locals: tuple[Local, ...]
    result: Type | None
    body: tuple[Statement, ...]
    noinline: bool
    protocol: bool
    hook: str | None
    position: Position


@dataclass(frozen=True)
class Action:
    """One atomic transition for each choice of arguments, possible where every Require reached in it holds. interrupt:
    it comes from outside, so that a state in which nothing else is possible is still a deadlock."""

    name: str
    parameters: tuple[Binding, ...]
    locals: tuple[Local, ...]
    body: tuple[Statement, ...]
    interrupt: bool
    position: Position


def leading_requirements(action: Action) -> tuple[Statement, ...]:
    """What an action requires before it does anything else."""
    return tuple(itertools.takewhile(lambda statement: isinstance(statement, Require), action.body))


def enters_a_loop(routine: Routine) -> bool:
    """Whether a routine begins with an endless loop that begins with an atomic statement. What comes between its entry and that
    statement does nothing, so that a frame stands at the statement as soon as it is entered."""
    match routine.body:
        case (While(test=Constant(value=test), body=(Atomic() | Require() | Check(), *_)), *_):
            return bool(test)
    return False


@dataclass(frozen=True)
class Invariant:
    """`body` is demanded in every reachable state for all values of the parameters; of a lemma, it is expected there."""

    property: str
    name: str
    parameters: tuple[Binding, ...]
    body: Expression
    message: Message
    position: Position


class Demanded(enum.Enum):
    """What is demanded of runs with a condition, by the decorator that says so. EVENTUALLY: that it holds infinitely often in
    every fair run. BOUNDED: that the first parameter, a processor, takes no infinitely many steps without it, however unfair
    the run is to the others. ALWAYS: that it holds from some point on. ANSWERED: that it holds at or after each point at which
    another one does."""

    EVENTUALLY = "eventually"
    BOUNDED = "bounded"
    ALWAYS = "eventually_always"
    ANSWERED = "leads_to"

    @property
    def own_steps(self) -> bool:
        """Whether runs are judged however unfair they are, but to the processor of the first parameter."""
        return self is Demanded.BOUNDED

    @property
    def of_state(self) -> bool:
        """Whether conditions are about states alone, not about what comes next."""
        return self in (Demanded.ALWAYS, Demanded.ANSWERED)


@dataclass(frozen=True)
class Eventuality:
    """`body` is demanded of runs in that way, for all values of the parameters. given: what has to be ANSWERED, else None."""

    property: str
    name: str
    parameters: tuple[Binding, ...]
    body: Expression
    demanded: Demanded
    given: Expression | None
    message: Message
    position: Position


@dataclass(frozen=True)
class Assumption:
    """Fairness: `body` holds infinitely often, for all values of the parameters for which `given` (None: always) does. prose:
    what is assumed, as a verdict says it."""

    name: str
    prose: str
    parameters: tuple[Binding, ...]
    given: Expression | None
    body: Expression
    position: Position


@dataclass(frozen=True)
class Constraint:
    """A bound on the search: no transition is taken from a state in which `body` does not hold. prose: the bound, as a verdict
    says it."""

    name: str
    prose: str
    body: Expression
    position: Position


@dataclass(frozen=True)
class Parameter:
    name: str
    default: int
    low: int
    high: int
    meaning: str
    value: int
    position: Position


@dataclass(frozen=True)
class Event:
    name: str
    meaning: str
    enabled: bool
    position: Position


@dataclass(frozen=True)
class Expectation:
    """The recorded outcome of one configuration; see `Expected` in names.py. None: not recorded yet."""

    settings: tuple[tuple[str, int], ...]
    events: tuple[str, ...]
    violated: tuple[tuple[str, int], ...] | None
    states: int | None
    transitions: int | None
    depth: int | None
    ladder: bool
    position: Position


@dataclass(frozen=True)
class Recorded:
    """The properties and assumptions that outcomes were recorded with, each with what stands for its text."""

    properties: tuple[tuple[str, str], ...]
    assumptions: tuple[tuple[str, str], ...]
    position: Position


@dataclass(frozen=True)
class Program:
    """A model with everything it imports, for one setting of its parameters and one set of events.

    processor: the record that executes, with `executes`: a function of one parameter (an instance of it) that gives the
    owner of the frames it steps when it has none of its own; None for a model that consists of actions only. sources: the
    text of each file by the name that positions have it under. unused: routines of the model itself that nothing calls.
    stated: what the model says that it assumes. demanded: hooks that are functions and decide what the kernel does, with
    the model's implementations. dormant: routines that nothing calls or enters with the events that are on. left_out: the
    statements of routines and actions that the parameters and events switch off, those of dormant routines too.
    """

    model: str
    doc: str
    parameters: tuple[Parameter, ...]
    events: tuple[Event, ...]
    records: dict[str, Record]
    variables: dict[str, Variable]
    functions: dict[str, Function]
    routines: dict[str, Routine]
    actions: dict[str, Action]
    properties: dict[str, Property]
    invariants: tuple[Invariant, ...]
    initial: tuple[Statement, ...]
    initial_locals: tuple[Local, ...]
    processor: str | None
    executes: Function | None
    expectations: tuple[Expectation, ...]
    sources: dict[str, str] = field(default_factory=dict)
    unused: tuple[tuple[str, Position], ...] = ()
    eventualities: tuple[Eventuality, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    stated: tuple[str, ...] = ()
    demanded: tuple[tuple[str, str], ...] = ()
    dormant: dict[str, Routine] = field(default_factory=dict)
    left_out: tuple[Position, ...] = ()
    recorded: Recorded | None = None
    constraints: tuple[Constraint, ...] = ()

    @property
    def lemmas(self) -> frozenset[str]:
        """Those of `properties` that are lemmas."""
        return frozenset(name for name, property_ in self.properties.items() if property_.is_lemma)
