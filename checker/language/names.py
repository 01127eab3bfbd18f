# SPDX-License-Identifier: GPL-2.0-only
"""The names a model is written with.

A model is read, never run: the checker parses these names in the model's source. They exist here so that
`mypy --strict` and an editor understand a model, and so that a routine without kernel records can also be
run as ordinary Python, which the tests use to hold the language against Python itself.
The meaning of each name is laid down in docs/reference/language.md.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any, Concatenate, Generic, ParamSpec, TypeVar, dataclass_transform, overload

T = TypeVar("T")
K = TypeVar("K")
P = ParamSpec("P")


class NotExecutable(RuntimeError):
    """Raised when a name that only the checker can give a meaning is called by running Python."""


@dataclass(frozen=True)
class Range:
    """`Annotated[int, Range(low, high)]`: an integer from low to high, both included."""

    low: int
    high: int


class _GhostMark:
    pass


Ghost = Annotated[T, _GhostMark]
"""`Ghost[bool]`: state that is kept for the properties only; no protocol routine can read it."""


class Array(list[T]):
    """A fixed number of values, indexed from 0; declared with `array(length, initial)`."""


class Per(Generic[K, T]):
    """One value for each instance of a record, indexed by reference; declared with `per(Record, initial)`."""

    def __getitem__(self, key: K) -> T:
        raise NotExecutable

    def __setitem__(self, key: K, value: T) -> None:
        raise NotExecutable


def array(length: int, initial: object = 0) -> Array[T]:
    """Initial value of a field or variable of type `Array[T]`."""
    return Array(copy.deepcopy(initial) for _ in range(length))  # type: ignore[misc]


def per(record: type[K] | str, initial: object = 0) -> Per[K, T]:
    """Initial value of a variable of type `Per[Record, T]`."""
    raise NotExecutable


@overload
def parameter(default: int, low: int, high: int, meaning: str, /) -> int: ...


@overload
def parameter(default: str, names: tuple[str, ...], meaning: str, /) -> str: ...


def parameter(default: int | str, *values_and_meaning: int | str | tuple[str, ...]) -> int | str:
    """What the user sets (`--set NAME=VALUE`): a size or switch from low to high, or one of several named values, which code
    compares with texts: `ARCH == "arm64"`."""
    return default


def constant_of_model(default: int, meaning: str) -> int:
    """A constant of the kernel for which a model may define another value under the same name."""
    return default


def event(name: str, meaning: str) -> bool:
    """True when the event of that name is switched on (`--events`)."""
    return True


def record(
    count: int,
    alignment: int = 1,
    frames: int = 0,
    allocated: bool = False,
    names: Mapping[str, int] | None = None,
    symmetric: bool = False,
) -> Callable[[type[T]], type[T]]:
    """A class whose instances live in an arena of `count`; see docs/reference/language.md for the rest."""
    return lambda class_: class_


@dataclass_transform(kw_only_default=True)
def struct(class_: type[T]) -> type[T]:
    """A class whose members stand inside a record, a module variable or an array: `lock: Lock = Lock()`. No value of its own,
    and nothing points to it."""
    return class_


@overload
def routine(function: Callable[P, T]) -> Callable[P, T]: ...
@overload
def routine(*, noinline: bool) -> Callable[[Callable[P, T]], Callable[P, T]]: ...
def routine(function: Callable[P, T] | None = None, *, noinline: bool = False) -> object:
    """Kernel or protocol code: each read or write of shared state is one atomic step."""
    return function if function is not None else lambda f: f


@overload
def action(function: Callable[P, None]) -> Callable[P, None]: ...
@overload
def action(*, interrupt: bool) -> Callable[[Callable[P, None]], Callable[P, None]]: ...
def action(function: Callable[P, None] | None = None, *, interrupt: bool = False) -> object:
    """One atomic step of the environment, possible for each choice of arguments whose `require`s all hold."""
    return function if function is not None else lambda f: f


def function(function: Callable[P, T]) -> Callable[P, T]:
    """A side-effect free expression with a name."""
    return function


def hook(function: Callable[P, T]) -> Callable[P, T]:
    """A routine the kernel calls and a protocol may implement; the body given here is used where it does not."""
    return function


def implements(hook: Callable[..., T]) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """The protocol's routine for a hook of the kernel. The parameters' types are the hook's; their names are free."""
    return lambda function: function


