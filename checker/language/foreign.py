# SPDX-License-Identifier: GPL-2.0-only
"""Between two front ends: a protocol whose text is of another language than the kernel around it.

The kernel is read as ever. The protocol asks it for types, fields, constants and services, and gives it variables, fields and
the routines that implement hooks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from checker.language import tree
from checker.language.errors import ModelError, UsageError


class NotThere(UsageError):
    """The kernel does not have what it was asked for: another domain may."""


@dataclass(frozen=True)
class Callee:
    """Code of the kernel: a service that a protocol calls, or a hook that it implements. name: what a call has as its callee.
    is_function: it has no effects. parameters, result: as in tree.Routine."""

    name: str
    parameters: tuple[tree.Local, ...]
    result: tree.Type | None
    is_function: bool


class Kernel(Protocol):
    """What a protocol may ask. Each raises NotThere for a name that the kernel does not have, and UsageError where it has
    something else of that name."""

    def type(self, name: str) -> tree.Type:
        """The type that a name stands for: a record (a reference to it), an enumeration, flags, a range of integers."""

    def constant(self, name: str) -> tree.Constant:
        """A parameter or a constant, such as STACK_PAGES."""

    def record(self, name: str) -> tree.Record:
        """A record, without its fields."""

    def field(self, record: str, name: str) -> tree.Variable:
        """A field of a record."""

    def fields(self, record: str) -> Mapping[str, tree.Variable]:
        """All fields of a record."""

    def service(self, name: str) -> Callee:
        """A routine or function, which is from now on a part of the program."""

    def has_code(self, name: str) -> bool:
        """Whether it has a routine or function of that name, other than a hook. It raises nothing."""

    def hook(self, name: str) -> Callee:
        """A hook: what implements it takes these parameters and gives this result."""


@dataclass(frozen=True)
class Declared:
    """What a protocol adds to the program. fields: by record. initial: what comes behind the kernel's own initial code.
    implementations: hook -> routine, or function if the hook is one. left_out: statements that the setting switches off. stated:
    what the translation assumes, each one sentence. translation: what became of the text. ladder: the configurations to look at
    where the user names none: values of parameters, and events."""

    variables: tuple[tree.Variable, ...] = ()
    fields: Mapping[str, tuple[tree.Variable, ...]] = field(default_factory=dict)
    initial: tuple[tree.Statement, ...] = ()
    implementations: Mapping[str, str] = field(default_factory=dict)
    routines: tuple[tree.Routine, ...] = ()
    functions: tuple[tree.Function, ...] = ()
    left_out: tuple[tree.Position, ...] = ()
    stated: tuple[str, ...] = ()
    translation: tree.Translation | None = None
    ladder: tuple[tuple[tuple[tuple[str, tree.Setting], ...], tuple[str, ...]], ...] = ()


class ForeignText(Protocol):
    """A protocol in another language.

    doc: what it says of itself. imports: the modules that it needs, the kernel and maybe others, each with the names that count
    as if the protocol itself defined them. sources: the text of its files, by the names that positions have them under; the first
    is what the user named. origins: by file, where a line of it came from, if from elsewhere: line -> `rfc10.mbox:363`.
    """

    @property
    def doc(self) -> str: ...

    @property
    def imports(self) -> Mapping[str, tuple[str, ...]]: ...

    @property
    def sources(self) -> Mapping[str, str]: ...

    @property
    def origins(self) -> Mapping[str, Mapping[int, str]]: ...

    def constant(self, name: str, kernel: Kernel) -> int | None:
        """The value that the protocol gives a constant of the kernel's (constant_of_model), None if it gives none."""

    def names(self, type_: str) -> tuple[str, ...]:
        """What the protocol calls the values of a type of the kernel's, integers that have a name; empty for numbers."""

    def declare(self, kernel: Kernel) -> Declared:
        """The protocol, translated for the setting that the kernel was read for. ModelError where it cannot be."""

    def further(self, kernel: Kernel) -> list[ModelError]:
        """What is wrong with it where `declare` has raised a ModelError: all errors that stand by themselves, in any order."""
