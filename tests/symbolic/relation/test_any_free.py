# SPDX-License-Identifier: GPL-2.0-only
"""Taking any free instance is taking what the engines look at, up to an exchange of instances that are free before the step."""

from __future__ import annotations

import itertools

from checker.ir.lowering.lower import lower
from checker.symbolic.relation.transition import step_relation
from tests.support.judges.agreement import Comparison, reachable
from tests.support.systems.small_programs import program_of

COUNT = 4

MODEL = """
@record(count=4, allocated=True)
class Page:
    use: Annotated[int, Range(0, 3)] = 0
    next: "Page | None" = None
p: Page | None = None
q: Page | None = None
@action
def make() -> None:
    global p
    require(p is None)
    p = allocate(Page)
    p.use = 1
@action
def chain() -> None:
    global p
    require(p is not None and p.next is None)
    p.next = allocate(Page)
@action
def two(both: Annotated[int, Range(0, 1)]) -> None:
    global p, q
    require(p is None and q is None)
    p = allocate(Page)
    if both == 1:
        q = allocate(Page)
        q.next = p
@action
def swap() -> None:
    global p, q
    old = p
    p = q
    q = old
@action
def drop() -> None:
    global p
    require(p is not None and not (p is q or (q is not None and q.next is p)))
    next = p.next
    p.use = 0
    p.next = None
    free(p)
    p = next
"""
DANGLING = MODEL.replace(" and not (p is q or (q is not None and q.next is p))", "")
"""The same with references to free pages."""

REFERENCES = ("p", "q", "Page.next")


def exchanged(comparison: Comparison, packed: int, order: tuple[int, ...]) -> int:
    """The state in which page number n is page number order[n]."""
    fields, layout = comparison.fields, comparison.search.layout
    numbers = fields.unpacked(layout, packed)
    found = list(numbers)
    for name, cells in fields.cells.items():
        for number, field in enumerate(cells):
            assert field is not None
            value = numbers[field]
            if name in REFERENCES and value:
                value = order[value - 1] + 1
            place = cells[order[number]] if name.startswith("Page.") else field
            assert place is not None
            found[place] = value
    return fields.packed(layout, found)


def comparisons(text: str = MODEL) -> tuple[Comparison, Comparison]:
    system = lower(program_of(text))
    narrow, any_free = Comparison(system), Comparison(system)
    any_free.relation = step_relation(system, any_free=True)
    any_free.fields = any_free.relation.fields
    return narrow, any_free


def differences(narrow: Comparison, any_free: Comparison, at_least: bool = False) -> list[int]:
    """States in which the outcomes are not the same up to exchanges; with at_least, where one of the narrow relation is missing."""
    found = []
    for state in reachable(narrow.search, 120, 0):
        numbers = narrow.fields.unpacked(narrow.search.layout, state)
        allocated = [numbers[field or 0] for field in narrow.fields.cells["Page.allocated"]]
        free = [n for n in range(COUNT) if not allocated[n]]
        orders = []
        for images in itertools.permutations(free):
            order = list(range(COUNT))
            for page, image in zip(free, images, strict=True):
                order[page] = image
            orders.append(tuple(order))
        outcomes = []
        for comparison in (narrow, any_free):
            fields = comparison.fields
            outcomes.append(comparison.symbolic(comparison.relation.at(fields.constants(numbers), comparison.relation.inputs)))
        if at_least:
            if any(not ends <= outcomes[1].get(name, set()) for name, ends in outcomes[0].items()):
                found.append(state)
            continue
        expected = {
            name: {
                (what, exchanged(narrow, end, order) if what == "state" else end)  # type: ignore[arg-type]
                for what, end in ends
                for order in orders
            }
            for name, ends in outcomes[0].items()
        }
        if outcomes[1] != expected:
            found.append(state)
    return found


def test_any_free_is_what_is_looked_at_up_to_exchange() -> None:
    assert differences(*comparisons()) == []


def test_what_is_looked_at_is_among_any_free() -> None:
    narrow, any_free = comparisons(DANGLING)
    assert differences(narrow, any_free, at_least=True) == []
    assert differences(any_free, narrow, at_least=True) != []


def test_the_comparison_sees_a_difference() -> None:
    """One that takes fewer has fewer outcomes."""
    narrow, _ = comparisons()
    assert differences(narrow, narrow) != []


def test_an_allocation_has_an_input_of_its_own_only_where_it_chooses() -> None:
    never_freed = lower(program_of(MODEL[: MODEL.index("@action\ndef drop")]))
    assert len(step_relation(never_freed).inputs) == 1
    assert len(step_relation(never_freed, any_free=True).inputs) > 1
    assert len(step_relation(lower(program_of(MODEL))).inputs) > 1