def inherit(model: str) -> None:
    """`inherit("models.hardened")`: what that model implements of the kernel's hooks, its @initial code and the constants that it
    gives to the kernel are this model's too, except for what this model gives itself."""


def initial(function: Callable[[], None]) -> Callable[[], None]:
    """Atomic code that makes the initial state; one for each way to choose, where it chooses."""
    return function


def executes(function: Callable[[K], T | None]) -> Callable[[K], T | None]:
    """For the record that models a processor: whose frames it steps when it has none of its own."""
    return function


@dataclass(frozen=True)
class Demand:
    """A property that steps raise: by `check`, or by the checker itself (no-wild-pointer, no-out-of-range, no-deadlock)."""

    identifier: str
    why: str


def demand(identifier: str, why: str) -> Demand:
    """Declare a property without a state predicate."""
    return Demand(identifier, why)


def invariant(identifier: str, message: str) -> Callable[[Callable[P, bool]], Callable[P, bool]]:
    """A predicate demanded in every reachable state, for every choice of its parameters."""
    return lambda function: function


def lemma(identifier: str, message: str) -> Callable[[Callable[P, bool]], Callable[P, bool]]:
    """A predicate that is expected in every reachable state, for every choice of its parameters: no property of the model, but
    what proofs of its properties may use once it is shown."""
    return lambda function: function


def eventually(identifier: str, message: str) -> Callable[[Callable[P, bool]], Callable[P, bool]]:
    """A condition that is demanded to hold again and again in every fair run, for every choice of its parameters."""
    return lambda function: function


def bounded(identifier: str, message: str) -> Callable[[Callable[Concatenate[K, P], bool]], Callable[Concatenate[K, P], bool]]:
    """A condition that its first parameter, a processor, has to reach in a bounded number of its own steps, whatever the
    others do."""
    return lambda function: function


def eventually_always(identifier: str, message: str) -> Callable[[Callable[P, bool]], Callable[P, bool]]:
    """A condition that is demanded to hold from some point on in every fair run, for every choice of its parameters."""
    return lambda function: function


def leads_to(identifier: str, message: str, given: Callable[P, bool]) -> Callable[[Callable[P, bool]], Callable[P, bool]]:
    """A condition that is demanded to hold at or after each point of every fair run at which the `given` one holds, for every
    choice of its parameters."""
    return lambda function: function


def constraint(bound: str) -> Callable[[Callable[[], bool]], Callable[[], bool]]:
    """A bound on the search: states in which it does not hold are judged, but no transition is taken from them. Every verdict
    names it."""
    return lambda function: function


@overload
def fair(assumption: str) -> Callable[[Callable[P, bool]], Callable[P, bool]]: ...
@overload
def fair(assumption: str, given: Callable[P, bool]) -> Callable[[Callable[P, bool]], Callable[P, bool]]: ...
def fair(assumption: str, given: object = None) -> object:
    """A condition that is assumed to hold again and again: in every run, or in those in which `given` holds again and again.
    Liveness is demanded of the runs for which all such assumptions hold."""
    return lambda f: f


@contextmanager
def atomic(reason: str) -> Iterator[None]:
    """What stands inside is one step, because hardware or a lock makes it so: the reason says which."""
    yield


class Disabled(Exception):
    """Raised by a `require` that does not hold when a model's text is run as Python."""


def require(condition: object) -> None:
    """The step is possible only where the condition holds."""
    if not condition:
        raise Disabled


