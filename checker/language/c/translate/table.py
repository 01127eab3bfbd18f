# SPDX-License-Identifier: GPL-2.0-only
"""The table of the kernel's API: its form."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from checker.language.c.translate.values import Region, Value

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


def entries(module: object) -> Iterable[Entry]:
    """The marked functions of a module, in the order of its text."""
    for function in vars(module).values():
        for name, arity in getattr(function, "api", ()):
            yield Entry(name, arity, function, inspect.getdoc(function) or "")


@dataclass(frozen=True)
class Api:
    """Everything that the translation knows. calls: by name and number of arguments. flags: names of sets of flags, as members of
    the kernel's type. opaque: names of what makes no difference, each with what it is. numbers: constants. loops: macros that
    are loops; each takes the translator and the loop. guards: what guard() can take. places: macros that stand for a place, each
    of which takes the translator and the call and gives a pointer to it."""

    calls: Mapping[tuple[str, int | None], Entry]
    flags: Mapping[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    opaque: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)
    loops: Mapping[str, Callable[..., None]] = field(default_factory=dict)
    guards: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    places: Mapping[str, Callable[..., Region]] = field(default_factory=dict)

    def bound_names(self) -> frozenset[str]:
        """The names that the table gives a meaning, whatever a text defines them as."""
        names = {name for name, _ in self.calls}
        return frozenset(names | self.flags.keys() | self.opaque.keys() | self.numbers.keys())
