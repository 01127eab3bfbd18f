# SPDX-License-Identifier: GPL-2.0-only
"""The locks of a text: how many of each kind, and which instance of the kernel's record each one is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from checker.language.c import syntax
from checker.language.c.translate.names import LOCKS
from checker.language.c.translate.types import CNamed, CStruct, CType
from checker.language.errors import ModelError

COUNTS: Mapping[str, str] = {"RAW_SPINLOCKS": "RawSpinlock", "SPINLOCKS": "Spinlock", "MUTEXES": "Mutex"}
"""The kernel's constants that say how many locks of a kind a protocol has."""


@dataclass(frozen=True)
class FoundLock:
    """A lock of the text. record: "Cpu" where each CPU has one. name: with dots for one in a struct. kernel_record: what it is an
    instance of. first: the number of the instance, or that of the first CPU's."""

    record: str | None
    name: str
    kernel_record: str
    first: int


def lock_type(type_: CType) -> str | None:
    """The record of the kernel that locks of a type are instances of, None if it is no lock."""
    match type_:
        case CNamed(name):
            return LOCKS.get(name)
        case CStruct("mutex"):
            return "Mutex"
    return None


def find_locks(
    variables: Iterable[syntax.VariableDefinition],
    structs: Mapping[str, syntax.StructDefinition],
    type_of: Callable[[syntax.Type], CType],
    cpus: int,
) -> list[FoundLock]:
    """All locks in variables at file scope, in the order of the text."""
    found: list[FoundLock] = []
    taken: dict[str, int] = {}
    for variable in variables:
        if "extern" in variable.attributes:
            continue
        record = "Cpu" if variable.per_cpu else None
        for name, kind in _in(variable.name, variable.type, structs, type_of, ()):
            first = taken.get(kind, 0)
            found.append(FoundLock(record, name, kind, first))
            taken[kind] = first + (cpus if record else 1)
    return found


def _in(
    name: str,
    type_: syntax.Type,
    structs: Mapping[str, syntax.StructDefinition],
    type_of: Callable[[syntax.Type], CType],
    around: tuple[str, ...],
) -> Iterator[tuple[str, str]]:
    """The locks in a variable or member, each with its record."""
    if isinstance(type_, syntax.ArrayType):
        return
    try:
        found = type_of(type_)
    except ModelError:  # where it is reached, that is an error
        return
    kind = lock_type(found)
    if kind is not None:
        yield name, kind
    elif isinstance(found, CStruct) and found.tag in structs and found.tag not in around:
        for member in structs[found.tag].members:
            if member.name is not None:
                yield from _in(f"{name}.{member.name}", member.type, structs, type_of, (*around, found.tag))


def count(found: Iterable[FoundLock], kind: str, cpus: int) -> int:
    """How many locks of a kind a text has."""
    return sum(cpus if lock.record else 1 for lock in found if lock.kernel_record == kind)
