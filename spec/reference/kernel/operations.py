# SPDX-License-Identifier: GPL-2.0-only
"""What code does to shared state: one operation at a time, each of which is a place where others can come in between.

Code of the kernel and of a protocol is a generator. It yields each access to shared state before it takes place, and gets
its result; what stands between two yields touches locals only. So whoever drives the generators decides the interleaving,
and a generator that has been told the same results again stands at the same place again.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from types import GeneratorType
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from spec.reference.kernel.failures import WildPointer

if TYPE_CHECKING:
    from spec.reference.kernel.memory import StackMemory
    from spec.reference.kernel.objects import VmArea

T = TypeVar("T")
Choice: TypeAlias = bool | int | str | None
"""What was chosen: of tasks, areas and CPUs the index; None where there is nothing to choose."""
Steps: TypeAlias = "Generator[Operation, Any, T]"
"""Code that runs in steps, and in the end gives a T."""


class Operation:
    """One access. options: what there is to choose from, None for nothing; an empty list: it has to wait."""

    __slots__ = ()

    def perform(self, choice: Choice) -> Any:
        """Makes the access, and gives what the code gets of it."""
        raise NotImplementedError

    def options(self) -> Sequence[Choice] | None:
        return None

    def permits(self, choice: Choice) -> bool:
        """Whether the choice is one of the options; None is one where there is nothing to choose."""
        options = self.options()
        if options is None:
            return choice is None
        return any(choice == option and type(choice) is type(option) for option in options)

    def field(self) -> str:
        """The field that is read, as in `Task.flags`; empty for all that is more than a read."""
        return ""

    def describe(self) -> str:
        raise NotImplementedError


def in_use(owner: Any) -> Any:
    """The record that a pointer leads to. Raises WildPointer where it leads to none."""
    if owner is None:
        raise WildPointer("NULL is used as a pointer")
    if not getattr(owner, "allocated", True):
        raise WildPointer(f"{owner} is used, and is free")
    return owner


def name_of(owner: object, field: str) -> str:
    return f"{owner}.{field}"


class Load(Operation):
    __slots__ = ("name", "owner")

    def __init__(self, owner: object, name: str) -> None:
        self.owner = owner
        self.name = name

    def perform(self, choice: Choice) -> Any:
        return getattr(in_use(self.owner), self.name)

    def field(self) -> str:
        return f"{type(self.owner).__name__}.{self.name}"

    def describe(self) -> str:
        return f"load {name_of(self.owner, self.name)}"


class Store(Operation):
    __slots__ = ("name", "owner", "value")

    def __init__(self, owner: object, name: str, value: object) -> None:
        self.owner = owner
        self.name = name
        self.value = value

    def perform(self, choice: Choice) -> None:
        setattr(in_use(self.owner), self.name, self.value)

    def describe(self) -> str:
        return f"store {name_of(self.owner, self.name)}"


class LoadItem(Operation):
    """Reads one element of an array of page pointers."""

    __slots__ = ("index", "name", "owner")

    def __init__(self, owner: object, name: str, index: int) -> None:
        self.owner = owner
        self.name = name
        self.index = index

    def perform(self, choice: Choice) -> Any:
        return array_of(self.owner, self.name, self.index)[self.index]

    def field(self) -> str:
        return f"{type(self.owner).__name__}.{self.name}"

    def describe(self) -> str:
        return f"load {name_of(self.owner, self.name)}[{self.index}]"


class StoreItem(Operation):
    """Writes one element of an array of page pointers."""

    __slots__ = ("index", "name", "owner", "value")

    def __init__(self, owner: object, name: str, index: int, value: int) -> None:
        self.owner = owner
        self.name = name
        self.index = index
        self.value = value

    def perform(self, choice: Choice) -> None:
        array_of(self.owner, self.name, self.index)[self.index] = self.value

    def describe(self) -> str:
        return f"store {name_of(self.owner, self.name)}[{self.index}]"


def array_of(owner: object, name: str, index: int) -> list[int]:
    array: list[int] = getattr(in_use(owner), name)
    if not 0 <= index < len(array):
        raise WildPointer(f"index {index} is outside {name_of(owner, name)}[{len(array)}]")
    return array


class LoadEntry(Operation):
    """Reads a page table entry of a stack: the number of the frame there, or None."""

    __slots__ = ("area", "level", "memory")

    def __init__(self, memory: StackMemory, area: VmArea, level: int) -> None:
        self.memory = memory
        self.area = area
        self.level = level

    def perform(self, choice: Choice) -> int | None:
        return self.memory.frame_at(in_use(self.area).index, self.level)

    def field(self) -> str:
        return "VmArea.pte"

    def describe(self) -> str:
        return f"load {self.area}.pte[{self.level}]"


class Atomic(Operation):
    """What the hardware, or a lock, makes one step."""

    __slots__ = ("effect", "what")

    def __init__(self, what: str, effect: Callable[[], Any]) -> None:
        self.what = what
        self.effect = effect

    def perform(self, choice: Choice) -> Any:
        return self.effect()

    def describe(self) -> str:
        return self.what


class Wait(Atomic):
    """A step that is possible only while something holds."""

    __slots__ = ("ready",)

    def __init__(self, what: str, ready: Callable[[], bool], effect: Callable[[], Any] = lambda: None) -> None:
        super().__init__(what, effect)
        self.ready = ready

    def options(self) -> Sequence[Choice] | None:
        return None if self.ready() else []


class Choose(Operation):
    """A step in which the surroundings decide something. choices: what they can decide; None: nothing, as things stand.
    is_choice: whether something is one of them, where that can be told without making them all."""

    __slots__ = ("choices", "effect", "is_choice", "what")

    def __init__(
        self,
        what: str,
        choices: Callable[[], Sequence[Choice] | None],
        effect: Callable[[Any], Any],
        is_choice: Callable[[Choice], bool] | None = None,
    ) -> None:
        self.what = what
        self.choices = choices
        self.effect = effect
        self.is_choice = is_choice

    def perform(self, choice: Choice) -> Any:
        return self.effect(choice)

    def options(self) -> Sequence[Choice] | None:
        return self.choices()

    def permits(self, choice: Choice) -> bool:
        return super().permits(choice) if self.is_choice is None else self.is_choice(choice)

    def describe(self) -> str:
        return self.what


class Boundary(Operation):
    """A frame is pushed on the kernel stack, or popped. No access; but an exception can come there."""

    __slots__ = ("callee",)

    def __init__(self, callee: str = "") -> None:
        self.callee = callee

    def describe(self) -> str:
        return f"call {self.callee}" if self.callee else "return"


RETURN = Boundary()


def routine_name(code: Steps[T]) -> str:
    """The name of the routine whose code a generator is."""
    assert isinstance(code, GeneratorType)
    return code.__name__


def call(routine: Steps[T]) -> Steps[T]:
    """Calls a routine that has a frame of its own on the kernel stack, as hooks and schedule() have."""
    yield Boundary(routine_name(routine))
    result = yield from routine
    yield RETURN
    return result


def last_call(routine: Steps[T]) -> Steps[T]:
    """The same where it is the last thing that one round of a task's life does: the round ends with the return."""
    yield Boundary(routine_name(routine))
    return (yield from routine)
