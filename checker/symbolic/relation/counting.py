# SPDX-License-Identifier: GPL-2.0-only
"""That an arena does not run dry, by counting what clauses cannot count.

A *holder* is a variable, or a local variable of a routine, whose values refer to instances of a record. Each of its places (a
cell; the local in one frame of one owner) refers to one instance at most. So if

  every allocated instance is referred to by some place of the holders, and
  fewer places than there are instances refer to any instance,

then not all instances are allocated: otherwise each would have a place of its own. The first is made a part of the invariant;
the second is what is asked, of the state before the step, wherever a step allocates. docs/internals/soundness/proofs.md,
"Counting".
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from checker.ir import system as ir
from checker.symbolic.relation.fields import Fields
from checker.symbolic.terms.integers import Integer
from checker.symbolic.terms.terms import Term

CELL = "cell"
LOCAL = "local"


@dataclass(frozen=True)
class Holder:
    """kind: CELL or LOCAL. name: of the variable, or of the local. owner, procedure: of a local, whose frames and which
    routine's. tags: a place refers to an instance only where its tag bits are one of these."""

    kind: str
    name: str
    owner: str
    procedure: str
    tags: tuple[int, ...]


@dataclass(frozen=True)
class Counted:
    """The holders by which the allocated instances of a record are counted."""

    record: str
    holders: tuple[Holder, ...]


def known(system: ir.System, counted: Counted) -> bool:
    """Whether the system has such a record and such holders."""

    def has(holder: Holder) -> bool:
        if holder.kind == CELL:
            return holder.name in system.variables
        procedure = system.procedures.get(holder.procedure)
        return (
            holder.kind == LOCAL and holder.owner in system.owners and procedure is not None and holder.name in procedure.locals
        )

    return counted.record in system.arenas and all(has(holder) for holder in counted.holders)


def conditions(fields: Fields, counted: Counted) -> tuple[Term, Term]:
    """Over the state: whether at least as many places refer to instances as there are instances; and whether some allocated
    instance has no place."""
    terms, integers = fields.terms, fields.integers
    count, alignment, _ = fields.system.arenas[counted.record]
    referring: list[Term] = []
    held: list[list[Term]] = [[] for _ in range(count)]
    for holder in counted.holders:
        for live, value in _places(fields, holder):
            at = [
                terms.conjunction(
                    live,
                    terms.disjunction(
                        *(
                            integers.equal(value, integers.constant(address))
                            for address in ((n + 1) * alignment + tag for tag in holder.tags if 0 <= tag < alignment)
                            if value.low <= address <= value.high
                        )
                    ),
                )
                for n in range(count)
            ]
            referring.append(_any_of(fields, counted, holder, live, value))
            for n, term in enumerate(at):
                held[n].append(term)
    allocator = fields.system.variables[f"{counted.record}.allocated"]
    unheld = [
        terms.conjunction(
            integers.truth(fields.cell(fields.variables, allocator, n)), *(terms.negation(term) for term in held[n])
        )
        for n in range(count)
    ]
    return _at_least(fields, referring, count), terms.disjunction(*unheld)


def _any_of(fields: Fields, counted: Counted, holder: Holder, live: Term, value: Integer) -> Term:
    """Whether a place refers to any instance: implied by each reference to one, so more than enough."""
    terms, integers = fields.terms, fields.integers
    alignment = fields.system.arenas[counted.record].alignment
    low = integers.operation("&", [value, integers.constant(alignment - 1)])
    tagged = terms.disjunction(*(integers.equal(low, integers.constant(tag)) for tag in holder.tags if 0 <= tag < alignment))
    small = integers.less(value, integers.constant(alignment))
    return terms.conjunction(live, tagged, terms.negation(small))


def _at_least(fields: Fields, conditions: Sequence[Term], count: int) -> Term:
    """Whether at least so many of the conditions hold, counted one by one."""
    terms = fields.terms
    reached = [terms.true] + [terms.false] * count
    for number, condition in enumerate(conditions):
        needed = max(count - (len(conditions) - number) + 1, 1)
        reached = [
            terms.disjunction(here, terms.conjunction(before, condition)) if n >= needed else here
            for n, (before, here) in enumerate(zip([terms.false, *reached], reached, strict=False))
        ]
    return reached[count]


def _places(fields: Fields, holder: Holder) -> Iterator[tuple[Term, Integer]]:
    """The places of a holder: whether each is there, and what it then is."""
    terms, system = fields.terms, fields.system
    if holder.kind == CELL:
        variable = system.variables[holder.name]
        for number in range(len(variable.initial)):
            yield terms.true, fields.cell(fields.variables, variable, number)
        return
    numbers = [
        location.number
        for location in system.locations
        if location.procedure == holder.procedure and holder.name in location.live
    ]
    for frame in itertools.chain.from_iterable(fields.frames[holder.owner]):
        here = fields.variables[frame.location]
        slots = [
            fields.variables[slot] if slot is not None else terms.constant(0, fields.slot_width(n))
            for n, slot in enumerate(frame.slots)
        ]
        live = terms.disjunction(*(terms.equal(here, fields.location_constant(number)) for number in numbers))
        yield live, fields.local(slots, holder.procedure, holder.name)
