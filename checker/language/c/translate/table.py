# SPDX-License-Identifier: GPL-2.0-only
"""The table of the kernel's API: its form."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, TypeVar

from checker.language.c.translate.values import Value

C = TypeVar("C", bound=Callable[..., Any])


@dataclass(frozen=True)
class Entry:
    """A function or macro of the kernel. arity: how many arguments it has, None for any number. translate: what a call of it is;
    takes the translator of the statement that it is in, and the call. doc: what Linux does, what is left out, and the file of
    the kernel."""

    name: str
    arity: int | None
    translate: Callable[..., Value]
    doc: str


def entry(arity: int | None, *names: str) -> Callable[[C], C]:
    """Mark the translation of calls of functions that have these names and that many arguments."""

    def mark(function: C) -> C:
        function.api = [*((name, arity) for name in names), *getattr(function, "api", ())]  # type: ignore[attr-defined]
        return function

    return mark


def entries(module: ModuleType) -> Iterable[Entry]:
    """The marked functions of a module itself, in the order of its text."""
    for function in vars(module).values():
        if getattr(function, "__module__", None) != module.__name__:
            continue
        for name, arity in getattr(function, "api", ()):
            yield Entry(name, arity, function, inspect.getdoc(function) or "")


@dataclass(frozen=True)
class Guard:
    """What guard(kind)(...) takes and gives back: calls of the table. takes: how many arguments it has, which both get. saves:
    both get a local for flags behind them."""

    take: str
    give_back: str
    takes: int
    saves: bool = False


@dataclass(frozen=True)
class OwnArray:
    """An array that a record of the kernel has in it, and to C a pointer, to memory that the text allocates. event: the constant
    of the kernel that says whether that can fail. Without it the array is always there, and no service is called. give: the
    service that stores the pointer, as whether there is memory. is_there: the one that tests it. free: the one that frees the
    array."""

    event: str
    give: str
    is_there: str
    free: str


@dataclass(frozen=True)
class Domain:
    """What the table has for one domain only. name: as a manifest says it. manifest: the file of the built-in one. texts: what
    text it is for, as an error says it. modules: with calls. flags, opaque, arrays: as of Api."""

    name: str
    manifest: str
    texts: str = "other text"
    modules: tuple[ModuleType, ...] = ()
    flags: Mapping[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    opaque: Mapping[str, str] = field(default_factory=dict)
    arrays: Mapping[str, OwnArray] = field(default_factory=dict)

    def entries(self) -> Iterable[Entry]:
        """The calls of this domain."""
        return (each for module in self.modules for each in entries(module))

    def names(self) -> frozenset[str]:
        """The names that have a meaning in this domain only."""
        return frozenset({each.name for each in self.entries()} | self.flags.keys() | self.opaque.keys())


@dataclass(frozen=True)
class Api:
    """Everything that the translation knows in one domain. calls: by name and number of arguments. flags: names of sets of flags,
    as members of the kernel's type. opaque: names of what makes no difference, each with what it is. numbers: constants. loops:
    macros that are loops; each takes the translator and the loop. guards: what guard() can take. places: calls that are lvalues.
    arrays: by `Record.field`. elsewhere: names that have a meaning in another domain only, each with that domain."""

    calls: Mapping[tuple[str, int | None], Entry]
    flags: Mapping[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    opaque: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)
    loops: Mapping[str, Callable[..., None]] = field(default_factory=dict)
    guards: Mapping[str, Guard] = field(default_factory=dict)
    places: Mapping[tuple[str, int | None], Callable[..., Any]] = field(default_factory=dict)
    arrays: Mapping[str, OwnArray] = field(default_factory=dict)
    elsewhere: Mapping[str, str] = field(default_factory=dict)

    def bound_names(self) -> frozenset[str]:
        """The names that the table gives a meaning, whatever a text defines them as."""
        names = {name for name, _ in (*self.calls, *self.places)} | self.loops.keys()
        return frozenset(names | self.flags.keys() | self.opaque.keys() | self.numbers.keys())
