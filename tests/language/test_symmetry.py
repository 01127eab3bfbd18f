# SPDX-License-Identifier: GPL-2.0-only
"""What a symmetric record allows; what it refuses is in refused_symmetry.py."""

from __future__ import annotations

import pytest

from checker.ir.lowering.lower import lower
from checker.ir.symmetry import permutations
from checker.language.front.load import load_program
from checker.project import PROJECT
from tests.language.refused.refused_symmetry import SYMMETRIC, action
from tests.support.systems.small_programs import program_of

ALLOWED = {
    "a tag that is set": action("p = reference(Page, address(p) | 1)"),
    "a tag that is cleared": action("p = reference(Page, address(p) & ~1)"),
    "a tag that is cleared by a mask": action("p = reference(Page, address(p) & 0xE)"),
    "a tag that is changed twice": action("p = reference(Page, (address(p) | 1) ^ 1)"),
    "a tag that is read": action("g = address(p) & 1"),
    "an address that is tested": action("if address(p):", "    g = 1"),
    "NULL, tagged": action("p = reference(Page, 1)"),
    "a comparison": action("if p is not None and n is not n.other:", "    g = 1"),
    "a key": action("at[p] = 1"),
    "a choice": action("n = choose(x for x in every(Node) if x.mark)"),
    "a choice of two": action("n = choose((n, n.other))"),
    "a count": action("g = sum(1 for x in every(Page) if is_allocated(x))"),
    "a loop over its own fields": action("for x in every(Node):", "    if x.mark:", "        x.mark = x.other is None"),
    "a loop over its own key": action("for x in every(Page):", "    at[x] = 0"),
    "first": action("if g == 1:", "    f = first(x for x in every(Node) if not x.mark)", "    n = f"),
    "first of a record that is not symmetric": action("n = first(x for x in every(Plain) if x.node is n).node"),
    "a number in code that only @initial runs": SYMMETRIC
    + "@routine\ndef prepare(i: Small) -> None:\n    global n\n    n = instance(Node, 1)\n@initial\ndef start() -> None:\n    prepare(1)\n",
}


@pytest.mark.parametrize("text", ALLOWED.values(), ids=ALLOWED.keys())
def test_what_is_allowed(text: str) -> None:
    lower(program_of(text))


def test_a_record_that_is_not_symmetric_may_do_all_this() -> None:
    text = action(
        "g = address(p)", "p = instance(Page, g)", "for x in every(Node):", "    break", "n = first(x for x in every(Node))"
    )
    assert lower(program_of(text.replace(", symmetric=True", ""))).symmetry is None


@pytest.mark.parametrize(
    ("model", "settings", "tabled", "unordered", "count"),
    [
        ("dks", {"C": 2, "T": 3}, ("Cpu", "Thread"), ("Frame",), 12),
        ("rfc_v1_nr_fixed", {"CPUS": 2, "TASKS": 3}, ("VmArea", "Task", "Cpu"), ("Page",), 12),
        ("rfc_v1", {"CPUS": 3, "TASKS": 4}, ("VmArea", "Task", "Cpu"), ("Page",), 144),
    ],
)
def test_the_symmetry_of_our_models(
    model: str, settings: dict[str, int], tabled: tuple[str, ...], unordered: tuple[str, ...], count: int
) -> None:
    events = None if model == "dks" else ["touch"]
    system = lower(load_program(PROJECT / "models" / f"{model}.py", settings, events))
    assert system.symmetry is not None
    assert (system.symmetry.tabled, system.symmetry.unordered, system.symmetry.unreduced) == (tabled, unordered, {})
    found = permutations(system, tabled)
    assert found is not None
    assert len(found) == len(set(found)) == count
    assert all(image == tuple(range(len(image))) for image in found[0])


def test_stacks_that_are_forked_are_not_exchanged() -> None:
    system = lower(load_program(PROJECT / "models" / "rfc_v1.py", {"TASKS": 2}, ["touch", "fork"]))
    assert system.symmetry is not None
    assert "VmArea" not in system.symmetry.tabled
    assert list(system.symmetry.unreduced) == ["VmArea"]


CONSTANT = "@initial\ndef start() -> None:\n    instance(Node, 0).other = instance(Node, 1)\n"
MIXED = "@action\ndef step(page: Page) -> None:\n    global p\n    p = allocate(Page)\n"
FREEING = "@action\ndef step() -> None:\n    global p\n    free(p)\n    p = allocate(Page)\n"
CHOOSING = "@action\ndef step() -> None:\n    global p\n    page = choose(every(Page))\n    p = allocate(Page)\n    p.use = int(p is page)\n"
LINKED = "@action\ndef step() -> None:\n    n.other = n\n"


def test_what_a_constant_tells_apart_is_tabled_and_what_refers_to_itself() -> None:
    system = lower(program_of(SYMMETRIC + CONSTANT))
    assert system.symmetry is not None
    assert (system.symmetry.tabled, system.symmetry.unordered) == (("Node",), ("Page",))
    assert permutations(system, ("Node",)) == (((0, 1),),)
    system = lower(program_of(SYMMETRIC + LINKED))
    assert system.symmetry is not None
    assert (system.symmetry.tabled, system.symmetry.unordered) == (("Node",), ("Page",))
    assert permutations(system, ("Node",)) == (((0, 1),), ((1, 0),))


@pytest.mark.parametrize("text", [MIXED, FREEING, CHOOSING])
def test_a_step_that_allocates_and_knows_free_instances_is_reduced(text: str) -> None:
    system = lower(program_of(SYMMETRIC + text))
    assert system.symmetry is not None
    assert "Page" in system.symmetry.unordered
    assert system.names["Page"].exchangeable


def test_a_step_that_takes_the_lowest_of_a_tabled_record_is_not_reduced() -> None:
    text = LINKED + "@action\ndef take() -> None:\n    f = first(x for x in every(Node) if x.mark)\n    f.mark = False\n"
    symmetry = lower(program_of(SYMMETRIC + text)).symmetry
    assert symmetry is not None
    assert (symmetry.tabled, symmetry.unordered) == ((), ("Page",))
    assert "takes the first of several" in symmetry.unreduced["Node"]


def test_too_many_permutations_are_not_listed() -> None:
    text = (SYMMETRIC + LINKED).replace("count=2, symmetric", "count=9, symmetric")
    symmetry = lower(program_of(text)).symmetry
    assert symmetry is not None
    assert (symmetry.tabled, symmetry.unordered) == ((), ("Page",))
    assert "more than 20,000 ways" in symmetry.unreduced["Node"]


def test_references_with_many_tags_are_not_exchanged() -> None:
    """What each becomes is listed: that has to have an end."""
    text = (
        (SYMMETRIC + LINKED)
        .replace("class Node", "class Node", 1)
        .replace("count=2, symmetric", "count=2, alignment=1 << 40, symmetric")
    )
    symmetry = lower(program_of(text)).symmetry
    assert symmetry is not None
    assert "Node" not in (*symmetry.tabled, *symmetry.unordered)
    assert "have 3,298,534,883,328 values" in symmetry.unreduced["Node"]