def check(condition: object, demanded: object, message: str) -> None:
    """An assertion: where the condition is false the property is violated and the path ends."""
    assert condition, message


def halt(reason: str) -> None:
    """The machine stops here, as it should: the path ends without a violation."""
    raise NotExecutable


def choose(options: Iterable[T]) -> T:
    """Nondeterminism: any one of the options; where there is none the step is not possible."""
    raise NotExecutable


def first(options: Iterable[T]) -> T | None:
    """The first instance for which the condition holds, or None; which of them it is must not matter."""
    raise NotExecutable


def every(record: type[T]) -> Iterable[T]:
    """All instances of a record's arena, allocated or not, in the order of their addresses."""
    raise NotExecutable


def instance(record: type[T], index: int) -> T:
    """The instance of that index in the record's arena, from 0."""
    raise NotExecutable


@overload
def null(record: type[T]) -> T: ...
@overload
def null(record: str) -> Any: ...
def null(record: object) -> object:
    """NULL, as the initial value of a reference that `initial` sets and that is never NULL again. The name of a record that is
    declared further down stands in quotes."""
    raise NotExecutable


def processor(record: type[T]) -> T:
    """The processor that executes this step; `record` names the record with the `executes` function."""
    raise NotExecutable


def frame_owner(record: type[T]) -> T:
    """The instance whose frame this code runs in, None if the frame is another record's; in routines."""
    raise NotExecutable


def address(pointer: object) -> int:
    """A reference as the integer it is: index * alignment counted from 1, plus tag bits; 0 for None."""
    raise NotExecutable


def reference(record: type[T], address: int) -> T:
    """An integer taken for a reference. Whether it points to an instance is checked where it is used."""
    raise NotExecutable


def allocate(record: type[T]) -> T:
    """A free instance of an arena, which is then allocated. An empty arena ends the path: UNKNOWN(arena)."""
    raise NotExecutable


def free(pointer: object) -> None:
    """Give an allocated instance back to its arena."""
    raise NotExecutable


def is_allocated(pointer: object) -> bool:
    """Whether the instance is allocated. The pointer has to be untagged and inside its arena."""
    raise NotExecutable


def enter(owner: object, routine: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
    """Push a frame on the owner's frames: the routine runs there, above what ran before."""
    raise NotExecutable


def in_routine(owner: object, routine: Callable[..., object]) -> bool:
    """Whether a frame of the owner is inside the routine, at any depth of calls."""
    raise NotExecutable


def has_frames(owner: object) -> bool:
    """Whether the owner has any frame."""
    raise NotExecutable


def calls(processor: object, routine: Callable[..., object]) -> bool:
    """Whether what happens next is a step of the processor that calls the routine; in @eventually, @bounded and @fair only."""
    raise NotExecutable


@dataclass(frozen=True)
class Expected:
    """What `stackproof gate` holds a model to, for one configuration, with no reductions.

    settings: values of parameters. events: the events switched on. violated: property -> length of its shortest
    counterexample in steps (of a lasso: a shortest path to where its cycle can begin, and the cycle); every other property
    of the model holds. states, transitions, depth: of the search. What is left out is for `gate --update` to write.
    ladder: `stackproof check` runs this configuration when it is given none.
    """

    settings: Mapping[str, int | str]
    violated: Mapping[str, int] | None = None
    states: int | None = None
    transitions: int | None = None
    depth: int | None = None
    events: tuple[str, ...] = ()
    ladder: bool = False


@dataclass(frozen=True)
class Recorded:
    """With which properties and assumptions the outcomes in EXPECTED were recorded: `RECORDED = Recorded(...)`.

    By name, each with a few digits of a hash of its text, in which comments and places do not count. `stackproof gate` fails
    when one is gone, new, or says something else, and `stackproof gate --update` writes it.
    """

    properties: Mapping[str, str]
    assumptions: Mapping[str, str]
