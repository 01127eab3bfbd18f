# SPDX-License-Identifier: GPL-2.0-only
"""Which instances of a system may be exchanged, as data: by the reductions (ir/symmetry.py), and by allocations
(ir/naming.py)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from checker.ir.system.expressions import Expression
from checker.language.tree import Position


@dataclass(frozen=True)
class Candidates:
    """Instances of an unordered record of which `first` takes the lowest: those for which the condition holds with `local`
    bound to a reference."""

    record: str
    local: str
    condition: Expression
    position: Position


@dataclass(frozen=True)
class Symmetry:
    """The data; nothing in it refers to records that are not reduced.

    tabled, unordered: the records of each kind, in the order of declaration. keys: for each variable that is in the state, which
    record each of its dimensions is indexed by (None: by none of these). references: the record that a variable's cells refer
    to; variables that are missing hold other values. locals: the same of (location, live local). dead: for each variable that
    nothing can read in a free instance of an unordered record, the value that it then counts as having. candidates: to be
    looked at in every state, for the exchange of unordered records (docs/internals/soundness/symmetry.md, "Candidates").
    unreduced: record -> why its instances are not exchanged though they are declared symmetric.
    """

    tabled: tuple[str, ...]
    unordered: tuple[str, ...]
    keys: Mapping[str, tuple[str | None, ...]]
    references: Mapping[str, str]
    locals: Mapping[tuple[int, str], str]
    dead: Mapping[str, int]
    candidates: tuple[Candidates, ...]
    unreduced: Mapping[str, str]


@dataclass(frozen=True)
class Naming:
    """Where the free instances of a record can be named, and what else tells them apart.

    cells: variables of the state that refer to the record. locals: by location, those live locals that do. always: the
    instances that are named in every state. framed: whether instances own frames. apart: variables of the state with cells
    that belong to an instance and outlast it, as (name, for each instance the numbers of its cells). kinds: for each
    instance a number, the same for those that no constant tells apart. exchangeable: whether no code tells instances apart by
    more than all this."""

    record: str
    cells: tuple[str, ...]
    locals: Mapping[int, tuple[str, ...]]
    always: frozenset[int]
    framed: bool
    apart: tuple[tuple[str, tuple[tuple[int, ...], ...]], ...]
    kinds: tuple[int, ...]
    exchangeable: bool

    @property
    def alike(self) -> bool:
        """Whether nothing but names ever tells free instances apart."""
        return not self.apart and len(set(self.kinds)) == 1
