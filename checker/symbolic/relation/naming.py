# SPDX-License-Identifier: GPL-2.0-only
"""Which free instances an allocation may return, as terms: the same as ir/naming.py looks for in a packed state."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from checker.ir import system as ir
from checker.symbolic.relation.expressions import Expressions, Flow
from checker.symbolic.terms.integers import Integer
from checker.symbolic.terms.terms import Term


def may_be_allocated(code: Expressions, i: ir.Allocate, free: Sequence[Term], flow: Flow) -> list[Term]:
    """For each instance of the record, whether an allocation may return it at this point. free: whether it is free."""
    assert i.held is not None
    terms, naming = code.terms, code.system.names[i.record]
    count = len(free)
    places = [*_cells(code, i.record, flow), *_locals_of_frames(code, i.record, flow)]
    places += [(terms.true, code.value(e, flow)) for e in i.held]
    named = [terms.disjunction(*found) for found in _named(code, i.record, places)]
    for index in range(count):
        if index in naming.always:
            named[index] = terms.true
        elif naming.framed:
            bottom = code.location(i.record, index, 0, flow)
            named[index] = terms.disjunction(named[index], terms.negation(terms.equal(bottom, code.fields.location_constant(0))))
    found: list[Term] = []
    for index in range(count):
        lower = [
            terms.conjunction(free[other], terms.negation(named[other]), _alike(code, i.record, index, other, flow))
            for other in range(index)
        ]
        stands_for_others = terms.negation(terms.disjunction(*lower))
        found.append(terms.conjunction(free[index], terms.disjunction(named[index], stands_for_others)))
    return found


def _named(code: Expressions, record: str, places: Sequence[tuple[Term, Integer]]) -> Iterator[list[Term]]:
    """For each instance, when each of the places refers to it, tagged or not. A place: when it counts, and its value."""
    count, alignment, _ = code.system.arenas[record]
    divisor = code.integers.constant(alignment)
    numbers = [(counts, code.integers.operation("//", [value, divisor])) for counts, value in places]
    for index in range(count):
        this = code.integers.constant(index + 1)
        yield [code.terms.conjunction(counts, code.integers.equal(number, this)) for counts, number in numbers]


def _cells(code: Expressions, record: str, flow: Flow) -> Iterator[tuple[Term, Integer]]:
    fields, system = code.fields, code.system
    for name in system.names[record].cells:
        variable = system.variables[name]
        allocator = system.variables.get(f"{variable.record}.allocated")
        for number in range(len(variable.initial)):
            counts = code.terms.true
            if allocator is not None:
                instance = number // (len(variable.initial) // variable.dimensions[0])
                counts = code.integers.truth(fields.cell(flow.state, allocator, instance))
            yield counts, fields.cell(flow.state, variable, number)


def _locals_of_frames(code: Expressions, record: str, flow: Flow) -> Iterator[tuple[Term, Integer]]:
    """The live locals of all frames but the one that steps."""
    fields, terms = code.fields, code.terms
    for owner, instances in fields.frames.items():
        for index, frames in enumerate(instances):
            for depth, frame in enumerate(frames):
                steps = code.stepper.standing.get((owner, index, depth), terms.false)
                slots = [terms.false if slot is None else flow.state[slot] for slot in frame.slots]
                for number, locals_ in code.system.names[record].locals.items():
                    stands = terms.equal(flow.state[frame.location], fields.location_constant(number))
                    counts = terms.conjunction(stands, terms.negation(steps))
                    for local in locals_:
                        yield counts, fields.local(slots, code.system.location(number).procedure, local)


def _alike(code: Expressions, record: str, one: int, other: int, flow: Flow) -> Term:
    """Whether nothing but names tells two instances apart."""
    naming = code.system.names[record]
    if naming.kinds[one] != naming.kinds[other]:
        return code.terms.false
    same: list[Term] = []
    for name, cells in naming.apart:
        variable = code.system.variables[name]
        for a, b in itertools.zip_longest(cells[one], cells[other]):
            x, y = code.fields.cell(flow.state, variable, a), code.fields.cell(flow.state, variable, b)
            same.append(code.integers.equal(x, y))
    return code.terms.conjunction(*same)
