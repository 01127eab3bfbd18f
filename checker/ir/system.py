# SPDX-License-Identifier: GPL-2.0-only
"""The intermediate representation: one transition system, made for engines.

A model becomes a set of variables with finite ranges, a stack of frames for each owner, and transitions. A transition
is either an action with arguments or a step of one processor from the location where its active frame stands. The body
of a transition is structured code without unbounded loops, so that it always ends: in a new state, or it is not
possible, or cut, or raises (docs/language.md, "What a step is"). docs/ir.md describes all this for who writes an engine.

Expressions have no side effects, except that they may raise. All values are integers. Locals are registers of one
transition; those that live on are saved into the frame by Goto and Call.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from checker.language.tree import Demanded, Position, Type
from checker.trace.data import Call as CallSite

if TYPE_CHECKING:
    from checker.ir.naming import Naming
    from checker.ir.symmetry import Symmetry

# --- expressions -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Constant:
    value: int


@dataclass(frozen=True)
class Local:
    name: str


@dataclass(frozen=True)
class Load:
    """The value of a cell of a variable; each index is in range."""

    variable: str
    indices: tuple[Expression, ...]


@dataclass(frozen=True)
class Index:
    """The arena index of the instance that a reference points to. Raises a wild pointer if it is NULL, tagged or
    outside the arena, or (with `live`) if the instance is free."""

    record: str
    reference: Expression
    live: bool
    position: Position


@dataclass(frozen=True)
class Element:
    """An index into an array. Raises a wild pointer if it is outside."""

    index: Expression
    variable: str
    length: int
    position: Position


@dataclass(frozen=True)
class InRange:
    """The value, or a model error if it is not from low to high, or has bits outside the mask (None: any)."""

    value: Expression
    low: int
    high: int
    mask: int | None
    target: str
    position: Position


@dataclass(frozen=True)
class Operation:
    """not, neg, and Python's + - * // % & | ^ << >> == != < <= > >= on integers; truth values are 0 and 1."""

    operator: str
    operands: tuple[Expression, ...]


@dataclass(frozen=True)
class Logical:
    """`and`/`or` of 0/1 values, evaluated from the left and no further than needed."""

    operator: str
    operands: tuple[Expression, ...]


@dataclass(frozen=True)
class Conditional:
    test: Expression
    then: Expression
    otherwise: Expression


@dataclass(frozen=True)
class Let:
    """`body` where the local is the value, which is evaluated first and once."""

    local: str
    value: Expression
    body: Expression


@dataclass(frozen=True)
class Over:
    """`any`, `all` or `sum` of the body, with the local bound to each instance of the record's arena. Only in a system that
    was lowered for any number of instances; else such a quantifier is written out."""

    kind: str
    record: str
    local: str
    body: Expression
    position: Position


@dataclass(frozen=True)
class Processor:
    """The reference of the processor that steps."""


@dataclass(frozen=True)
class FrameIn:
    """1 if a frame of the owner stands at one of the locations inside the routine (System.inside)."""

    record: str
    owner: Expression
    routine: str


@dataclass(frozen=True)
class HasFrames:
    record: str
    owner: Expression


@dataclass(frozen=True)
class Calls:
    """1 if what comes next is a step of the processor (a reference) that calls the routine. In conditions on runs only."""

    processor: Expression
    routine: str


Expression: TypeAlias = (
    Constant
    | Local
    | Load
    | Index
    | Element
    | InRange
    | Operation
    | Logical
    | Conditional
    | Let
    | Over
    | Processor
    | FrameIn
    | HasFrames
    | Calls
)

