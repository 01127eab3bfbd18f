# SPDX-License-Identifier: GPL-2.0-only
"""Taking any free instance is taking the lowest one, up to an exchange of instances that are free before the step and that
nothing refers to. Where something does, as after a use-after-free, there are more outcomes: a proof then covers more than it must."""

from __future__ import annotations

import itertools

import pytest
from agreement import Comparison, reachable
from small_programs import program_of

from checker.ir.lower import lower
from checker.symbolic.transition import step_relation

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
    lowest, any_free = Comparison(system), Comparison(system)
    any_free.relation = step_relation(system, any_free=True)
    any_free.fields = any_free.relation.fields
    return lowest, any_free


def differences(lowest: Comparison, any_free: Comparison, at_least: bool = False) -> list[int]:
    """States in which the outcomes are not the same up to exchanges; with at_least, where one of the lowest is missing."""
    found = []
    for state in reachable(lowest.search, 120, 0):
        numbers = lowest.fields.unpacked(lowest.search.layout, state)
        allocated = [numbers[field or 0] for field in lowest.fields.cells["Page.allocated"]]
        free = [n for n in range(COUNT) if not allocated[n]]
        orders = []
        for images in itertools.permutations(free):
            order = list(range(COUNT))
            for page, image in zip(free, images, strict=True):
                order[page] = image
            orders.append(tuple(order))
        outcomes = []
        for comparison in (lowest, any_free):
            fields = comparison.fields
            outcomes.append(comparison.symbolic(comparison.relation.at(fields.constants(numbers), comparison.relation.inputs)))
        if at_least:
            if any(not ends <= outcomes[1].get(name, set()) for name, ends in outcomes[0].items()):
                found.append(state)
            continue
        expected = {
            name: {
                (what, exchanged(lowest, end, order) if what == "state" else end)  # type: ignore[arg-type]
                for what, end in ends
                for order in orders
            }
            for name, ends in outcomes[0].items()
        }
        if outcomes[1] != expected:
            found.append(state)
    return found


def test_any_free_is_the_lowest_up_to_exchange() -> None:
    assert differences(*comparisons()) == []


def test_the_lowest_is_among_any_free() -> None:
    lowest, any_free = comparisons(DANGLING)
    assert differences(lowest, any_free, at_least=True) == []
    assert differences(any_free, lowest, at_least=True) != []


def test_the_comparison_sees_a_difference() -> None:
    """One that takes the lowest only has fewer outcomes."""
    lowest, _ = comparisons()
    assert differences(lowest, lowest) != []


@pytest.mark.parametrize("any_free", [False, True])
def test_an_allocation_has_an_input_of_its_own_only_where_it_chooses(any_free: bool) -> None:
    relation = step_relation(lower(program_of(MODEL)), any_free=any_free)
    assert (len(relation.inputs) > 1) == any_free
