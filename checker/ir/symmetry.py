# SPDX-License-Identifier: GPL-2.0-only
"""The symmetry of a system: which instances may be exchanged, and where references to them are. For engines that reduce by it.

Exchanging instances moves the cells and frames that belong to them, and changes every reference to them; tag bits stay. Two
states that differ by such an exchange have the same future (docs/internals/soundness/symmetry.md, "Symmetry"), so that an engine
may keep one of them for all. Records come in two kinds:

- *Tabled* records own frames, execute, or take part in constants. `permutations` lists every exchange of them that
  leaves the constants as they are.
- *Unordered* records hold data only. Their instances may be exchanged in any way, together with any of the listed
  permutations.

A symmetric record that fits neither is not reduced; `unreduced` says why.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

from checker.ir import system as ir
from checker.language import tree

MOST = 20_000
"""Permutations that are listed; with more, nothing is gained by trying them all."""

MOST_REFERENCES = 1 << 16
"""Values of the references to a record, tags included, up to which each is listed with what it becomes."""


def permutations(system: ir.System, records: tuple[str, ...]) -> tuple[tuple[tuple[int, ...], ...], ...] | None:
    """The permutations of the records' instances that leave every constant variable as it is, the identity first: for each record
    the image of each index. None if there are more than MOST."""
    found: list[tuple[tuple[int, ...], ...]] = []
    order = [(record, index) for record in records for index in range(system.arenas[record].instances)]
    facts = _facts(system, records)
    images: dict[tuple[str, int], int] = {}

    def extend(depth: int) -> bool:
        if depth == len(order):
            found.append(tuple(tuple(images[r, i] for i in range(system.arenas[r].instances)) for r in records))
            return len(found) <= MOST
        record, index = order[depth]
        taken = {image for (other, _), image in images.items() if other == record}
        for image in range(system.arenas[record].instances):
            if image in taken:
                continue
            images[record, index] = image
            if all(fact(images) for fact in facts.get((record, index), ())) and not extend(depth + 1):
                return False
            del images[record, index]
        return True

    return tuple(found) if extend(0) else None


_Images = dict[tuple[str, int], int]
_Fact = Callable[[_Images], bool]


def _facts(system: ir.System, records: tuple[str, ...]) -> dict[tuple[str, int], list[_Fact]]:
    """What the constants demand of a permutation, under the last instance that the demand mentions."""
    order = {(r, i): n for n, (r, i) in enumerate((r, i) for r in records for i in range(system.arenas[r].instances))}
    found: dict[tuple[str, int], list[_Fact]] = {}
    for variable in system.variables.values():
        if not variable.constant:
            continue
        keys = tuple(key if key in records else None for key in variable.keys)
        target = variable.type.record if isinstance(variable.type, tree.ReferenceType) else None
        for indices in itertools.product(*map(range, variable.dimensions)):
            value = variable.initial[variable.cell(indices)]
            moved = [(key, index) for key, index in zip(keys, indices, strict=True) if key is not None]
            pointed = _instance(system, target, value) if target is not None and target in records else None
            mentioned = [*moved, *([pointed] if pointed is not None else [])]
            if mentioned:
                fact = _fact(system, variable, keys, indices, value, pointed)
                found.setdefault(max(mentioned, key=lambda instance: order[instance]), []).append(fact)
    return found


def _fact(
    system: ir.System,
    variable: ir.Variable,
    keys: tuple[str | None, ...],
    indices: tuple[int, ...],
    value: int,
    pointed: tuple[str, int] | None,
) -> _Fact:
    def holds(images: _Images) -> bool:
        there = tuple(index if key is None else images[key, index] for key, index in zip(keys, indices, strict=True))
        wanted = value
        if pointed is not None:
            wanted += (images[pointed] - pointed[1]) * system.arenas[pointed[0]].alignment
        return variable.initial[variable.cell(there)] == wanted

    return holds


def _instance(system: ir.System, record: str, value: int) -> tuple[str, int] | None:
    """The instance that a reference is to, tagged or not."""
    index = value // system.arenas[record].alignment - 1
    return (record, index) if index >= 0 else None
