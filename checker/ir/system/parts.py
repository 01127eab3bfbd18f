# SPDX-License-Identifier: GPL-2.0-only
"""What a system consists of: variables, locations, procedures, actions, conditions, and the whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from checker.ir.system.code import (
    Block,
)
from checker.ir.system.exchanging import Naming, Symmetry
from checker.ir.system.expressions import (
    Expression,
)
from checker.language.schedule import Call as CallSite
from checker.language.tree import Demanded, Position, Type

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
    """Where a frame stands between steps. number: from 1 (0 is not a frame). live: the locals that the frame holds there, in
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


class Arena(NamedTuple):
    """The instances of a record: how many, what references to them are multiples of, and whether they have an allocator state."""

    instances: int
    alignment: int
    allocated: bool


class Parameter(NamedTuple):
    """A local of an action or a condition, and the values that it runs over."""

    local: str
    type: Type
    values: tuple[int, ...]


@dataclass(frozen=True)
class Action:
    """One transition for each choice of values for its parameters."""

    name: str
    parameters: tuple[Parameter, ...]
    body: Block
    interrupt: bool
    position: Position


@dataclass(frozen=True)
class Predicate:
    """An invariant: `body` is 1 in every reachable state, for all values of the parameters."""

    property: str
    name: str
    parameters: tuple[Parameter, ...]
    body: Expression
    position: Position


@dataclass(frozen=True)
class Eventuality:
    """A condition demanded of runs, for all values of the parameters; see tree.Demanded. given: what has to be answered, 0
    where nothing has."""

    property: str
    name: str
    parameters: tuple[Parameter, ...]
    body: Expression
    demanded: Demanded
    given: Expression
    position: Position


@dataclass(frozen=True)
class Assumption:
    """Fairness: for all values of the parameters, `body` holds infinitely often, or `given` only finitely often."""

    name: str
    prose: str
    parameters: tuple[Parameter, ...]
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
    """A whole transition system. properties: all identifiers in order. initials: all initial states. arenas: of each record.
    inside: the locations at which each routine is on the call chain. coverable: all places that Cover notes. ranges: of the
    values of locals that have a type; others hold what was assigned to them last. symmetry: what can be exchanged, None if no
    record is symmetric. names: what can name the free instances of each record of which some transition may allocate one of
    several. eventualities, assumptions: only where it was lowered for liveness. constraints: names of those that transitions look
    at first."""

    variables: dict[str, Variable]
    owners: dict[str, Owner]
    procedures: dict[str, Procedure]
    locations: tuple[Location, ...]
    actions: tuple[Action, ...]
    predicates: tuple[Predicate, ...]
    processors: Processors | None
    properties: tuple[str, ...]
    initials: tuple[Initial, ...]
    arenas: dict[str, Arena]
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