# --- code ------------------------------------------------------------------------------------------------------------


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
    it may be (naming.py). None: the lowest, as nothing can tell free instances apart, or in `initial`."""

    local: str
    record: str
    resets: tuple[tuple[str, int], ...]
    position: Position
    held: tuple[Expression, ...] | None = None


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

# --- the system ------------------------------------------------------------------------------------------------------

RESULT = "result"
"""The name of the local that holds, at the location after a call, what the call returned."""


@dataclass(frozen=True)
class Variable:
    """Cells of one kind. name: "Record.field", "Record.allocated" or a module variable. dimensions: the size of each index.
    initial: of each cell, in row-major order, in the first of the initial states. constant: it has these values in every
    state, so it is not part of the state. keys: for each dimension the record whose instances it is indexed by, None for
    the length of an array. record: the one whose field it is, which its first index selects an instance of."""

    name: str
    type: Type
    dimensions: tuple[int, ...]
    low: int
    high: int
    constant: bool
    ghost: bool
    initial: tuple[int, ...]
    keys: tuple[str | None, ...] = ()
    record: str | None = None

    @property
    def own_name(self) -> str:
        """The name without the record."""
        return self.name if self.record is None else self.name.removeprefix(f"{self.record}.")

    def cell(self, indices: tuple[int, ...]) -> int:
        """The number of the cell in row-major order."""
        number = 0
        for index, size in zip(indices, self.dimensions, strict=True):
            number = number * size + index
        return number


@dataclass(frozen=True)
class Location:
    """Where a frame stands between steps. number: from 1 (0 is no frame). live: the locals that the frame holds there, in
    order. calls: the place in the source, outermost routine first."""

    number: int
    procedure: str
    live: tuple[str, ...]
    calls: tuple[CallSite, ...]
    body: Block


@dataclass(frozen=True)
class Procedure:
    """A routine that runs in frames of its own. locals: the range of each local that is live at some location. types: their
    types, but for RESULT, which has that of the procedure that returned. result: what this one returns."""

    name: str
    parameters: tuple[str, ...]
    entry: int
    locals: dict[str, tuple[int, int]] = field(hash=False)
    types: dict[str, Type] = field(hash=False, default_factory=dict)
    result: Type | None = None


@dataclass(frozen=True)
class Owner:
    """A record whose instances own frames, at most `frames` each."""

    record: str
    count: int
    frames: int


@dataclass(frozen=True)
class Action:
    """parameters: (local, values it runs over)."""

    name: str
    parameters: tuple[tuple[str, Type, tuple[int, ...]], ...]
    body: Block
    interrupt: bool
    position: Position


@dataclass(frozen=True)
class Predicate:
    """An invariant: `body` is 1 in every reachable state, for all values of the parameters."""

    property: str
    name: str
    parameters: tuple[tuple[str, Type, tuple[int, ...]], ...]
    body: Expression
    position: Position


@dataclass(frozen=True)
class Eventuality:
    """A condition demanded of runs, for all values of the parameters; see tree.Demanded. given: what has to be answered, 0
    where nothing has."""

    property: str
    name: str
    parameters: tuple[tuple[str, Type, tuple[int, ...]], ...]
    body: Expression
    demanded: Demanded
    given: Expression
    position: Position


@dataclass(frozen=True)
class Assumption:
    """Fairness: for all values of the parameters, `body` holds infinitely often, or `given` only finitely often."""

    name: str
    prose: str
    parameters: tuple[tuple[str, Type, tuple[int, ...]], ...]
    given: Expression
    body: Expression
    position: Position


@dataclass(frozen=True)
class Processors:
    """record steps its own top frame, else that of the `owner` instance that `executes` refers to (0: none). local: what stands
    for the processor in `executes`."""

    record: str
    owner: str
    local: str
    executes: Expression


Frames: TypeAlias = tuple[tuple[str, int, str, tuple[int, ...]], ...]
"""The frames of each owner, bottom first, each as (record, index, procedure, arguments)."""


@dataclass(frozen=True)
class Initial:
    """One initial state. cells: of each variable that is part of the state, in row-major order. choices: what @initial code chose
    to come to it, in order."""

    cells: dict[str, tuple[int, ...]]
    frames: Frames
    choices: tuple[int, ...]


@dataclass(frozen=True)
class System:
    """A whole transition system. properties: all identifiers in order. initials: all initial states. arenas: count, alignment and
    whether instances have an allocator state, of each record. inside: the locations at which each routine is on the call
    chain. coverable: all places that Cover notes. ranges: of the values of locals that have a type; others hold what was
    assigned to them last. symmetry: what can be exchanged, None if no record is symmetric. names: what can name the free
    instances of each record of which some transition may allocate one of several. eventualities, assumptions: only where it
    was lowered for liveness. constraints: names of those that transitions look at first."""

    variables: dict[str, Variable]
    owners: dict[str, Owner]
    procedures: dict[str, Procedure]
    locations: tuple[Location, ...]
    actions: tuple[Action, ...]
    predicates: tuple[Predicate, ...]
    processors: Processors | None
    properties: tuple[str, ...]
    initials: tuple[Initial, ...]
    arenas: dict[str, tuple[int, int, bool]]
    inside: dict[str, frozenset[int]]
    coverable: frozenset[Position]
    ranges: dict[str, tuple[int, int]] = field(default_factory=dict, hash=False)
    symmetry: Symmetry | None = None
    names: Mapping[str, Naming] = field(default_factory=dict, hash=False)
    eventualities: tuple[Eventuality, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    constraints: tuple[str, ...] = ()

    def location(self, number: int) -> Location:
        return self.locations[number - 1]


# --- questions about code --------------------------------------------------------------------------------------------


def operands(e: Expression) -> Iterator[Expression]:
    """The direct operands of an expression."""
    match e:
        case Load(indices=indices):
            yield from indices
        case Index(reference=inner) | Element(index=inner) | InRange(value=inner):
            yield inner
        case Operation(operands=inner_operands) | Logical(operands=inner_operands):
            yield from inner_operands
        case Conditional(test, then, otherwise):
            yield from (test, then, otherwise)
        case Let(_, value, body):
            yield from (value, body)
        case Over(body=body):
            yield body
        case FrameIn(owner=owner) | HasFrames(owner=owner) | Calls(processor=owner):
            yield owner
        case Constant() | Local() | Processor():
            return
        case _:
            raise TypeError(e)


def expressions(block: Block) -> Iterator[Expression]:
    """The expressions that stand directly in a block's instructions, at any depth of nesting."""
    for i in block:
        match i:
            case Set(_, value) | Require(value) | Check(value):
                yield value
            case Store(_, indices, value):
                yield from (*indices, value)
            case If(test, then, otherwise):
                yield test
                yield from expressions(then + otherwise)
            case Loop(_, _, low, high, _, body):
                yield from (low, high, *expressions(body))
            case Region(_, body) | Turn(_, body):
                yield from expressions(body)
            case Choose(_, _, values, low, high, _, condition):
                yield from (low, high, *(values or ()))
                if condition is not None:
                    yield condition
            case Push(_, owner, _, arguments):
                yield from (owner, *arguments)
            case Call(_, arguments):
                yield from arguments
            case Return(value):
                if value is not None:
                    yield value
            case Allocate(held=held):
                yield from held or ()
            case Leave() | Next() | Halt() | Outside() | Cover() | Called() | Stand() | Goto():
                continue
            case _:
                raise TypeError(i)


def instructions(block: Block) -> Iterator[Instruction]:
    """All instructions of a block, those inside others too."""
    for i in block:
        yield i
        match i:
            case If(_, then, otherwise):
                yield from instructions(then + otherwise)
            case Loop(body=body) | Region(body=body) | Turn(body=body):
                yield from instructions(body)


def contains(e: Expression, kinds: type | tuple[type, ...]) -> bool:
    """Whether an expression has a part of one of these kinds."""
    return isinstance(e, kinds) or any(contains(operand, kinds) for operand in operands(e))


def may_raise(e: Expression) -> bool:
    """Whether evaluating the expression can raise."""
    return contains(e, (Index, Element, InRange))


def looks_at_frames(block: Block) -> bool:
    """Whether code asks where frames stand."""
    return any(contains(e, (FrameIn, HasFrames)) for e in expressions(block))
